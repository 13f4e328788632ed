import type { PendingPod } from './pod-info.ts';

const none: readonly PendingPod[] = [];

/**
 * Pods that wait for a node of which room is being made for them. Until they are bound, Pods of no higher priority
 * find the node as full as if they were on it already.
 */
export class Nominations {
  readonly #nodeOfPod = new Map<string, string>();
  readonly #byNode = new Map<string, Map<string, PendingPod>>();

  nodeOf(podKey: string): string | undefined {
    return this.#nodeOfPod.get(podKey);
  }

  on(nodeName: string): readonly PendingPod[] {
    const pods = this.#byNode.get(nodeName);
    return pods ? [...pods.values()] : none;
  }

  /** Those on the node that this Pod has to yield to. */
  ahead(pod: PendingPod, nodeName: string): readonly PendingPod[] {
    // Asked for each Pod and node, and hardly ever is there one.
    if (this.#byNode.size === 0 || !this.#byNode.has(nodeName)) return none;
    return this.on(nodeName).filter((other) => other.priority >= pod.priority && other.key !== pod.key);
  }

  /** `undefined` takes the nomination away. */
  set(pod: PendingPod, nodeName: string | undefined): void {
    this.remove(pod.key);
    if (!nodeName) return;
    this.#nodeOfPod.set(pod.key, nodeName);
    const pods = this.#byNode.get(nodeName) ?? new Map<string, PendingPod>();
    this.#byNode.set(nodeName, pods.set(pod.key, pod));
  }

  remove(podKey: string): void {
    const nodeName = this.#nodeOfPod.get(podKey);
    if (nodeName === undefined) return;
    this.#nodeOfPod.delete(podKey);
    const pods = this.#byNode.get(nodeName);
    pods?.delete(podKey);
    if (pods?.size === 0) this.#byNode.delete(nodeName);
  }
}
