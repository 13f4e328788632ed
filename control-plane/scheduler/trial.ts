import type { NodeInfo } from './node-info.ts';
import type { FilterPlugin, NodeCheck, Rejection } from './plugin.ts';
import type { PendingPod, PodInfo } from './pod-info.ts';
import type { Snapshot } from './snapshot.ts';

/** The rules that apply to the Pod, in the order in which they are asked. */
export function checksFor(pod: PendingPod, snapshot: Snapshot, filters: readonly FilterPlugin[]): NodeCheck[] {
  return [...filters].sort((a, b) => a.order - b.order).flatMap((filter) => filter.prepare(pod, snapshot) ?? []);
}

/**
 * Why the node cannot take the Pod. `ahead`: nominated Pods that it has to yield to. Nobody knows whether they will
 * come, so it has to fit with them and, for rules by which Pods attract each other, without them.
 */
export function rejectionBy(
  checks: readonly NodeCheck[],
  node: NodeInfo,
  ahead: readonly PodInfo[],
): Rejection | undefined {
  return ahead.length === 0 ? first(checks, node) : new Trial(checks, node).rejection(ahead);
}

function first(checks: readonly NodeCheck[], node: NodeInfo): Rejection | undefined {
  for (const check of checks) {
    const rejection = check(node);
    if (rejection) return rejection;
  }
  return undefined;
}

/** A node on which Pods come and go in thought. The checks go along: whoever has taken Pods away puts them back. */
export class Trial {
  readonly #checks: readonly NodeCheck[];
  readonly #node: NodeInfo;

  constructor(checks: readonly NodeCheck[], node: NodeInfo) {
    this.#checks = checks;
    this.#node = node.copy();
  }

  put(pod: PodInfo): void {
    this.#node.addPod(pod);
    for (const check of this.#checks) check.imagine?.(pod, this.#node, 1);
  }

  take(pod: PodInfo): void {
    this.#node.removePod(pod.key);
    for (const check of this.#checks) check.imagine?.(pod, this.#node, -1);
  }

  rejection(ahead: readonly PodInfo[]): Rejection | undefined {
    if (ahead.length > 0) {
      for (const pod of ahead) this.put(pod);
      const rejection = first(this.#checks, this.#node);
      for (const pod of ahead) this.take(pod);
      if (rejection) return rejection;
    }
    return first(this.#checks, this.#node);
  }
}
