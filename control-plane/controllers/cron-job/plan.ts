import type { CronJob, Job } from '../../../shared/api/object.ts';
import { findCondition } from '../job/conditions.ts';
import { referenceTo } from '../replication/replica-owner.ts';
import { timestamp } from '../runtime/write.ts';
import { localTimestamp, type ScheduleTimes, scheduleTimes } from './schedule-times.ts';

export type CronJobStatus = NonNullable<CronJob['status']>;

export interface CronJobEvent {
  type: 'Normal' | 'Warning';
  reason: string;
  message: string;
}

/** What to do about a CronJob now. */
export interface CronJobPlan {
  create?: Job;
  remove: Job[];
  /** After that, without the Job that is created. */
  status: CronJobStatus;
  events: CronJobEvent[];
  /** When it is due again. */
  requeueAfterMs?: number;
}

export const cronJobKind = { apiVersion: 'batch/v1', kind: 'CronJob' };
const scheduledAtAnnotation = 'batch.kubernetes.io/cronjob-scheduled-timestamp';
/** A clock that is a little fast must not see a time before it has come. */
const clockSkewMs = 100;
const manyMissed = 100;

/** Decides from one consistent reading of a CronJob and the Jobs that it owns. */
export function planCronJob(cronJob: CronJob, jobs: readonly Job[], nowMs: number): CronJobPlan {
  const events: CronJobEvent[] = [];
  const remove = beyondHistory(cronJob, jobs);
  const status = observe(cronJob, jobs, { remove, events });
  const plan: CronJobPlan = { remove, status, events };
  const { spec, metadata } = cronJob;
  if (!spec || metadata.deletionTimestamp || spec.suspend) return plan;
  const times = timesOf(cronJob, events);
  const next = times?.next(nowMs);
  if (!times || next === undefined) return plan;
  const scheduled = start(cronJob, { plan, jobs, times, nowMs });
  return { ...plan, ...scheduled, requeueAfterMs: next - nowMs + clockSkewMs };
}

/** When a CronJob whose schedule has just changed is due: times of the new schedule that have passed do not count. */
export function nextTimeInMs(cronJob: CronJob, nowMs: number): number | undefined {
  if (!cronJob.spec || cronJob.spec.suspend || cronJob.metadata.deletionTimestamp) return undefined;
  const next = timesOf(cronJob, [])?.next(nowMs);
  return next === undefined ? undefined : next - nowMs + clockSkewMs;
}

function beginOf({ metadata, status }: CronJob): number {
  return Date.parse(status?.lastScheduleTime ?? metadata.creationTimestamp ?? '') || 0;
}

/** A schedule that was valid may not be any more: time zones come and go with the platform. */
function timesOf(cronJob: CronJob, events: CronJobEvent[]): ScheduleTimes | undefined {
  const { spec } = cronJob;
  if (!spec) return undefined;
  try {
    return scheduleTimes(spec, beginOf(cronJob));
  } catch (error) {
    if (!(error instanceof SyntaxError || error instanceof RangeError)) throw error;
    const message = `unparseable schedule: ${JSON.stringify(spec.schedule)} : ${error.message}`;
    events.push({ type: 'Warning', reason: 'UnparseableSchedule', message });
    return undefined;
  }
}

interface Attempt {
  plan: CronJobPlan;
  jobs: readonly Job[];
  times: ScheduleTimes;
  nowMs: number;
}

/** The Job of the last time that has come, if it is not too late and none is there yet. */
function start(cronJob: CronJob, { plan, jobs, times, nowMs }: Attempt): Partial<CronJobPlan> {
  const { spec, status } = cronJob;
  const deadlineMs = (spec?.startingDeadlineSeconds ?? Number.POSITIVE_INFINITY) * 1000;
  const earliestMs = Math.max(beginOf(cronJob), nowMs - deadlineMs);
  const dueMs = times.last(nowMs);
  if (dueMs === undefined || dueMs <= earliestMs) return {};
  if (countMissed(times, earliestMs, nowMs) > manyMissed) {
    const message = 'too many missed start times. Set or decrease .spec.startingDeadlineSeconds or check clock skew';
    plan.events.push({ type: 'Warning', reason: 'TooManyMissedTimes', message });
  }
  const create = newJob(cronJob, dueMs);
  const active = plan.status.active ?? [];
  const isStarted = active.some(({ name }) => name === create.metadata.name);
  if (isStarted || status?.lastScheduleTime === timestamp(dueMs)) return {};
  if (spec?.concurrencyPolicy === 'Forbid' && active.length > 0) {
    const message = 'Not starting job because prior execution is running and concurrency policy is Forbid';
    plan.events.push({ type: 'Normal', reason: 'JobAlreadyActive', message });
    return {};
  }
  const isReplaced = ({ metadata }: Job) => active.some(({ uid }) => uid === metadata.uid);
  const replaced = spec?.concurrencyPolicy === 'Replace' ? jobs.filter(isReplaced) : [];
  const left = active.filter(({ uid }) => !replaced.some(({ metadata }) => metadata.uid === uid));
  return {
    create,
    remove: [...plan.remove, ...replaced],
    status: { ...plan.status, active: left, lastScheduleTime: timestamp(dueMs) },
  };
}

/** About: as if all the distances were like the first. */
function countMissed(times: ScheduleTimes, fromMs: number, nowMs: number): number {
  const first = times.next(fromMs) ?? nowMs;
  const second = times.next(first) ?? nowMs;
  return second <= first ? 1 : Math.floor((nowMs - first) / (second - first)) + 1;
}

/** Its name is that of its time: the same Job is never made twice. */
function newJob(cronJob: CronJob, dueMs: number): Job {
  const { metadata, spec } = cronJob;
  const { metadata: template, spec: jobSpec } = spec?.jobTemplate ?? {};
  return {
    ...{ apiVersion: 'batch/v1', kind: 'Job' },
    metadata: {
      name: `${metadata.name}-${Math.floor(dueMs / 60_000)}`,
      namespace: metadata.namespace,
      labels: { ...template?.labels },
      annotations: { ...template?.annotations, [scheduledAtAnnotation]: localTimestamp(dueMs, spec?.timeZone) },
      ownerReferences: [referenceTo(cronJobKind, cronJob)],
    },
    spec: jobSpec,
  };
}

/** How a Job has ended; undefined while it has not. */
function endOf(job: Job): 'Complete' | 'Failed' | undefined {
  return (['Complete', 'Failed'] as const).find((type) => findCondition(job, type)?.status === 'True');
}

/** What the status says about the Jobs that are there. */
function observe(
  { metadata, status = {} }: CronJob,
  jobs: readonly Job[],
  { remove, events }: { remove: readonly Job[]; events: CronJobEvent[] },
): CronJobStatus {
  const tell = (type: 'Normal' | 'Warning', reason: string, message: string) => events.push({ type, reason, message });
  const byUid = new Map(jobs.map((job) => [job.metadata.uid, job]));
  const listed = new Set(status.active?.map(({ uid }) => uid));
  const active = (status.active ?? []).filter(({ uid, name }) => {
    const job = byUid.get(uid);
    const end = job && endOf(job);
    if (!job) tell('Normal', 'MissingJob', `Active job went missing: ${name}`);
    else if (end && !remove.includes(job))
      tell('Normal', 'SawCompletedJob', `Saw completed job: ${name}, condition: ${end}`);
    return job && !end;
  });
  for (const job of jobs) {
    if (endOf(job) || listed.has(job.metadata.uid) || metadata.deletionTimestamp) continue;
    const name = job.metadata.name ?? '';
    tell('Warning', 'UnexpectedJob', `Saw a job that the controller did not create or forgot: ${name}`);
  }
  const successes = jobs.filter((job) => endOf(job) === 'Complete').map((job) => job.status?.completionTime ?? '');
  const lastSuccessfulTime = [status.lastSuccessfulTime ?? '', ...successes].sort().at(-1);
  return { ...status, active, ...(lastSuccessfulTime ? { lastSuccessfulTime } : {}) };
}

/** Finished Jobs beyond what is kept of their sort, the oldest first. */
function beyondHistory({ spec }: CronJob, jobs: readonly Job[]): Job[] {
  const limits = { Complete: spec?.successfulJobsHistoryLimit, Failed: spec?.failedJobsHistoryLimit };
  return (['Complete', 'Failed'] as const).flatMap((end) => {
    const limit = limits[end];
    if (limit === undefined) return [];
    const finished = jobs.filter((job) => endOf(job) === end && !job.metadata.deletionTimestamp).sort(byStart);
    return finished.slice(0, Math.max(0, finished.length - limit));
  });
}

function byStart(a: Job, b: Job): number {
  const key = ({ metadata, status }: Job) => `${status?.startTime ?? '~'} ${metadata.name}`;
  return key(a) < key(b) ? -1 : 1;
}
