import { badRequest, notFound, StatusError } from '../../../shared/api/errors.ts';
import type { EndpointSubset, Endpoints, KubernetesObject, Node, Pod, Service } from '../../../shared/api/object.ts';
import { isReachable } from '../../../shared/protocol/reachable-address.ts';
import { parseTargetId } from './target-id.ts';

/** Where an exchange ends: an address, and the node from which it is reached. */
export interface ProxyTarget {
  node: string;
  scheme: 'http' | 'https';
  host: string;
  port: number;
}

export interface TargetDeps {
  get(resource: string, namespace: string, name: string): KubernetesObject | undefined;
  /** In [0, 1). */
  random(): number;
}

const defaultPorts = { http: 80, https: 443 };

/** `pods/ID/proxy`: the Pod's own address, at the port that is named or the first that it declares. */
export function podTarget(deps: TargetDeps, namespace: string, id: string): ProxyTarget {
  const parsed = parseTargetId(id);
  if (!parsed) throw badRequest(`invalid pod request ${JSON.stringify(id)}`);
  const { scheme, name, port } = parsed;
  const pod = deps.get('pods', namespace, name) as Pod | undefined;
  if (!pod) throw notFound({ resource: 'pods', name });
  const declared = pod.spec?.containers.flatMap(({ ports }) => ports ?? [])[0]?.containerPort;
  const number = port === '' ? (declared ?? defaultPorts[scheme]) : Number(port);
  if (!Number.isInteger(number) || number < 1 || number > 65535) {
    throw badRequest(`invalid pod request ${JSON.stringify(id)}`);
  }
  const host = pod.status?.podIP ?? '';
  if (!isReachable(host) || !pod.spec?.nodeName) throw badRequest('address not allowed');
  return { node: pod.spec.nodeName, scheme, host, port: number };
}

/** `services/ID/proxy`: one of the Pods that are ready behind a port, which is named or the only one. */
export function serviceTarget(deps: TargetDeps, namespace: string, id: string): ProxyTarget {
  const parsed = parseTargetId(id);
  if (!parsed) throw badRequest(`invalid service request ${JSON.stringify(id)}`);
  const { scheme, name, port } = parsed;
  const portName = /^\d+$/.test(port) ? portNameOf(deps, { namespace, name, port: Number(port) }) : port;
  const endpoints = deps.get('endpoints', namespace, name) as Endpoints | undefined;
  if (!endpoints) throw notFound({ resource: 'endpoints', name });
  return { ...pick(deps, endpoints, { portName, id }), scheme };
}

/** What a webhook or an aggregated API names: a Service and one of its ports, by number. */
export function servicePortTarget(
  deps: TargetDeps,
  service: { namespace: string; name: string; port: number },
): Omit<ProxyTarget, 'scheme'> {
  const { namespace, name } = service;
  if (!deps.get('services', namespace, name)) throw notFound({ resource: 'services', name });
  const portName = portNameOf(deps, service);
  const endpoints = deps.get('endpoints', namespace, name) as Endpoints | undefined;
  if (!endpoints) throw notFound({ resource: 'endpoints', name });
  return pick(deps, endpoints, { portName, id: name });
}

function portNameOf(
  { get }: TargetDeps,
  { namespace, name, port }: { namespace: string; name: string; port: number },
): string {
  const service = get('services', namespace, name) as Service | undefined;
  if (!service) throw notFound({ resource: 'services', name });
  const found = (service.spec?.ports ?? []).find((one) => one.port === port);
  if (!found) throw unavailable(`no service port ${port} found for service ${JSON.stringify(name)}`);
  return found.name ?? '';
}

/** Somewhere to begin among the subsets and among the addresses of each, and on from there. */
function pick(
  deps: TargetDeps,
  { metadata, subsets = [] }: Endpoints,
  { portName, id }: { portName: string; id: string },
): Omit<ProxyTarget, 'scheme'> {
  const none = (what: string) => unavailable(`no endpoints available for service ${JSON.stringify(what)}`);
  if (subsets.length === 0) throw none(metadata.name ?? '');
  for (const subset of rotated(subsets, deps.random())) {
    const port = (subset.ports ?? []).find(({ name }) => (name ?? '') === portName)?.port;
    if (port === undefined) continue;
    for (const address of rotated(subset.addresses ?? [], deps.random())) {
      const node = nodeOf(deps, address);
      if (node) return { node, host: address.ip, port };
    }
  }
  throw none(id);
}

/** From a place that is chosen by `random`, around and up to it. */
export function rotated<T>(list: readonly T[], random: number): T[] {
  const from = Math.floor(random * list.length);
  return [...list.slice(from), ...list.slice(0, from)];
}

/** Only addresses that really are those of Pods: anybody may write Endpoints. */
function nodeOf({ get }: TargetDeps, { ip, targetRef }: NonNullable<EndpointSubset['addresses']>[number]) {
  if (!targetRef?.name || targetRef.kind !== 'Pod' || !isReachable(ip)) return undefined;
  const pod = get('pods', targetRef.namespace ?? '', targetRef.name) as Pod | undefined;
  const isOwn = (pod?.status?.podIPs ?? []).some((own) => own.ip === ip) || pod?.status?.podIP === ip;
  return isOwn ? pod?.spec?.nodeName : undefined;
}

/** `nodes/ID/proxy`: a port of the machine. */
export function nodeTarget(deps: TargetDeps, id: string): ProxyTarget {
  const parsed = parseTargetId(id);
  if (!parsed) throw badRequest(`invalid node request ${JSON.stringify(id)}`);
  const { scheme, name, port } = parsed;
  const node = deps.get('nodes', '', name) as Node | undefined;
  if (!node) throw notFound({ resource: 'nodes', name });
  const host = node.status?.addresses?.find(({ type }) => type === 'InternalIP')?.address ?? '';
  const number = port === '' ? kubeletPort : Number(port);
  if (!Number.isInteger(number) || number < 1 || number > 65535) {
    throw badRequest(`invalid node request ${JSON.stringify(id)}`);
  }
  if (!isReachable(host)) throw badRequest('address not allowed');
  return { node: name, scheme: port === '' ? 'https' : scheme, host, port: number };
}

/** Where Kubernetes' own agent listens; nothing of this project does. */
const kubeletPort = 10250;

function unavailable(message: string): StatusError {
  return new StatusError('ServiceUnavailable', message, {});
}
