import type { Pod } from '../../../shared/api/object.ts';
import { podsToDelete } from '../replication/pod-ranking.ts';
import { backoffMs, finishedAt, remainingMs } from './backoff.ts';
import { IndexSet } from './index-set.ts';
import { failuresOf, newIndexedPod, newPod } from './new-pod.ts';
import type { Survey } from './survey.ts';
import { hasFailed, indexOf, isIndexed, waitsForEnd } from './tracking.ts';

/** Pods that one reconcile creates or deletes at most; the change feed brings the controller back for the rest. */
const burst = 500;

/** What to do about the Pods of a Job that goes on. */
export interface Management {
  create: Pod[];
  remove: Pod[];
  /** Pods are missing and must not be made before this many milliseconds. */
  waitMs?: number;
}

const nothing: Management = { create: [], remove: [] };

export function manage(survey: Survey): Management {
  const { spec, active, nowMs } = survey;
  if (spec.suspend) return { create: [], remove: active };
  const surplus = Math.max(0, active.length - wantedPods(survey));
  const remove = isIndexed(spec) ? withoutTwins(survey, surplus) : podsToDelete(active, surplus, nowMs);
  // Either deletions or creations: what is deleted now may be missing afterwards.
  if (remove.length > 0) return { create: [], remove: remove.slice(0, burst) };
  return replenish(survey);
}

/** How many Pods should run. */
function wantedPods({ spec, active, succeeded }: Survey): number {
  const { parallelism = 1, completions } = spec;
  if (completions === undefined) return succeeded > 0 ? active.length : parallelism;
  return Math.max(0, Math.min(completions - succeeded, parallelism));
}

function replenish(survey: Survey): Management {
  const { job, spec, active, terminating } = survey;
  const ending = waitsForEnd(spec) ? terminating.length : 0;
  const missing = Math.min(burst, wantedPods(survey) - active.length - ending);
  if (missing <= 0) return nothing;
  if (spec.backoffLimitPerIndex !== undefined) return replenishIndexes(survey, missing);
  const waitMs = backoffOf(survey);
  if (waitMs > 0) return { ...nothing, waitMs };
  if (isIndexed(spec)) {
    const create = pendingIndexes(survey, missing).map((index) => newIndexedPod(job, index, undefined));
    return { create, remove: [] };
  }
  return { create: Array.from({ length: missing }, () => newPod(job)), remove: [] };
}

function backoffOf({ pods, spec, nowMs }: Survey): number {
  const succeeded = pods.filter(({ status }) => status?.phase === 'Succeeded');
  const failed = pods.filter((pod) => hasFailed(pod, spec));
  return backoffMs({ succeeded, failed }, nowMs);
}

/** Each index waits for its own failures. */
function replenishIndexes(survey: Survey, missing: number): Management {
  const { job, held } = survey;
  const waits = pendingIndexes(survey, missing).map((index) => ({ index, waitMs: waitOfIndex(survey, index) }));
  const ready = waits.filter(({ waitMs }) => waitMs === 0);
  const create = ready.map(({ index }) => newIndexedPod(job, index, held.get(index)));
  const later = waits.map(({ waitMs }) => waitMs).filter((waitMs) => waitMs > 0);
  return { create, remove: [], ...(later.length > 0 ? { waitMs: Math.min(...later) } : {}) };
}

function waitOfIndex({ held, nowMs }: Survey, index: number): number {
  const last = held.get(index);
  if (!last) return 0;
  const { counted, ignored } = failuresOf(last);
  return remainingMs(counted + ignored + 1, finishedAt(last), nowMs);
}

function pendingIndexes({ spec, active, terminating, succeededIndexes, failedIndexes }: Survey, count: number) {
  const busy = waitsForEnd(spec) ? [...active, ...terminating] : active;
  const taken = succeededIndexes
    .union(failedIndexes ?? IndexSet.empty)
    .union(IndexSet.of(busy.flatMap((pod) => indexOf(pod, spec) ?? [])));
  return taken.firstMissing(count, spec.completions ?? 0);
}

/** Pods without an index or with one that another has too go first; then as many as are too many. */
function withoutTwins({ spec, active, nowMs }: Survey, surplus: number): Pod[] {
  const byIndex = Map.groupBy(active, (pod) => indexOf(pod, spec));
  const remove: Pod[] = [];
  for (const [index, twins] of byIndex) {
    remove.push(...(index === undefined ? twins : podsToDelete(twins, twins.length - 1, nowMs)));
  }
  const left = active.filter((pod) => !remove.includes(pod));
  return [...remove, ...podsToDelete(left, Math.max(0, surplus - remove.length), nowMs)];
}
