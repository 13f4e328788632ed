import { CelRuntimeError } from '../errors.ts';
import { member, type Overload, plain, traversal } from '../functions.ts';
import {
  type CalendarFields,
  calendarFields,
  parseDuration,
  parseTimestamp,
  showDuration,
  showTimestamp,
} from '../time.ts';
import {
  BOOL,
  BYTES,
  type CelType,
  DOUBLE,
  DURATION,
  INT,
  param,
  STRING,
  showType,
  TIMESTAMP,
  UINT,
} from '../types.ts';
import {
  checkedInt,
  Duration,
  nanosPerSecond,
  runtimeTypeName,
  Timestamp,
  TypeValue,
  Uint,
  type Value,
} from '../values.ts';

const A = param('A');

function conversion(name: string, from: CelType, to: CelType, convert: (value: Value) => Value | undefined): Overload {
  const call = ([value]: readonly Value[]) => {
    const result = convert(value!);
    if (result !== undefined) return result;
    throw new CelRuntimeError(`type conversion error from '${showType(from)}' to '${showType(to)}'`);
  };
  const reads = (from === STRING && to === BYTES) || (from === BYTES && to === STRING);
  return plain(name, [from], to, call, reads ? traversal(0) : undefined);
}

function integerText(text: string, pattern: RegExp): bigint | undefined {
  return text.length <= 40 && pattern.test(text) ? BigInt(text.replace(/^\+/, '')) : undefined;
}

function truncated(value: number): bigint {
  if (!Number.isFinite(value) || Math.abs(value) >= 2 ** 63) throw new CelRuntimeError('integer overflow');
  return BigInt(Math.trunc(value));
}

function unsigned(value: bigint): Uint {
  return new Uint(value);
}

const toInt: readonly Overload[] = [
  conversion('int', INT, INT, (value) => value),
  conversion('int', UINT, INT, (value) => checkedInt((value as Uint).value)),
  conversion('int', DOUBLE, INT, (value) => checkedInt(truncated(value as number))),
  conversion('int', STRING, INT, (value) => {
    const parsed = integerText(value as string, /^[+-]?\d+$/);
    return parsed !== undefined && BigInt.asIntN(64, parsed) === parsed ? parsed : undefined;
  }),
  conversion('int', TIMESTAMP, INT, (value) => {
    const { nanos } = value as Timestamp;
    return nanos / nanosPerSecond - (nanos < 0n && nanos % nanosPerSecond !== 0n ? 1n : 0n);
  }),
  conversion('int', DURATION, INT, (value) => (value as Duration).nanos),
];

const toUint: readonly Overload[] = [
  conversion('uint', UINT, UINT, (value) => value),
  conversion('uint', INT, UINT, (value) => unsigned(value as bigint)),
  conversion('uint', DOUBLE, UINT, (value) => {
    if (!Number.isFinite(value as number)) throw new CelRuntimeError('unsigned integer overflow');
    return unsigned(BigInt(Math.trunc(value as number)));
  }),
  conversion('uint', STRING, UINT, (value) => {
    const parsed = integerText(value as string, /^\d+$/);
    return parsed !== undefined && BigInt.asUintN(64, parsed) === parsed ? unsigned(parsed) : undefined;
  }),
];

const doubleText = /^[+-]?(?:(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?|[iI]nf(?:inity)?|[nN]a[nN])$/;

const toDouble: readonly Overload[] = [
  conversion('double', DOUBLE, DOUBLE, (value) => value),
  conversion('double', INT, DOUBLE, (value) => Number(value)),
  conversion('double', UINT, DOUBLE, (value) => Number((value as Uint).value)),
  conversion('double', STRING, DOUBLE, (value) => {
    const text = value as string;
    if (!doubleText.test(text)) return undefined;
    if (/inf/i.test(text)) return text.startsWith('-') ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
    return Number(text);
  }),
];

const toText: readonly Overload[] = [
  conversion('string', STRING, STRING, (value) => value),
  conversion('string', BOOL, STRING, (value) => String(value)),
  conversion('string', INT, STRING, (value) => String(value)),
  conversion('string', UINT, STRING, (value) => String((value as Uint).value)),
  conversion('string', DOUBLE, STRING, (value) => showDouble(value as number)),
  conversion('string', BYTES, STRING, (value) => decodeText(value as Uint8Array)),
  conversion('string', TIMESTAMP, STRING, (value) => showTimestamp((value as Timestamp).nanos)),
  conversion('string', DURATION, STRING, (value) => showDuration((value as Duration).nanos)),
];

function decodeText(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new CelRuntimeError('invalid UTF-8 in bytes, cannot convert to string');
  }
}

/** As Go's `%g` with the fewest digits: exponents from 1e6 on and below 1e-4. */
export function showDouble(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf';
  const magnitude = Math.abs(value);
  if (magnitude !== 0 && (magnitude < 1e-4 || magnitude >= 1e6)) {
    return value.toExponential().replace(/e([+-])(\d)$/, 'e$10$2');
  }
  return Object.is(value, -0) ? '-0' : String(value);
}

const others: readonly Overload[] = [
  conversion('bytes', BYTES, BYTES, (value) => value),
  conversion('bytes', STRING, BYTES, (value) => new TextEncoder().encode(value as string)),
  conversion('bool', BOOL, BOOL, (value) => value),
  conversion('bool', STRING, BOOL, (value) => booleans[value as string]),
  conversion('timestamp', TIMESTAMP, TIMESTAMP, (value) => value),
  conversion('timestamp', INT, TIMESTAMP, (value) => new Timestamp((value as bigint) * nanosPerSecond)),
  conversion('timestamp', STRING, TIMESTAMP, (value) => {
    const nanos = parseTimestamp(value as string);
    return nanos === undefined ? undefined : new Timestamp(nanos);
  }),
  conversion('duration', DURATION, DURATION, (value) => value),
  conversion('duration', INT, DURATION, (value) => new Duration(value as bigint)),
  conversion('duration', STRING, DURATION, (value) => {
    const nanos = parseDuration(value as string);
    return nanos === undefined ? undefined : new Duration(nanos);
  }),
  plain('type', [A], { kind: 'type', of: A }, ([value]) => new TypeValue(runtimeTypeName(value!))),
];

const booleans: Readonly<Record<string, boolean>> = {
  ...{ '1': true, t: true, T: true, TRUE: true, true: true, True: true },
  ...{ '0': false, f: false, F: false, FALSE: false, false: false, False: false },
};

const calendar: Readonly<Record<string, (fields: CalendarFields) => number>> = {
  getFullYear: (fields) => fields.year,
  getMonth: (fields) => fields.month,
  getDate: (fields) => fields.day,
  getDayOfMonth: (fields) => fields.day - 1,
  getDayOfWeek: (fields) => fields.weekday,
  getDayOfYear: (fields) => fields.yearday,
  getHours: (fields) => fields.hours,
  getMinutes: (fields) => fields.minutes,
  getSeconds: (fields) => fields.seconds,
  getMilliseconds: (fields) => fields.milliseconds,
};

const calendarMembers = Object.entries(calendar).flatMap(([name, pick]) => {
  const call = ([time, zone]: readonly Value[]) => {
    const fields = calendarFields((time as Timestamp).nanos, zone as string | undefined);
    if (!fields) throw new CelRuntimeError(`unknown time zone ${zone as string}`);
    return BigInt(pick(fields));
  };
  return [member(name, [TIMESTAMP], INT, call), member(name, [TIMESTAMP, STRING], INT, call)];
});

const durationUnits: Readonly<Record<string, bigint>> = {
  getHours: 3600n * nanosPerSecond,
  getMinutes: 60n * nanosPerSecond,
  getSeconds: nanosPerSecond,
  getMilliseconds: 1_000_000n,
};

const durationMembers = Object.entries(durationUnits).map(([name, unit]) =>
  member(name, [DURATION], INT, ([value]) => (value as Duration).nanos / unit),
);

export const conversions: readonly Overload[] = [
  ...toInt,
  ...toUint,
  ...toDouble,
  ...toText,
  ...others,
  ...calendarMembers,
  ...durationMembers,
];
