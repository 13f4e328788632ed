import type { Job, Pod } from '../../../shared/api/object.ts';
import { isReady } from '../pods/pod-state.ts';
import { timestamp } from '../runtime/write.ts';
import { withCondition } from './conditions.ts';
import { judgeFailure } from './failure-policy.ts';
import { type Management, manage } from './manage.ts';
import { announcement, completionsReached, deadlineInMs, decideOutcome, type Outcome } from './outcome.ts';
import { type Survey, survey } from './survey.ts';
import { hasFailed, indexOf, isIndexed, isTracked, type JobStatus } from './tracking.ts';

/** Pods that one reconcile counts at most. */
const maxCounted = 500;

export interface JobEvent {
  type: 'Normal' | 'Warning';
  reason: string;
  message: string;
}

/** What to do about a Job. All of it happens at once: what is counted is released in the same transaction. */
export interface JobPlan {
  create: Pod[];
  remove: Pod[];
  /** Lose the finalizer, because the status counts them now or nobody ever will. */
  release: Pod[];
  status: JobStatus;
  events: JobEvent[];
  requeueAfterMs?: number;
}

/** Decides from one consistent reading of a Job that has not ended and its Pods. */
export function planJob(job: Job, pods: readonly Pod[], nowMs: number): JobPlan {
  const now = survey(job, pods, nowMs);
  const early = decideOutcome(now);
  const management = manageUnlessOver(now, early);
  const active = now.active.length - management.remove.length + management.create.length;
  const outcome = early ?? (isComplete(now, active) ? completionsReached : undefined);
  const { release, counts, isAll } = count(now, outcome, management.remove);
  const ending = management.remove.filter(({ spec }) => spec?.nodeName).length;
  const terminating = now.terminating.length + ending;
  const kept = now.active.filter((pod) => !management.remove.includes(pod));
  const events: JobEvent[] = [];
  const status: JobStatus = {
    ...job.status,
    startTime: job.status?.startTime ?? (now.spec.suspend ? undefined : timestamp(nowMs)),
    active,
    ready: kept.filter(isReady).length,
    terminating,
    ...counts,
    uncountedTerminatedPods: {},
  };
  if (outcome) conclude(status, outcome, { nowMs, events, isOver: isAll && terminating === 0, now });
  else if (!job.metadata.deletionTimestamp) suspendOrResume(status, now, events);
  const waits = outcome ? [] : [management.waitMs, deadlineInMs(now)].filter((wait) => wait !== undefined);
  const requeue = waits.length > 0 ? { requeueAfterMs: Math.min(...waits) } : {};
  return { create: management.create, remove: management.remove, release, status, events, ...requeue };
}

function manageUnlessOver(now: Survey, outcome: Outcome | undefined): Management {
  if (outcome) return { create: [], remove: now.active };
  return now.job.metadata.deletionTimestamp ? { create: [], remove: [] } : manage(now);
}

function isComplete({ spec, succeeded }: Survey, active: number): boolean {
  return active === 0 && (spec.completions === undefined ? succeeded > 0 : succeeded >= spec.completions);
}

interface Count {
  release: Pod[];
  counts: Pick<JobStatus, 'succeeded' | 'failed' | 'completedIndexes' | 'failedIndexes'>;
  /** No Pods are left to count. */
  isAll: boolean;
}

/** Counts the Pods that have ended, and with the end of the Job all of them. */
function count(now: Survey, outcome: Outcome | undefined, removed: readonly Pod[]): Count {
  const { job, spec, pods } = now;
  const { succeeded = 0, failed = 0, uncountedTerminatedPods: uncounted } = job.status ?? {};
  const known = new Set([...(uncounted?.succeeded ?? []), ...(uncounted?.failed ?? [])]);
  const candidates = pods.filter((pod) => isTracked(pod) && mayRelease(pod, now, outcome, removed));
  const release = candidates.slice(0, maxCounted);
  const counts = {
    succeeded: succeeded + (uncounted?.succeeded?.length ?? 0),
    failed: failed + (uncounted?.failed?.length ?? 0),
  };
  for (const pod of release) {
    if (known.has(pod.metadata.uid ?? '')) continue;
    if (pod.status?.phase === 'Succeeded') counts.succeeded++;
    else if (countsAsFailure(pod, now, outcome)) counts.failed++;
  }
  const indexes = isIndexed(spec)
    ? {
        succeeded: now.succeededIndexes.size,
        completedIndexes: now.succeededIndexes.toString(),
        failedIndexes: now.failedIndexes?.toString(),
      }
    : {};
  return { release, counts: { ...counts, ...indexes }, isAll: release.length === candidates.length };
}

function mayRelease(pod: Pod, now: Survey, outcome: Outcome | undefined, removed: readonly Pod[]): boolean {
  const { job, spec, held } = now;
  if (job.metadata.deletionTimestamp || outcome || removed.includes(pod)) return true;
  if (pod.status?.phase === 'Succeeded') return true;
  return hasFailed(pod, spec) && held.get(indexOf(pod, spec) ?? -1) !== pod;
}

/** A Pod that a failing Job ends has failed; one that a successful or shrinking Job no longer needs has not. */
function countsAsFailure(pod: Pod, { spec }: Survey, outcome: Outcome | undefined): boolean {
  if (!hasFailed(pod, spec) && outcome?.result !== 'Failed') return false;
  if (isIndexed(spec) && indexOf(pod, spec) === undefined) return false;
  return judgeFailure(spec, pod).action !== 'Ignore';
}

function conclude(
  status: JobStatus,
  { result, reason, message }: Outcome,
  { nowMs, events, isOver, now }: { nowMs: number; events: JobEvent[]; isOver: boolean; now: Survey },
): void {
  const put = (type: string) => {
    status.conditions = withCondition(status.conditions ?? [], { type, status: 'True', reason, message }, nowMs);
  };
  if (!status.conditions?.some(({ type }) => type === announcement[result])) put(announcement[result]);
  if (!isOver) return;
  put(result);
  if (result === 'Failed') {
    events.push({ type: 'Warning', reason, message });
    return;
  }
  status.completionTime = timestamp(nowMs);
  const { completions } = now.spec;
  if (completions !== undefined && (status.succeeded ?? 0) > completions) {
    const text = 'Too many succeeded pods running after completion count reached';
    events.push({ type: 'Warning', reason: 'TooManySucceededPods', message: text });
  }
  events.push({ type: 'Normal', reason: 'Completed', message: 'Job completed' });
}

/** The clock of a Job runs while it is not suspended, from its last start. */
function suspendOrResume(status: JobStatus, { spec, nowMs }: Survey, events: JobEvent[]): void {
  const before = status.conditions ?? [];
  const said = spec.suspend
    ? { type: 'Suspended', status: 'True', reason: 'JobSuspended', message: 'Job suspended' }
    : { type: 'Suspended', status: 'False', reason: 'JobResumed', message: 'Job resumed' };
  const after = withCondition(before, said, nowMs);
  if (after === before) return;
  status.conditions = after;
  status.startTime = spec.suspend ? undefined : timestamp(nowMs);
  const reason = spec.suspend ? 'Suspended' : 'Resumed';
  events.push({ type: 'Normal', reason, message: said.message });
}
