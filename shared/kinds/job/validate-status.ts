import type { FieldError } from '../../api/errors.ts';
import { duplicate, invalidField, invalidValue, required } from '../../api/field-errors.ts';
import { jsonEqual } from '../../api/json.ts';
import type { Job } from '../../api/object.ts';
import { validateCounts } from '../workloads/validate-counts.ts';
import { hasCondition, isFinished, type JobConditionType } from './conditions.ts';
import { firstOverlap, parseIndexes } from './indexes.ts';

type Status = NonNullable<Job['status']>;

/** A change of a status. Most rules are about what changes: a status that breaks one already must not stop the others. */
interface Change {
  job: Job;
  old: Job;
  status: Status;
  before: Status;
  changed(...fields: (keyof Status)[]): boolean;
  turned(...types: JobConditionType[]): boolean;
}

export function validateJobStatus(job: Job, old: Job): FieldError[] {
  const [status, before] = [job.status ?? {}, old.status ?? {}];
  const change: Change = {
    job,
    old,
    status,
    before,
    changed: (...fields) => fields.some((field) => !jsonEqual(status[field], before[field])),
    turned: (...types) => types.some((type) => hasCondition(job, type) !== hasCondition(old, type)),
  };
  return [
    ...validateCounts(status, ['active', 'succeeded', 'failed', 'ready', 'terminating']),
    ...validateUncounted(status),
    ...validateOutcome(change),
    ...validateTimes(change),
    ...validateEnd(change),
    ...validateIndexLists(change),
    ...validateContradictions(change),
    ...validateProgress(change),
  ];
}

/** Each Pod is waiting to be counted once. */
function validateUncounted({ uncountedTerminatedPods: uncounted }: Status): FieldError[] {
  const seen = new Set<string>();
  return (['succeeded', 'failed'] as const).flatMap((list) =>
    (uncounted?.[list] ?? []).flatMap((uid, index) => {
      const path = `status.uncountedTerminatedPods.${list}[${index}]`;
      if (uid === '') return [invalidValue(path, uid, 'must not be empty')];
      if (seen.has(uid)) return [duplicate(path, uid)];
      seen.add(uid);
      return [];
    }),
  );
}

const conditions = (detail: string) => invalidField('status.conditions', detail);

function validateOutcome({ job, turned }: Change): FieldError[] {
  const errors: FieldError[] = [];
  if (!hasCondition(job, 'Complete')) return errors;
  if (turned('Complete', 'Failed') && hasCondition(job, 'Failed')) {
    errors.push(conditions('cannot set Complete=True and Failed=true conditions'));
  }
  if (turned('Complete', 'FailureTarget') && hasCondition(job, 'FailureTarget')) {
    errors.push(conditions('cannot set Complete=True and FailureTarget=true conditions'));
  }
  return errors;
}

function validateTimes({ job, status, changed, turned }: Change): FieldError[] {
  const { startTime, completionTime } = status;
  const path = 'status.completionTime';
  const isComplete = hasCondition(job, 'Complete');
  const errors: FieldError[] = [];
  if (turned('Complete') || changed('completionTime')) {
    if (completionTime && !isComplete) {
      const detail = 'cannot set completionTime when there is no Complete=True condition';
      errors.push(invalidValue(path, completionTime, detail));
    }
    if (!completionTime && isComplete) errors.push(required(path, 'completionTime is required for Complete jobs'));
  }
  if (startTime && completionTime && changed('startTime', 'completionTime')) {
    if (Date.parse(completionTime) < Date.parse(startTime)) {
      errors.push(invalidValue(path, completionTime, 'must be equal to or after `startTime`'));
    }
  }
  return errors;
}

/** What a Job that has ended, or is about to, no longer has. */
function validateEnd({ job, old, status, changed, turned }: Change): FieldError[] {
  const errors: FieldError[] = [];
  if (
    hasCondition(job, 'Failed') &&
    !hasCondition(job, 'FailureTarget') &&
    (turned('Failed') || changed('failedIndexes'))
  ) {
    errors.push(conditions('cannot set Failed=True condition without the FailureTarget=true condition'));
  }
  const isMet = hasCondition(job, 'SuccessCriteriaMet');
  if (hasCondition(job, 'Complete') && !isMet && turned('Complete', 'SuccessCriteriaMet')) {
    errors.push(conditions('cannot set Complete=True condition without the SuccessCriteriaMet=true condition'));
  }
  if (!isFinished(job)) return errors;
  const hasEnded = !isFinished(old);
  const { active = 0, startTime, uncountedTerminatedPods: uncounted } = status;
  if (active > 0 && (hasEnded || changed('active'))) {
    errors.push(invalidValue('status.active', active, 'active>0 is invalid for finished job'));
  }
  const neverStarts = job.spec?.suspend === true && job.spec.completions === 0;
  if (!startTime && !neverStarts && (hasEnded || changed('startTime'))) {
    errors.push(required('status.startTime', 'startTime is required for finished job'));
  }
  if ((uncounted?.failed?.length || uncounted?.succeeded?.length) && (hasEnded || changed('uncountedTerminatedPods'))) {
    errors.push(invalidValue('status.uncountedTerminatedPods', uncounted, 'must be empty for finished job'));
  }
  return errors;
}

function validateIndexLists({ job, status, changed }: Change): FieldError[] {
  const { completions, backoffLimitPerIndex, completionMode } = job.spec ?? {};
  const { completedIndexes = '', failedIndexes } = status;
  const completedPath = 'status.completedIndexes';
  const failedPath = 'status.failedIndexes';
  const errors: FieldError[] = [];
  const judge = (path: string, name: string, list: string) => {
    const { problem } = parseIndexes(list, completions ?? 0);
    if (problem) errors.push(invalidValue(path, list, `error parsing ${name}: ${problem}`));
  };
  if (changed('completedIndexes') && completions !== undefined)
    judge(completedPath, 'completedIndexes', completedIndexes);
  if (changed('failedIndexes') && completions !== undefined && backoffLimitPerIndex !== undefined) {
    judge(failedPath, 'failedIndexes', failedIndexes ?? '');
  }
  if (changed('completedIndexes') && completedIndexes !== '' && completionMode !== 'Indexed') {
    const detail = 'cannot set non-empty completedIndexes when non-indexed completion mode';
    errors.push(invalidValue(completedPath, completedIndexes, detail));
  }
  if (changed('failedIndexes') && failedIndexes !== undefined && backoffLimitPerIndex === undefined) {
    const detail = 'cannot set non-null failedIndexes when backoffLimitPerIndex is null';
    errors.push(invalidValue(failedPath, failedIndexes, detail));
  }
  if (changed('failedIndexes', 'completedIndexes') && completions !== undefined && failedIndexes) {
    const overlap = firstOverlap(completedIndexes, failedIndexes, completions);
    const detail = `failedIndexes and completedIndexes overlap at index: ${overlap}`;
    if (overlap !== undefined) errors.push(invalidValue(failedPath, failedIndexes, detail));
  }
  return errors;
}

function validateContradictions({ job, old, status, changed }: Change): FieldError[] {
  const { active = 0, ready = 0, terminating = 0 } = status;
  const errors: FieldError[] = [];
  if (terminating > 0 && isFinished(job) && (!isFinished(old) || changed('terminating'))) {
    errors.push(invalidValue('status.terminating', terminating, 'terminating>0 is invalid for finished job'));
  }
  if (ready > active && changed('ready', 'active')) {
    errors.push(invalidValue('status.ready', ready, 'cannot set more ready pods than active'));
  }
  const isMet = hasCondition(job, 'SuccessCriteriaMet');
  if (isMet && hasCondition(job, 'Failed')) {
    errors.push(conditions('cannot set SuccessCriteriaMet=True and Failed=true conditions'));
  }
  if (isMet && hasCondition(job, 'FailureTarget')) {
    errors.push(conditions('cannot set SuccessCriteriaMet=True and FailureTarget=true conditions'));
  }
  if (job.spec?.successPolicy && !isMet && hasCondition(job, 'Complete')) {
    errors.push(conditions('cannot set Complete=True for Job with SuccessPolicy unless SuccessCriteriaMet=True'));
  }
  return errors;
}

/** What has been counted stays counted, and what has ended has ended. */
function validateProgress({ job, old, status, before, changed }: Change): FieldError[] {
  const errors = (['Failed', 'Complete', 'FailureTarget'] as const)
    .filter((type) => hasCondition(old, type) && !hasCondition(job, type))
    .map((type) => conditions(`cannot disable the terminal ${type}=True condition`));
  const { failed = 0, succeeded = 0, completionTime, startTime } = status;
  if (failed < (before.failed ?? 0)) {
    errors.push(invalidValue('status.failed', failed, 'cannot decrease the failed counter'));
  }
  const { completionMode, completions, parallelism, suspend } = job.spec ?? {};
  const mayShrink = completionMode === 'Indexed' && completions === parallelism;
  if (succeeded < (before.succeeded ?? 0) && !mayShrink) {
    errors.push(invalidValue('status.succeeded', succeeded, 'cannot decrease the succeeded counter'));
  }
  if (completionTime && before.completionTime && changed('completionTime')) {
    errors.push(invalidValue('status.completionTime', completionTime, 'field is immutable'));
  }
  const resumes = hasCondition(old, 'Suspended') && hasCondition(job, 'Suspended', 'False');
  if (before.startTime && changed('startTime') && !suspend && !resumes) {
    const detail = 'field is immutable for unsuspended job once set';
    errors.push(invalidValue('status.startTime', startTime ?? null, detail));
  }
  if (hasCondition(old, 'SuccessCriteriaMet') && !hasCondition(job, 'SuccessCriteriaMet')) {
    errors.push(conditions('cannot disable the SuccessCriteriaMet=True condition'));
  }
  if (
    hasCondition(old, 'Complete') &&
    !hasCondition(old, 'SuccessCriteriaMet') &&
    hasCondition(job, 'SuccessCriteriaMet')
  ) {
    errors.push(conditions('cannot set SuccessCriteriaMet=True for Job already has Complete=true conditions'));
  }
  return errors;
}
