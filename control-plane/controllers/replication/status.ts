import { jsonEqual } from '../../../shared/api/json.ts';
import type { Pod } from '../../../shared/api/object.ts';
import { hasLabels, isReady, readySince } from '../pods/pod-state.ts';
import type { ReplicaOwner, ReplicaStatus } from './replica-owner.ts';

export interface ReplicaFailure {
  reason: 'FailedCreate' | 'FailedDelete';
  message: string;
}

/** The status that these Pods give. `failure` undefined: the last attempt went well. */
export function replicationStatus(
  controller: ReplicaOwner,
  pods: readonly Pod[],
  options: { nowMs: number; now: string; failure?: ReplicaFailure; terminating?: number },
): ReplicaStatus {
  const templateLabels = controller.spec?.template?.metadata?.labels ?? {};
  const minReadyMs = (controller.spec?.minReadySeconds ?? 0) * 1000;
  return {
    replicas: pods.length,
    fullyLabeledReplicas: pods.filter((pod) => hasLabels(pod, templateLabels)).length,
    readyReplicas: pods.filter(isReady).length,
    availableReplicas: pods.filter((pod) => availableInMs(pod, minReadyMs, options.nowMs) === 0).length,
    ...(options.terminating === undefined ? {} : { terminatingReplicas: options.terminating }),
    observedGeneration: controller.metadata.generation,
    conditions: failureConditions(controller.status?.conditions ?? [], options),
  };
}

/** Milliseconds until the Pod counts as available, 0 when it does, undefined while it is not ready. */
export function availableInMs(pod: Pod, minReadyMs: number, nowMs: number): number | undefined {
  if (!isReady(pod)) return undefined;
  return minReadyMs === 0 ? 0 : Math.max(0, (readySince(pod) ?? nowMs) + minReadyMs - nowMs);
}

function failureConditions(
  conditions: NonNullable<ReplicaStatus['conditions']>,
  { failure, now }: { failure?: ReplicaFailure; now: string },
): NonNullable<ReplicaStatus['conditions']> {
  const others = conditions.filter(({ type }) => type !== 'ReplicaFailure');
  if (!failure) return others;
  const known = conditions.find(({ type }) => type === 'ReplicaFailure');
  // As upstream: a failure that is known keeps its first words until an attempt goes well.
  return [...others, known ?? { type: 'ReplicaFailure', status: 'True', lastTransitionTime: now, ...failure }];
}

const counters = [
  'replicas',
  'fullyLabeledReplicas',
  'readyReplicas',
  'availableReplicas',
  'terminatingReplicas',
  'observedGeneration',
] as const;

/**
 * The merge patch that turns the current status into the wanted one; undefined when nothing would change. Without a
 * current one it names every field.
 */
export function statusPatch(
  current: ReplicaStatus | undefined,
  wanted: ReplicaStatus,
): Record<string, unknown> | undefined {
  const patch: Record<string, unknown> = {};
  for (const field of counters) {
    // Upstream omits zeros, except of what is a pointer there.
    const value =
      (wanted[field] || (field === 'replicas' || field === 'terminatingReplicas' ? wanted[field] : null)) ?? null;
    if (!current || (current[field] ?? null) !== value) patch[field] = value;
  }
  const conditions = wanted.conditions ?? [];
  const isSame = current && jsonEqual(current.conditions ?? [], conditions);
  if (!isSame) patch.conditions = conditions.length > 0 ? conditions : null;
  return Object.keys(patch).length > 0 ? patch : undefined;
}
