import type { Work } from '../equality.ts';
import { CelRuntimeError } from '../errors.ts';
import { showDuration, showTimestamp } from '../time.ts';
import { Duration, ListValue, MapValue, runtimeTypeName, Timestamp, TypeValue, Uint, type Value } from '../values.ts';
import { showDouble } from './conversions.ts';

/** `'%s has %d'.format([a, b])` */
export function formatText(format: string, args: ListValue, work: Work): string {
  const clause = /%(?:%|(?:\.(\d+))?([\s\S]?))/g;
  let next = 0;
  let size = 0;
  return format.replace(clause, (whole, precision: string | undefined, verb: string | undefined) => {
    if (whole === '%%') return '%';
    if (!verb) throw failed('could not parse formatting clause: unexpected end of string');
    if (!'sdfebxXo'.includes(verb))
      throw failed(`could not parse formatting clause: unrecognized formatting clause "${verb}"`);
    if (next >= args.length) throw failed(`index ${next} out of range`);
    const shown = formatOne(verb, args.at(next++), precision === undefined ? 6 : Number(precision), work);
    size += shown.length;
    work(Math.ceil(shown.length * 0.1));
    if (size > maximumSize) throw failed('the result is too long');
    return shown;
  });
}

const maximumSize = 10_000_000;

function failed(message: string): CelRuntimeError {
  return new CelRuntimeError(message);
}

function formatOne(verb: string, value: Value, precision: number, work: Work): string {
  if (precision > 100) throw failed(`could not parse formatting clause: precision ${precision} is too large`);
  switch (verb) {
    case 's':
      return typeof value === 'string' ? value : show(value, false, work);
    case 'd':
      return decimal(value);
    case 'f':
      return special(value) ?? grouped(floating(value, 'fixed-point').toFixed(precision));
    case 'e':
      return special(value) ?? scientific(floating(value, 'scientific'), precision);
    case 'b':
      return typeof value === 'boolean' ? String(Number(value)) : radix(value, 2, 'binary', 'integers and bools');
    case 'o':
      return radix(value, 8, 'octal', 'integers');
    case 'x':
      return hexadecimal(value);
    default:
      return hexadecimal(value).toUpperCase();
  }
}

function decimal(value: Value): string {
  const integer = integerOf(value);
  if (integer !== undefined) return String(integer);
  const text = special(value);
  if (text !== undefined) return text;
  throw failed(
    `error during formatting: decimal clause can only be used on integers, was given ${runtimeTypeName(value)}`,
  );
}

function integerOf(value: Value): bigint | undefined {
  if (typeof value === 'bigint') return value;
  return value instanceof Uint ? value.value : undefined;
}

/** Numbers that are none, in whichever way they are to be shown. */
function special(value: Value): string | undefined {
  if (typeof value !== 'number' || Number.isFinite(value)) return undefined;
  return Number.isNaN(value) ? 'NaN' : value > 0 ? 'Infinity' : '-Infinity';
}

function floating(value: Value, clause: string): number {
  if (typeof value === 'number') return value;
  throw failed(
    `error during formatting: ${clause} clause can only be used on doubles, was given ${runtimeTypeName(value)}`,
  );
}

/** `1,234.500000`, as numbers are written in English. */
function grouped(text: string): string {
  const [whole, fraction] = text.split('.');
  const thousands = whole!.replace(/\B(?=(?:\d{3})+$)/g, ',');
  return fraction === undefined ? thousands : `${thousands}.${fraction}`;
}

/** `1.234500×10⁰³` */
function scientific(value: number, precision: number): string {
  const [mantissa, sign, digits] = value.toExponential(precision).split(/e([+-])/);
  const exponent = Array.from(digits!.padStart(2, '0'), (digit) => superscripts[Number(digit)]).join('');
  return `${mantissa}×10${sign === '-' ? '⁻' : ''}${exponent}`;
}

const superscripts = '⁰¹²³⁴⁵⁶⁷⁸⁹';

function radix(value: Value, base: number, name: string, wanted: string): string {
  const integer = integerOf(value);
  if (integer !== undefined) return integer.toString(base);
  throw failed(
    `error during formatting: ${name} clause can only be used on ${wanted}, was given ${runtimeTypeName(value)}`,
  );
}

function hexadecimal(value: Value): string {
  const bytes = typeof value === 'string' ? new TextEncoder().encode(value) : value;
  if (bytes instanceof Uint8Array) return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return radix(value, 16, 'hexadecimal', 'integers, byte buffers, and strings');
}

/** Inside lists and maps, values are shown so that they can be told apart. */
function show(value: Value, nested: boolean, work: Work): string {
  work(0.1);
  if (value === null || typeof value === 'boolean' || typeof value === 'bigint') return String(value);
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'number') return nested && Number.isFinite(value) ? value.toFixed(6) : showDouble(value);
  if (value instanceof Uint) return String(value.value);
  if (value instanceof ListValue) return `[${Array.from(value, (item) => show(item, true, work)).join(', ')}]`;
  if (value instanceof MapValue) return showMap(value, work);
  if (value instanceof Uint8Array) {
    const text = new TextDecoder().decode(value);
    return nested ? `b"${text}"` : text;
  }
  if (value instanceof Timestamp) return wrap('timestamp', showTimestamp(value.nanos), nested);
  if (value instanceof Duration) return wrap('duration', showDuration(value.nanos), nested);
  if (value instanceof TypeValue) return value.name;
  throw failed(
    `error during formatting: string clause can only be used on strings, bools, bytes, ints, doubles, maps, lists, types, durations, and timestamps, was given ${runtimeTypeName(value)}`,
  );
}

function wrap(name: string, text: string, nested: boolean): string {
  return nested ? `${name}("${text}")` : text;
}

function showMap(map: MapValue, work: Work): string {
  const entries = Array.from(map.keys(), (key) => [show(key, true, work), show(map.get(key)!, true, work)] as const);
  entries.sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, item]) => `${key}:${item}`).join(', ')}}`;
}
