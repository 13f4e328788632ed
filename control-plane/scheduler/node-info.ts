import type { Node, Taint } from '../../shared/api/object.ts';
import type { HostPort, PodInfo } from './pod-info.ts';
import { type Amounts, accumulate, amountsOf } from './requests.ts';

/** A node as the scheduler sees it, with the running totals of the Pods on it. */
export class NodeInfo {
  readonly name: string;
  /** False while only Pods speak of it. */
  exists = false;
  labels: Readonly<Record<string, string>> = {};
  taints: readonly Taint[] = [];
  unschedulable = false;
  allocatable: Amounts = {};
  readonly #requested: Record<string, number> = {};
  readonly #assumedRequested: Record<string, number> = {};
  readonly pods = new Map<string, PodInfo>();
  /** Those of the Pods that care about others. */
  readonly withTerms = new Map<string, PodInfo>();
  readonly #owners = new Map<string, number>();
  #lowestPriority: number | undefined = Number.POSITIVE_INFINITY;
  #hostPorts: readonly HostPort[] = [];

  constructor(name: string) {
    this.name = name;
  }

  /** Takes over the Node object; the Pods stay. */
  describe(node: Node): void {
    this.exists = true;
    this.labels = node.metadata.labels ?? {};
    this.taints = node.spec?.taints ?? [];
    this.unschedulable = node.spec?.unschedulable === true;
    this.allocatable = amountsOf(node.status?.allocatable);
  }

  /** The same node with the same Pods, to try things out on. */
  copy(): NodeInfo {
    const copy = new NodeInfo(this.name);
    const { exists, labels, taints, unschedulable, allocatable } = this;
    Object.assign(copy, { exists, labels, taints, unschedulable, allocatable });
    Object.assign(copy.#requested, this.#requested);
    Object.assign(copy.#assumedRequested, this.#assumedRequested);
    for (const [key, pod] of this.pods) copy.pods.set(key, pod);
    for (const [key, pod] of this.withTerms) copy.withTerms.set(key, pod);
    for (const [owner, count] of this.#owners) copy.#owners.set(owner, count);
    copy.#hostPorts = this.#hostPorts;
    copy.#lowestPriority = this.#lowestPriority;
    return copy;
  }

  addPod(pod: PodInfo): void {
    this.removePod(pod.key);
    if (this.#lowestPriority !== undefined) this.#lowestPriority = Math.min(this.#lowestPriority, pod.priority);
    this.pods.set(pod.key, pod);
    if (pod.terms) this.withTerms.set(pod.key, pod);
    accumulate(this.#requested, pod.requests, 1);
    accumulate(this.#assumedRequested, pod.assumedRequests, 1);
    if (pod.owner) this.#owners.set(pod.owner, this.countOwnedBy(pod.owner) + 1);
    if (pod.hostPorts.length > 0) this.#hostPorts = [...this.#hostPorts, ...pod.hostPorts];
  }

  removePod(key: string): void {
    const pod = this.pods.get(key);
    if (!pod) return;
    this.pods.delete(key);
    this.withTerms.delete(key);
    if (pod.priority === this.#lowestPriority) this.#lowestPriority = undefined;
    accumulate(this.#requested, pod.requests, -1);
    accumulate(this.#assumedRequested, pod.assumedRequests, -1);
    if (pod.owner) {
      const left = this.countOwnedBy(pod.owner) - 1;
      if (left > 0) this.#owners.set(pod.owner, left);
      else this.#owners.delete(pod.owner);
    }
    if (pod.hostPorts.length > 0) this.#hostPorts = [...this.pods.values()].flatMap(({ hostPorts }) => hostPorts);
  }

  /** What the Pods on it request, all together. */
  get requested(): Amounts {
    return this.#requested;
  }

  get assumedRequested(): Amounts {
    return this.#assumedRequested;
  }

  countOwnedBy(owner: string): number {
    return this.#owners.get(owner) ?? 0;
  }

  /** Of the Pods on it; infinite without any. */
  get lowestPriority(): number {
    this.#lowestPriority ??= Math.min(...[...this.pods.values()].map(({ priority }) => priority));
    return this.#lowestPriority;
  }

  get hostPorts(): readonly HostPort[] {
    return this.#hostPorts;
  }
}
