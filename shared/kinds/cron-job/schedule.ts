import { goQuote } from '../../api/go-format.ts';
import { parseDuration } from '../../cel/time.ts';
import { type CronFields, parseFields } from './schedule-fields.ts';

/** When a CronJob is due: by the clock of some time zone, or at a fixed distance from whatever was before. */
export type Schedule = { fields: CronFields; timeZone?: string } | { everyMs: number };

const nicknames: Readonly<Record<string, string>> = {
  '@yearly': '0 0 1 1 *',
  '@annually': '0 0 1 1 *',
  '@monthly': '0 0 1 * *',
  '@weekly': '0 0 * * 0',
  '@daily': '0 0 * * *',
  '@midnight': '0 0 * * *',
  '@hourly': '0 * * * *',
};

/** The dialect of Kubernetes: five fields, nicknames, `@every 90s`. Throws a `SyntaxError` with what is wrong. */
export function parseSchedule(text: string): Schedule {
  if (text === '') throw new SyntaxError('empty spec string');
  const prefix = /^(?:CRON_)?TZ=(\S*)/.exec(text);
  if (!prefix) return parseUnzoned(text);
  const [whole, timeZone = ''] = prefix;
  if (text.length === whole.length) throw new SyntaxError('invalid schedule format: no schedule after the time zone');
  if (!isTimeZone(timeZone)) {
    throw new SyntaxError(`provided bad location ${timeZone}: unknown time zone ${timeZone}`);
  }
  return { timeZone, ...parseUnzoned(text.slice(whole.length).trim()) };
}

function parseUnzoned(text: string): Schedule {
  if (!text.startsWith('@')) return { fields: parseFields(text) };
  const fields = nicknames[text];
  if (fields) return { fields: parseFields(fields) };
  const every = '@every ';
  if (!text.startsWith(every)) throw new SyntaxError(`unrecognized descriptor: ${text}`);
  const duration = text.slice(every.length);
  const nanoseconds = parseDuration(duration);
  if (nanoseconds === undefined) {
    throw new SyntaxError(`failed to parse duration ${text}: time: invalid duration ${goQuote(duration)}`);
  }
  return { everyMs: Math.max(1, Math.floor(Number(nanoseconds) / 1e9)) * 1000 };
}

/** True for a name of the time zone database that this platform knows. */
export function isTimeZone(name: string): boolean {
  if (name === '' || name === 'Local') return true;
  // What the platform takes beyond names: offsets.
  if (!/^[A-Za-z]/.test(name)) return false;
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}
