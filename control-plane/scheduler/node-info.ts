import type { Node, Taint } from '../../shared/api/object.ts';
import type { HostPort, PodInfo } from './pod-info.ts';
import { type Amounts, add, amountsOf, subtract } from './requests.ts';

/** A node as the scheduler sees it, with the running totals of the Pods on it. */
export class NodeInfo {
  readonly name: string;
  /** False while only Pods speak of it. */
  exists = false;
  labels: Readonly<Record<string, string>> = {};
  taints: readonly Taint[] = [];
  unschedulable = false;
  allocatable: Amounts = {};
  requested: Amounts = {};
  assumedRequested: Amounts = {};
  readonly pods = new Map<string, PodInfo>();
  readonly #owners = new Map<string, number>();
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

  addPod(pod: PodInfo): void {
    this.removePod(pod.key);
    this.pods.set(pod.key, pod);
    this.requested = add(this.requested, pod.requests);
    this.assumedRequested = add(this.assumedRequested, pod.assumedRequests);
    if (pod.owner) this.#owners.set(pod.owner, this.countOwnedBy(pod.owner) + 1);
    if (pod.hostPorts.length > 0) this.#hostPorts = [...this.#hostPorts, ...pod.hostPorts];
  }

  removePod(key: string): void {
    const pod = this.pods.get(key);
    if (!pod) return;
    this.pods.delete(key);
    this.requested = subtract(this.requested, pod.requests);
    this.assumedRequested = subtract(this.assumedRequested, pod.assumedRequests);
    if (pod.owner) {
      const left = this.countOwnedBy(pod.owner) - 1;
      if (left > 0) this.#owners.set(pod.owner, left);
      else this.#owners.delete(pod.owner);
    }
    if (pod.hostPorts.length > 0) this.#hostPorts = [...this.pods.values()].flatMap(({ hostPorts }) => hostPorts);
  }

  countOwnedBy(owner: string): number {
    return this.#owners.get(owner) ?? 0;
  }

  get hostPorts(): readonly HostPort[] {
    return this.#hostPorts;
  }
}
