import { Cron } from 'croner';
import type { CronJob } from '../../../shared/api/object.ts';
import { parseSchedule } from '../../../shared/kinds/cron-job/schedule.ts';
import type { CronField, CronFields } from '../../../shared/kinds/cron-job/schedule-fields.ts';

/** The times of a schedule, in epoch ms. */
export interface ScheduleTimes {
  /** The first time after this one; undefined where there is none at all (the 31st of February). */
  next(afterMs: number): number | undefined;
  /** The last time up to this one; undefined where there is none after the beginning. */
  last(nowMs: number): number | undefined;
}

/** Times after `beginMs`, from which fixed distances are counted too. Throws a `SyntaxError` for a schedule that is none. */
export function scheduleTimes(spec: NonNullable<CronJob['spec']>, beginMs: number): ScheduleTimes {
  const schedule = parseSchedule(spec.schedule);
  if ('everyMs' in schedule) return everyTimes(schedule.everyMs, beginMs);
  return clockTimes(schedule.fields, schedule.timeZone ?? spec.timeZone ?? 'UTC', beginMs);
}

function everyTimes(everyMs: number, beginMs: number): ScheduleTimes {
  const count = (nowMs: number) => Math.max(0, Math.floor((nowMs - beginMs) / everyMs));
  return {
    next: (afterMs) => beginMs + (count(afterMs) + 1) * everyMs,
    last: (nowMs) => (count(nowMs) > 0 ? beginMs + count(nowMs) * everyMs : undefined),
  };
}

function clockTimes(fields: CronFields, timezone: string, beginMs: number): ScheduleTimes {
  const { minute, hour, dayOfMonth, month, dayOfWeek } = fields;
  const pattern = [minute, hour, dayOfMonth, month, dayOfWeek].map(fieldText).join(' ');
  const cron = new Cron(pattern, { timezone, mode: '5-part', paused: true });
  return {
    next: (afterMs) => cron.nextRun(new Date(afterMs))?.getTime(),
    last(nowMs) {
      // The reference itself is not among its previous runs, and runs are at whole seconds.
      const [latest] = cron.previousRuns(1, new Date(Math.floor(nowMs / 1000) * 1000 + 1000));
      return latest && latest.getTime() > beginMs ? latest.getTime() : undefined;
    },
  };
}

/** Numbers alone: in names, steps and Sundays the dialects differ. */
function fieldText({ values, isAny }: CronField): string {
  return isAny ? '*' : values.join(',');
}

/** RFC 3339 with the offset of the time zone. */
export function localTimestamp(ms: number, timeZone: string | undefined): string {
  const utc = `${new Date(ms).toISOString().slice(0, 19)}Z`;
  if (!timeZone) return utc;
  const parts = new Intl.DateTimeFormat('en', { timeZone, timeZoneName: 'longOffset' }).formatToParts(ms);
  const [, sign, hours, minutes] =
    /^GMT([+-])(\d\d):(\d\d)/.exec(parts.find(({ type }) => type === 'timeZoneName')?.value ?? '') ?? [];
  if (!sign || (hours === '00' && minutes === '00')) return utc;
  const offsetMs = (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * 60_000;
  return `${new Date(ms + offsetMs).toISOString().slice(0, 19)}${sign}${hours}:${minutes}`;
}
