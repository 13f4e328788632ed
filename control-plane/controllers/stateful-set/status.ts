import { jsonEqual } from '../../../shared/api/json.ts';
import type { Pod, StatefulSet } from '../../../shared/api/object.ts';
import { availableInMs } from '../replication/status.ts';
import { revisionOf } from './identity.ts';
import { isRunningAndReady, type Situation } from './plan.ts';

export type StatefulSetStatus = NonNullable<StatefulSet['status']>;

/** The status that these Pods give, once `removed` are on their way out. */
export function statefulSetStatus(
  set: StatefulSet,
  { current, update, nowMs }: Omit<Situation, 'pods'>,
  { pods, removed }: { pods: readonly Pod[]; removed: readonly Pod[] },
): StatefulSetStatus {
  const minReadyMs = (set.spec?.minReadySeconds ?? 0) * 1000;
  const ready = pods.filter(isRunningAndReady);
  const staying = pods.filter((pod) => !pod.metadata.deletionTimestamp && !removed.includes(pod));
  const [currentName = '', updateName = ''] = [current.metadata.name, update.metadata.name];
  const status: StatefulSetStatus = {
    observedGeneration: set.metadata.generation,
    replicas: pods.length,
    readyReplicas: ready.length,
    availableReplicas: ready.filter((pod) => availableInMs(pod, minReadyMs, nowMs) === 0).length,
    currentReplicas: staying.filter((pod) => revisionOf(pod) === currentName).length,
    updatedReplicas: staying.filter((pod) => revisionOf(pod) === updateName).length,
    currentRevision: currentName,
    updateRevision: updateName,
    collisionCount: set.status?.collisionCount ?? 0,
  };
  const wanted = set.spec?.replicas ?? 1;
  const isComplete =
    set.spec?.updateStrategy?.type === 'RollingUpdate' &&
    [status.updatedReplicas, status.readyReplicas, status.replicas].every((count) => count === wanted);
  if (!isComplete) return status;
  return { ...status, currentReplicas: status.updatedReplicas, currentRevision: updateName };
}

/** Not stored while they are zero. */
const omitted = ['readyReplicas', 'currentReplicas', 'updatedReplicas'] as const;
const kept = [
  ...(['observedGeneration', 'replicas', 'availableReplicas', 'collisionCount'] as const),
  ...(['currentRevision', 'updateRevision'] as const),
];

/** The merge patch that turns the current status into the wanted one; undefined when nothing would change. */
export function statusPatch(
  current: StatefulSetStatus | undefined,
  wanted: StatefulSetStatus,
): Record<string, unknown> | undefined {
  const entries = [
    ...omitted.map((field) => [field, wanted[field] || null] as const),
    ...kept.map((field) => [field, wanted[field] ?? null] as const),
  ].filter(([field, value]) => !jsonEqual(current?.[field] ?? null, value));
  return entries.length > 0 ? Object.fromEntries(entries) : undefined;
}
