/**
 * Time stamps as Kubernetes reads and writes them: RFC 3339, stored in UTC with whole seconds (`date-time`) or with
 * exactly six digits of a second (`micro-time`).
 */

export type TimeFormat = 'date-time' | 'micro-time';

/** A text that is no time stamp; the message is that of Go's `time.Parse`. */
export class TimeError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'TimeError';
  }
}

const layouts: Readonly<Record<TimeFormat, string>> = {
  'date-time': '2006-01-02T15:04:05Z07:00',
  'micro-time': '2006-01-02T15:04:05.000000Z07:00',
};

interface Element {
  /** As the layout writes it, which is how errors name it. */
  layout: string;
  pattern: RegExp;
  /** What an error calls the number, and how far it goes; months and days start at one. */
  range?: { name: string; from: number; to: number };
}

const dateElements: readonly Element[] = [
  { layout: '2006', pattern: /^\d{4}/ },
  { layout: '-', pattern: /^-/ },
  { layout: '01', pattern: /^\d\d/, range: { name: 'month', from: 1, to: 12 } },
  { layout: '-', pattern: /^-/ },
  { layout: '02', pattern: /^\d\d/, range: { name: 'day', from: 1, to: 31 } },
  { layout: 'T', pattern: /^T/ },
  { layout: '15', pattern: /^\d\d/, range: { name: 'hour', from: 0, to: 23 } },
  { layout: ':', pattern: /^:/ },
  { layout: '04', pattern: /^\d\d/, range: { name: 'minute', from: 0, to: 59 } },
  { layout: ':', pattern: /^:/ },
];
const seconds: Element = { layout: '05', pattern: /^\d\d/, range: { name: 'second', from: 0, to: 59 } };
/** Go accepts a fraction after the seconds although the layout has none. */
const secondsWithFraction: Element = { ...seconds, pattern: /^\d\d(?:[.,]\d+)?/ };
const micros: Element = { layout: '.000000', pattern: /^[.,]\d{6}/ };
const zone: Element = { layout: 'Z07:00', pattern: /^(?:Z|[+-]\d\d:\d\d)/ };

const elements: Readonly<Record<TimeFormat, readonly Element[]>> = {
  'date-time': [...dateElements, secondsWithFraction, zone],
  'micro-time': [...dateElements, seconds, micros, zone],
};

/** The stored form of a time stamp: `2026-01-02T03:04:05Z`. Throws TimeError. */
export function canonicalTime(text: string, format: TimeFormat): string {
  if (format === 'date-time' && isCanonical(text)) return text;
  checkElements(text, format);
  const wholeSeconds = text.slice(0, 19);
  checkDay(text, wholeSeconds);
  const utc = new Date(wholeSeconds + (/Z$|[+-]\d\d:\d\d$/.exec(text)?.[0] ?? 'Z')).toISOString().slice(0, 19);
  return format === 'micro-time' ? `${utc}.${text.slice(20, 26)}Z` : `${utc}Z`;
}

function isCanonical(text: string): boolean {
  if (text.length !== 20) return false;
  const milliseconds = Date.parse(text);
  return !Number.isNaN(milliseconds) && `${new Date(milliseconds).toISOString().slice(0, 19)}Z` === text;
}

function checkElements(text: string, format: TimeFormat): void {
  let rest = text;
  for (const { layout, pattern, range } of elements[format]) {
    const found = pattern.exec(rest)?.[0];
    if (found === undefined) {
      const want = `as ${quote(layouts[format])}: cannot parse ${quote(rest)} as ${quote(layout)}`;
      throw new TimeError(`parsing time ${quote(text)} ${want}`);
    }
    if (range && (Number.parseInt(found, 10) < range.from || Number.parseInt(found, 10) > range.to)) {
      throw new TimeError(`parsing time ${quote(text)}: ${range.name} out of range`);
    }
    rest = rest.slice(found.length);
  }
  if (rest) throw new TimeError(`parsing time ${quote(text)}: extra text: ${quote(rest)}`);
  if (/[+-](?:2[4-9]|[3-9]\d):\d\d$/.test(text)) {
    throw new TimeError(`parsing time ${quote(text)}: time zone offset hour out of range`);
  }
  if (/[+-]\d\d:[6-9]\d$/.test(text)) {
    throw new TimeError(`parsing time ${quote(text)}: time zone offset minute out of range`);
  }
}

/** The 30th of February has passed the range of its element. */
function checkDay(text: string, wholeSeconds: string): void {
  const date = new Date(`${wholeSeconds}Z`);
  if (Number.isNaN(date.getTime()) || date.toISOString().slice(0, 19) !== wholeSeconds) {
    throw new TimeError(`parsing time ${quote(text)}: day out of range`);
  }
}

function quote(text: string): string {
  return `"${text.replaceAll(/["\\]/g, '\\$&')}"`;
}
