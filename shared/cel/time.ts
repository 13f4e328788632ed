import { nanosPerSecond } from './values.ts';

/** Points and spans of time in nanoseconds, in the notations of RFC 3339 and of Go's durations. */

const rfc3339 = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d+))?(Z|[+-]\d\d:\d\d)$/;

/** Nanoseconds since 1970, or undefined for a text that is no date-time. */
export function parseTimestamp(text: string): bigint | undefined {
  const found = rfc3339.exec(text);
  if (!found) return undefined;
  const [, year, month, day, hour, minute, second, fraction = '', zone] = found;
  const fields = [year, month, day, hour, minute, second].map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const millis = utc(...fields);
  if (millis === undefined) return undefined;
  const offset = zone === 'Z' ? 0 : Number(`${zone![0]}1`) * (Number(zone!.slice(1, 3)) * 60 + Number(zone!.slice(4)));
  const nanos = BigInt(fraction.slice(0, 9).padEnd(9, '0'));
  return BigInt(millis - offset * 60_000) * 1_000_000n + nanos;
}

/** Undefined for a day or an hour that does not exist. */
function utc(
  year: number,
  month: number,
  day: number,
  hour: number,
  minute: number,
  second: number,
): number | undefined {
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  if (date.getUTCMonth() !== month - 1 || hour > 23 || minute > 59 || second > 59) return undefined;
  return date.getTime() + ((hour * 60 + minute) * 60 + second) * 1000;
}

/** RFC 3339 in UTC with as many digits of a second as it takes. */
export function showTimestamp(nanos: bigint): string {
  const fraction = modulo(nanos, nanosPerSecond);
  const seconds = (nanos - fraction) / nanosPerSecond;
  const text = new Date(Number(seconds) * 1000).toISOString().replace(/^\+00/, '').slice(0, 19);
  const digits = fraction === 0n ? '' : `.${String(fraction).padStart(9, '0').replace(/0+$/, '')}`;
  return `${text}${digits}Z`;
}

export function modulo(value: bigint, divisor: bigint): bigint {
  const rest = value % divisor;
  return rest < 0n ? rest + divisor : rest;
}

const units: Readonly<Record<string, bigint>> = {
  ...{ ns: 1n, us: 1000n, µs: 1000n, μs: 1000n, ms: 1_000_000n },
  ...{ s: nanosPerSecond, m: 60n * nanosPerSecond, h: 3600n * nanosPerSecond },
};

/** `1h30m`, `-1.5s`, `0`; undefined for a text that is no duration. */
export function parseDuration(text: string): bigint | undefined {
  const [, sign, rest] = /^([+-]?)(.*)$/s.exec(text)!;
  if (rest === '0') return 0n;
  if (rest === '' || text.length > 200) return undefined;
  let total = 0n;
  const part = /(?=\d|\.\d)(\d*)(?:\.(\d*))?(ns|us|µs|μs|ms|s|m|h)/y;
  while (part.lastIndex < rest!.length) {
    const found = part.exec(rest!);
    if (!found) return undefined;
    const unit = units[found[3]!]!;
    const fraction = (found[2] ?? '').slice(0, 18);
    total += BigInt(found[1] || '0') * unit;
    if (fraction) total += (BigInt(fraction) * unit) / 10n ** BigInt(fraction.length);
  }
  return sign === '-' ? -total : total;
}

/** Seconds, with a fraction where there is one: `90s`, `0.5s`. */
export function showDuration(nanos: bigint): string {
  const magnitude = nanos < 0n ? -nanos : nanos;
  const fraction = magnitude % nanosPerSecond;
  const digits = fraction === 0n ? '' : `.${String(fraction).padStart(9, '0').replace(/0+$/, '')}`;
  return `${nanos < 0n ? '-' : ''}${magnitude / nanosPerSecond}${digits}s`;
}

/** The parts of a moment in a time zone: a name of the time zone database or an offset such as `+05:30`. */
export interface CalendarFields {
  year: number;
  /** From 0. */
  month: number;
  /** From 1. */
  day: number;
  /** From 0 for Sunday. */
  weekday: number;
  /** From 0. */
  yearday: number;
  hours: number;
  minutes: number;
  seconds: number;
  milliseconds: number;
}

/** Undefined for a zone that does not exist. */
export function calendarFields(nanos: bigint, zone = 'UTC'): CalendarFields | undefined {
  const millis = Number((nanos - modulo(nanos, 1_000_000n)) / 1_000_000n);
  const shift = zoneOffset(zone, millis);
  if (shift === undefined) return undefined;
  const local = new Date(millis + shift);
  const start = new Date(local);
  start.setUTCMonth(0, 1);
  return {
    year: local.getUTCFullYear(),
    month: local.getUTCMonth(),
    day: local.getUTCDate(),
    weekday: local.getUTCDay(),
    yearday: Math.round(Math.floor(local.getTime() / 86_400_000) - Math.floor(start.getTime() / 86_400_000)),
    hours: local.getUTCHours(),
    minutes: local.getUTCMinutes(),
    seconds: local.getUTCSeconds(),
    milliseconds: local.getUTCMilliseconds(),
  };
}

function zoneOffset(zone: string, millis: number): number | undefined {
  if (zone === 'UTC' || zone === '') return 0;
  const fixed = /^([+-]?)(\d\d):(\d\d)$/.exec(zone);
  if (fixed) return (fixed[1] === '-' ? -1 : 1) * (Number(fixed[2]) * 60 + Number(fixed[3])) * 60_000;
  try {
    const format = new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      hourCycle: 'h23',
      ...{ year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric', second: 'numeric' },
    } as Intl.DateTimeFormatOptions);
    const parts = Object.fromEntries(format.formatToParts(millis).map(({ type, value }) => [type, Number(value)]));
    const local = Date.UTC(parts.year!, parts.month! - 1, parts.day!, parts.hour!, parts.minute!, parts.second!);
    return local - Math.floor(millis / 1000) * 1000;
  } catch {
    return undefined;
  }
}
