import type { ContainerStatus, Pod } from '../../../shared/api/object.ts';
import { conditionOf } from '../pods/pod-state.ts';

const firstBackoffMs = 10_000;
const maximumBackoffMs = 600_000;

/**
 * How long a failed Pod is not replaced yet. Every failure since the last success doubles it. Nothing is remembered:
 * the Pods of a Job stay, and say when they ended.
 */
export function backoffMs(pods: { succeeded: readonly Pod[]; failed: readonly Pod[] }, nowMs: number): number {
  const lastSuccess = Math.max(Number.NEGATIVE_INFINITY, ...pods.succeeded.map(finishedAt));
  const failures = pods.failed.map(finishedAt).filter((atMs) => atMs > lastSuccess);
  return remainingMs(failures.length, Math.max(0, ...failures), nowMs);
}

/** The same for one index: its last failed Pod carries the number of failures before it. */
export function remainingMs(failures: number, lastFailureMs: number, nowMs: number): number {
  if (failures === 0) return 0;
  const wait = Math.min(firstBackoffMs * 2 ** Math.min(failures - 1, 10), maximumBackoffMs);
  return Math.max(0, lastFailureMs + wait - nowMs);
}

/** When the Pod ended, in epoch ms, as well as it can be told. */
export function finishedAt(pod: Pod): number {
  const ready = conditionOf(pod, 'Ready');
  const { deletionTimestamp, deletionGracePeriodSeconds = 0, creationTimestamp = '' } = pod.metadata;
  const ended = endOfContainers(pod);
  if (ended !== undefined) return ended;
  if (ready?.status === 'False' && ready.lastTransitionTime) return Date.parse(ready.lastTransitionTime);
  if (deletionTimestamp) return Date.parse(deletionTimestamp) - deletionGracePeriodSeconds * 1000;
  return Date.parse(creationTimestamp) || 0;
}

/** The end of the last one; undefined while one is running. Sidecars end after the others. */
function endOfContainers({ spec, status }: Pod): number | undefined {
  const sidecars = new Set(
    (spec?.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy === 'Always').map(({ name }) => name),
  );
  const containers: ContainerStatus[] = [
    ...(status?.containerStatuses ?? []),
    ...(status?.initContainerStatuses ?? []).filter(({ name }) => sidecars.has(name)),
  ];
  const ends = containers.map(({ state }) => Date.parse(state?.terminated?.finishedAt ?? ''));
  return ends.length === 0 || ends.some(Number.isNaN) ? undefined : Math.max(...ends);
}
