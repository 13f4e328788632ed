import type { FieldError } from '../../api/errors.ts';
import { invalidValue, notSupported, required } from '../../api/field-errors.ts';
import type { CronJob } from '../../api/object.ts';
import { validateJobSpec } from '../job/validate-spec.ts';
import { validateNonNegative } from '../pod-spec/numbers.ts';
import { selectorValue } from '../workloads/selector.ts';
import { isTimeZone, parseSchedule } from './schedule.ts';

type CronJobSpec = NonNullable<CronJob['spec']>;

/** Jobs are called after their CronJob and the minute, in eleven characters. */
const maxNameLength = 52;

/** What holds for a CronJob whatever it was before. */
export function validateCronJob({ metadata, spec = emptySpec }: CronJob): FieldError[] {
  return [
    ...validateSchedule(spec),
    ...validateNonNegative(spec.startingDeadlineSeconds, 'spec.startingDeadlineSeconds'),
    ...validateConcurrencyPolicy(spec.concurrencyPolicy),
    ...validateJobTemplate(spec),
    ...validateNonNegative(spec.successfulJobsHistoryLimit, 'spec.successfulJobsHistoryLimit'),
    ...validateNonNegative(spec.failedJobsHistoryLimit, 'spec.failedJobsHistoryLimit'),
    ...(metadata.resourceVersion ? [] : validateNew(metadata.name ?? '', spec)),
  ];
}

const emptySpec = { schedule: '', jobTemplate: {} } as CronJobSpec;

/** What is asked of new ones only: some are from before. */
function validateNew(name: string, spec: CronJobSpec): FieldError[] {
  const tooLong = `must be no more than ${maxNameLength} characters`;
  return [
    ...validateZoneOfSchedule(spec, undefined),
    ...validateTimeZone(spec.timeZone),
    ...(name.length > maxNameLength ? [invalidValue('metadata.name', name, tooLong)] : []),
  ];
}

export function validateCronJobUpdate({ spec }: CronJob, old: CronJob): FieldError[] {
  if (!spec) return [];
  const isSameZone = spec.timeZone === old.spec?.timeZone;
  return [...validateZoneOfSchedule(spec, old.spec), ...(isSameZone ? [] : validateTimeZone(spec.timeZone))];
}

function validateSchedule({ schedule }: CronJobSpec): FieldError[] {
  const path = 'spec.schedule';
  if (!schedule) return [required(path)];
  try {
    parseSchedule(schedule);
    return [];
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return [invalidValue(path, schedule, error.message)];
  }
}

/** A time zone within the schedule is from before there was a field for it: who has one may keep it. */
function validateZoneOfSchedule({ schedule, timeZone }: CronJobSpec, old: CronJobSpec | undefined): FieldError[] {
  if (!schedule?.includes('TZ')) return [];
  const mayStay = old?.schedule?.includes('TZ') === true;
  if (mayStay && timeZone === undefined) return [];
  const detail = mayStay
    ? 'cannot use both timeZone field and TZ or CRON_TZ in schedule'
    : 'cannot use TZ or CRON_TZ in schedule, use timeZone field instead';
  return [invalidValue('spec.schedule', schedule, detail)];
}

const timeZonePart = /^[A-Za-z._0-9+][A-Za-z.\-_0-9+]{0,13}$/;

function validateTimeZone(timeZone: string | undefined): FieldError[] {
  if (timeZone === undefined) return [];
  const refuse = (detail: string) => [invalidValue('spec.timeZone', timeZone, detail)];
  if (timeZone === '') return refuse('timeZone must be nil or non-empty string');
  const isWellFormed = timeZone.split('/').every((part) => part !== '.' && part !== '..' && timeZonePart.test(part));
  if (!isWellFormed) return refuse(`unknown time zone ${timeZone}`);
  const isLocal = timeZone.toLowerCase() === 'local';
  return [
    ...(isLocal ? refuse('timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones') : []),
    ...(isTimeZone(timeZone) ? [] : refuse(`unknown time zone ${timeZone}`)),
  ];
}

function validateConcurrencyPolicy(policy: string | undefined): FieldError[] {
  const path = 'spec.concurrencyPolicy';
  if (!policy) return [required(path)];
  const policies = ['Allow', 'Forbid', 'Replace'];
  return policies.includes(policy) ? [] : [notSupported(path, policy, policies)];
}

/** Every Job gets a selector of its own. */
function validateJobTemplate({ jobTemplate }: CronJobSpec): FieldError[] {
  const path = 'spec.jobTemplate.spec';
  const spec = jobTemplate?.spec ?? { template: {} };
  const errors = validateJobSpec(spec, path);
  if (spec.selector) {
    errors.push(invalidValue(`${path}.selector`, selectorValue(spec.selector), '`selector` will be auto-generated'));
  }
  if (spec.manualSelector) errors.push(notSupported(`${path}.manualSelector`, true, ['nil', 'false']));
  return errors;
}
