import type { Pod } from '../../shared/api/object.ts';
import type { ContainerRecord } from '../runtime/container-runtime.ts';

/** Labels by which an agent finds its containers again. The first keeps agents that share one engine apart. */
export const containerLabels = {
  node: 'dev.fairlead.node',
  podName: 'io.kubernetes.pod.name',
  podNamespace: 'io.kubernetes.pod.namespace',
  podUid: 'io.kubernetes.pod.uid',
  containerName: 'io.kubernetes.container.name',
  type: 'io.kubernetes.docker.type',
  sandboxId: 'io.kubernetes.sandbox.id',
  attempt: 'io.kubernetes.container.restartCount',
  gracePeriod: 'io.kubernetes.pod.terminationGracePeriod',
} as const;

/** A Pod without its spec. */
export interface PodRef {
  namespace: string;
  name: string;
  uid: string;
}

export function refOf(pod: Pod): PodRef {
  return { namespace: pod.metadata.namespace ?? '', name: pod.metadata.name ?? '', uid: pod.metadata.uid ?? '' };
}

/** One of the engine's containers, as a part of a Pod. `name` is empty for sandboxes. */
export interface PodContainer {
  record: ContainerRecord;
  pod: PodRef;
  name: string;
  attempt: number;
  sandboxId: string;
}

/** Everything on the engine that belongs to one Pod, newest attempt first. */
export interface ObservedPod {
  sandboxes: PodContainer[];
  containers: PodContainer[];
}

export function podContainer(record: ContainerRecord): PodContainer {
  const label = (key: keyof typeof containerLabels) => record.labels[containerLabels[key]] ?? '';
  return {
    record,
    pod: { namespace: label('podNamespace'), name: label('podName'), uid: label('podUid') },
    name: label('type') === 'podsandbox' ? '' : label('containerName'),
    attempt: Number(label('attempt') || 0),
    sandboxId: label('sandboxId'),
  };
}

export function observedPod(records: Iterable<ContainerRecord>): ObservedPod {
  const all = [...records]
    .map(podContainer)
    .sort((a, b) => b.attempt - a.attempt || b.record.createdAt - a.record.createdAt);
  return { sandboxes: all.filter(({ name }) => name === ''), containers: all.filter(({ name }) => name !== '') };
}

/** The newest container of that name; undefined when there was none yet. */
export function latest(observed: ObservedPod, name: string): PodContainer | undefined {
  return observed.containers.find((container) => container.name === name);
}

/** Names as the kubelet gives them on Docker: unique per attempt, so that the engine itself refuses a second one. */
export function engineName(pod: PodRef, container: string, attempt: number): string {
  return ['k8s', container || 'POD', pod.name, pod.namespace, pod.uid, attempt].join('_');
}

export function sandboxLabels(pod: Pod, { node, attempt }: { node: string; attempt: number }): Record<string, string> {
  const { namespace, name, uid } = refOf(pod);
  return {
    [containerLabels.node]: node,
    [containerLabels.podName]: name,
    [containerLabels.podNamespace]: namespace,
    [containerLabels.podUid]: uid,
    [containerLabels.containerName]: 'POD',
    [containerLabels.type]: 'podsandbox',
    [containerLabels.attempt]: String(attempt),
    [containerLabels.gracePeriod]: String(pod.spec?.terminationGracePeriodSeconds ?? 30),
  };
}

export function appLabels(
  pod: Pod,
  { node, attempt, container, sandboxId }: { node: string; attempt: number; container: string; sandboxId: string },
): Record<string, string> {
  return {
    ...sandboxLabels(pod, { node, attempt }),
    [containerLabels.containerName]: container,
    [containerLabels.type]: 'container',
    [containerLabels.sandboxId]: sandboxId,
  };
}
