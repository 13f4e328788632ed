import type { ContainerStatus, Pod, PodStatus } from '../../shared/api/object.ts';

/** Long enough for a Pod to start or to end, and short enough for one that does not. */
const startingPatienceMs = 500;
const endingPatienceMs = 1_000;

/**
 * How long a status may wait for the next one, which replaces it: every status that is written costs. What leads to a
 * start or an end is told in one go; all else at once.
 */
export function patienceOf(pod: Pod, status: PodStatus): number {
  if (pod.metadata.deletionTimestamp) return endingPatienceMs;
  const containers = [...(status.initContainerStatuses ?? []), ...(status.containerStatuses ?? [])];
  return status.phase === 'Pending' && containers.every(isComing) ? startingPatienceMs : 0;
}

/** Nothing is known of the container but that it will start. */
function isComing({ state, lastState }: ContainerStatus): boolean {
  const reason = state?.waiting?.reason;
  return (reason === 'ContainerCreating' || reason === 'PodInitializing') && !lastState?.terminated;
}

/** The API has another verdict on the Pod's readiness than its node. */
export function contradicts(said: PodStatus, own: PodStatus): boolean {
  return ['Ready', 'ContainersReady'].some((type) => verdict(said, type) !== verdict(own, type));
}

function verdict({ conditions = [] }: PodStatus, type: string): string | undefined {
  return conditions.find((condition) => condition.type === type)?.status;
}
