import type { Pod, PodSpec, Toleration } from '../../shared/api/object.ts';
import { conditionOf } from '../controllers/pods/pod-state.ts';
import { type PodTerms, podTermsOf } from './pod-terms.ts';
import { type Amounts, assumedPodRequests, podRequests } from './requests.ts';

/** Of the condition `DisruptionTarget` of a Pod that has to make room. */
export const preemptionReason = 'PreemptionByScheduler';

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
  priority: number;
  /** Epoch ms; undefined until its node has taken it up. */
  startedMs?: number;
  requests: Amounts;
  assumedRequests: Amounts;
  hostPorts: readonly HostPort[];
  /** Absent where it does not care about other Pods. */
  terms?: PodTerms;
  /** On its way out: to make room for another one, or for any other reason. */
  leaving?: 'preempted' | 'deleted';
}

/** A Pod that waits for a node: also what it asks of one. */
export interface PendingPod extends PodInfo {
  nodeName?: string;
  nodeSelector: Readonly<Record<string, string>>;
  affinity?: PodSpec['affinity'];
  topologySpread: NonNullable<PodSpec['topologySpreadConstraints']>;
  tolerations: readonly Toleration[];
  preemptionPolicy?: string;
}

/** Whether the Pod may have to wait for other Pods to come, or to change. */
export function waitsForOthers({ terms, topologySpread }: PendingPod): boolean {
  if (terms && terms.required.length > 0) return true;
  return topologySpread.some(({ whenUnsatisfiable }) => whenUnsatisfiable === 'DoNotSchedule');
}

export function podInfo(pod: Pod): PodInfo {
  const { metadata, spec, status } = pod;
  const leaving = leavingOf(pod);
  const terms = podTermsOf(spec, metadata.namespace ?? '');
  const owner = metadata.ownerReferences?.find(({ controller }) => controller)?.uid;
  return {
    key: `${metadata.namespace}/${metadata.name}`,
    uid: metadata.uid ?? '',
    namespace: metadata.namespace ?? '',
    labels: metadata.labels ?? {},
    ...(owner ? { owner } : {}),
    priority: spec?.priority ?? 0,
    ...(status?.startTime ? { startedMs: Date.parse(String(status.startTime)) } : {}),
    requests: podRequests(spec),
    assumedRequests: assumedPodRequests(spec),
    hostPorts: hostPortsOf(spec),
    ...(terms ? { terms } : {}),
    ...(leaving ? { leaving } : {}),
  };
}

function leavingOf(pod: Pod): PodInfo['leaving'] {
  if (!pod.metadata.deletionTimestamp) return undefined;
  const disruption = conditionOf(pod, 'DisruptionTarget');
  return disruption?.status === 'True' && disruption.reason === preemptionReason ? 'preempted' : 'deleted';
}

export function pendingPod(pod: Pod): PendingPod {
  const { spec } = pod;
  return {
    ...podInfo(pod),
    nodeName: spec?.nodeName,
    nodeSelector: spec?.nodeSelector ?? {},
    affinity: spec?.affinity,
    topologySpread: spec?.topologySpreadConstraints ?? [],
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
