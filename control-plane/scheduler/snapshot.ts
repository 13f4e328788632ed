import type { Node, Pod, Service } from '../../shared/api/object.ts';
import type { ObjectChange } from '../client.ts';
import { NodeInfo } from './node-info.ts';
import { Nominations } from './nominations.ts';
import { type PodInfo, podInfo } from './pod-info.ts';

/**
 * What the scheduler decides on: nodes, the Pods on them as projections or nominated for them, the selectors of Services
 * and the labels of namespaces. Kept up to date by changes, each of which may come more than once; a Pod that is assumed
 * to be on a node is simply on it until a change or `forget` says otherwise.
 */
export class Snapshot {
  readonly #nodes = new Map<string, NodeInfo>();
  readonly #nodeOfPod = new Map<string, string>();
  readonly #selectors = new Map<string, Map<string, Readonly<Record<string, string>>>>();
  readonly #namespaces = new Map<string, Readonly<Record<string, string>>>();
  readonly #withTerms = new Set<NodeInfo>();
  #list: readonly NodeInfo[] | undefined;
  readonly nominations = new Nominations();

  /** The nodes that exist, in a stable order. */
  get nodes(): readonly NodeInfo[] {
    this.#list ??= [...this.#nodes.values()].filter(({ exists }) => exists);
    return this.#list;
  }

  node(name: string): NodeInfo | undefined {
    const info = this.#nodes.get(name);
    return info?.exists ? info : undefined;
  }

  /** Those on which there are Pods that care about others. */
  get nodesWithTerms(): readonly NodeInfo[] {
    return [...this.#withTerms].filter(({ exists }) => exists);
  }

  readonly labelsOfNamespace = (name: string): Readonly<Record<string, string>> => this.#namespaces.get(name) ?? {};

  /** Takes in a change of a Node, a Pod, a Service or a Namespace. */
  apply({ key, type, object }: ObjectChange): void {
    const gone = type === 'DELETED';
    if (key.resource === 'nodes') gone ? this.#removeNode(key.name) : this.#putNode(object as Node);
    else if (key.resource === 'services') this.#putService(object as Service, gone);
    else if (key.resource === 'pods') this.#putPod(object as Pod, gone);
    else if (key.resource === 'namespaces') this.#putNamespace(key.name, gone ? undefined : object.metadata.labels);
  }

  assume(pod: PodInfo, nodeName: string): void {
    this.#place(pod, nodeName);
  }

  forget(podKey: string): void {
    const nodeName = this.#nodeOfPod.get(podKey);
    if (nodeName === undefined) return;
    this.#nodeOfPod.delete(podKey);
    const info = this.#nodes.get(nodeName);
    info?.removePod(podKey);
    if (info?.withTerms.size === 0) this.#withTerms.delete(info);
    if (info && !info.exists && info.pods.size === 0) this.#nodes.delete(nodeName);
  }

  /** What is known of a Pod has changed; it stays where it is. */
  replace(pod: PodInfo): void {
    const nodeName = this.#nodeOfPod.get(pod.key);
    if (nodeName !== undefined) this.#place(pod, nodeName);
  }

  /** Selectors of the Services that the Pod is behind. */
  servicesOf(pod: PodInfo): Readonly<Record<string, string>>[] {
    return [...(this.#selectors.get(pod.namespace)?.values() ?? [])].filter((selector) => matches(pod, selector));
  }

  #putNode(node: Node): void {
    this.#info(node.metadata.name ?? '').describe(node);
    this.#list = undefined;
  }

  #removeNode(name: string): void {
    const info = this.#nodes.get(name);
    if (!info) return;
    info.exists = false;
    if (info.pods.size === 0) this.#nodes.delete(name);
    this.#list = undefined;
  }

  #putPod(pod: Pod, gone: boolean): void {
    const nodeName = pod.spec?.nodeName;
    const finished = pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed';
    const key = `${pod.metadata.namespace}/${pod.metadata.name}`;
    if (nodeName && !gone && !finished) this.#place(podInfo(pod), nodeName);
    else if (nodeName || gone) this.forget(key);
  }

  #place(pod: PodInfo, nodeName: string): void {
    this.forget(pod.key);
    this.nominations.remove(pod.key);
    this.#nodeOfPod.set(pod.key, nodeName);
    const info = this.#info(nodeName);
    info.addPod(pod);
    if (pod.terms) this.#withTerms.add(info);
  }

  #putService({ metadata, spec }: Service, gone: boolean): void {
    const namespace = metadata.namespace ?? '';
    const ofNamespace = this.#selectors.get(namespace) ?? new Map();
    const selector = spec?.selector ?? {};
    if (gone || Object.keys(selector).length === 0) ofNamespace.delete(metadata.name ?? '');
    else ofNamespace.set(metadata.name ?? '', selector);
    if (ofNamespace.size > 0) this.#selectors.set(namespace, ofNamespace);
    else this.#selectors.delete(namespace);
  }

  #putNamespace(name: string, labels: Readonly<Record<string, string>> | undefined): void {
    if (labels) this.#namespaces.set(name, labels);
    else this.#namespaces.delete(name);
  }

  #info(name: string): NodeInfo {
    const known = this.#nodes.get(name);
    if (known) return known;
    const info = new NodeInfo(name);
    this.#nodes.set(name, info);
    return info;
  }
}

export function matches(pod: PodInfo, selector: Readonly<Record<string, string>>): boolean {
  return Object.entries(selector).every(([key, value]) => pod.labels[key] === value);
}
