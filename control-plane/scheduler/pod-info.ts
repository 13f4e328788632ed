import type { Pod, PodSpec, Toleration } from '../../shared/api/object.ts';
import { type Amounts, assumedPodRequests, podRequests } from './requests.ts';

export interface HostPort {
  ip: string;
  protocol: string;
  port: number;
}

/** What a placed Pod means to its node: the projection that the snapshot keeps. */
export interface PodInfo {
  /** `namespace/name` */
  key: string;
  uid: string;
  namespace: string;
  labels: Readonly<Record<string, string>>;
  /** uid of the controller that made it. */
  owner?: string;
  requests: Amounts;
  assumedRequests: Amounts;
  hostPorts: readonly HostPort[];
}

/** A Pod that waits for a node: also what it asks of one. */
export interface PendingPod extends PodInfo {
  priority: number;
  nodeName?: string;
  nodeSelector: Readonly<Record<string, string>>;
  affinity?: PodSpec['affinity'];
  tolerations: readonly Toleration[];
  preemptionPolicy?: string;
}

export function podInfo(pod: Pod): PodInfo {
  const { metadata, spec } = pod;
  const owner = metadata.ownerReferences?.find(({ controller }) => controller)?.uid;
  return {
    key: `${metadata.namespace}/${metadata.name}`,
    uid: metadata.uid ?? '',
    namespace: metadata.namespace ?? '',
    labels: metadata.labels ?? {},
    ...(owner ? { owner } : {}),
    requests: podRequests(spec),
    assumedRequests: assumedPodRequests(spec),
    hostPorts: hostPortsOf(spec),
  };
}

export function pendingPod(pod: Pod): PendingPod {
  const { spec } = pod;
  return {
    ...podInfo(pod),
    priority: spec?.priority ?? 0,
    nodeName: spec?.nodeName,
    nodeSelector: spec?.nodeSelector ?? {},
    affinity: spec?.affinity,
    tolerations: spec?.tolerations ?? [],
    preemptionPolicy: spec?.preemptionPolicy,
  };
}

function hostPortsOf(spec: PodSpec | undefined): HostPort[] {
  const sidecars = (spec?.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy === 'Always');
  return [...(spec?.containers ?? []), ...sidecars].flatMap(({ ports = [] }) =>
    ports
      .filter(({ hostPort }) => hostPort)
      .map(({ hostIP, protocol, hostPort }) => ({
        ip: hostIP || '0.0.0.0',
        protocol: protocol ?? 'TCP',
        port: hostPort!,
      })),
  );
}

/** Two Pods cannot both have it: same protocol and number, and one address covers the other. */
export function portsCollide(a: HostPort, b: HostPort): boolean {
  if (a.port !== b.port || a.protocol !== b.protocol) return false;
  return a.ip === b.ip || isWildcard(a.ip) || isWildcard(b.ip);
}

function isWildcard(ip: string): boolean {
  return ip === '0.0.0.0' || ip === '::';
}
