import type { DaemonSet } from '../../../shared/api/object.ts';
import { isReady } from '../pods/pod-state.ts';
import { isUpdated } from './new-pod.ts';
import { isAvailable, type Situation } from './nodes.ts';

type Counts = Omit<NonNullable<DaemonSet['status']>, 'collisionCount' | 'conditions'>;

/** What the nodes have, once those of `creating` have got a Pod. */
export function daemonSetStatus(situation: Situation, creating: readonly string[]): Counts {
  const { daemonSet, hash, nodes } = situation;
  const wanted = nodes.filter(({ shouldRun }) => shouldRun);
  const first = wanted.flatMap(({ pods }) => pods.slice(0, 1));
  const isNew = ({ name, pods }: (typeof nodes)[number]) => pods.length === 0 && creating.includes(name);
  const created = wanted.filter(isNew).length;
  const available = first.filter((pod) => isReady(pod) && isAvailable(pod, situation)).length;
  return {
    desiredNumberScheduled: wanted.length,
    currentNumberScheduled: first.length + created,
    numberMisscheduled: nodes.filter(({ shouldRun, pods }) => !shouldRun && pods.length > 0).length,
    numberReady: first.filter(isReady).length,
    updatedNumberScheduled: first.filter((pod) => isUpdated(pod, daemonSet, hash)).length + created,
    numberAvailable: available,
    numberUnavailable: wanted.length - available,
    observedGeneration: daemonSet.metadata.generation,
  };
}

/** Not stored while they are zero. */
const omitted = ['updatedNumberScheduled', 'numberAvailable', 'numberUnavailable'] as const;
const kept = [
  ...(['desiredNumberScheduled', 'currentNumberScheduled', 'numberMisscheduled', 'numberReady'] as const),
  'observedGeneration' as const,
];

/** The merge patch that turns the current status into the wanted one; undefined when nothing would change. */
export function statusPatch(current: DaemonSet['status'], wanted: Counts): Record<string, unknown> | undefined {
  const entries = [
    ...omitted.map((field) => [field, wanted[field] || null] as const),
    ...kept.map((field) => [field, wanted[field] ?? null] as const),
  ].filter(([field, value]) => (current?.[field] ?? null) !== value);
  return entries.length > 0 ? Object.fromEntries(entries) : undefined;
}
