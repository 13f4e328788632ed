import { CelRuntimeError } from '../errors.ts';
import { construction, member, type Overload, plain, readingAll, sizeOf, traversal } from '../functions.ts';
import { INT, listOf, STRING } from '../types.ts';
import { ArrayList, type ListValue, type Value } from '../values.ts';
import { formatText } from './string-format.ts';

/** Positions count code points; most texts have none past U+FFFF and are cut as they are. */
function points(text: string): string | readonly string[] {
  for (let index = 0; index < text.length; index++) {
    if ((text.charCodeAt(index) & 0xf800) === 0xd800) return Array.from(text);
  }
  return text;
}

function slice(text: string | readonly string[], start: number, end = text.length): string {
  return typeof text === 'string' ? text.slice(start, end) : text.slice(start, end).join('');
}

function position(value: Value | undefined): number {
  return Number(value as bigint);
}

function outOfRange(index: number): CelRuntimeError {
  return new CelRuntimeError(`index out of range: ${index}`);
}

function charAt(text: string, index: number): string {
  const chars = points(text);
  if (index < 0 || index > chars.length) throw outOfRange(index);
  return slice(chars, index, index + 1);
}

function indexOf(text: string, part: string, from = 0): bigint {
  if (part === '') return BigInt(from);
  const chars = points(text);
  if (from < 0 || from >= chars.length) {
    if (from === chars.length) return -1n;
    throw outOfRange(from);
  }
  if (typeof chars === 'string') return BigInt(chars.indexOf(part, from));
  const unit = slice(chars, 0, from).length;
  const found = text.indexOf(part, unit);
  return found < 0 ? -1n : BigInt(Array.from(text.slice(0, found)).length);
}

function lastIndexOf(text: string, part: string, from?: number): bigint {
  const chars = points(text);
  if (from !== undefined && (from < 0 || from > chars.length)) throw outOfRange(from);
  if (part === '') return BigInt(from ?? chars.length);
  if (typeof chars === 'string') return BigInt(chars.lastIndexOf(part, from));
  const found = text.lastIndexOf(part, from === undefined ? undefined : slice(chars, 0, from).length);
  return found < 0 ? -1n : BigInt(Array.from(text.slice(0, found)).length);
}

function substring(text: string, start: number, end?: number): string {
  const chars = points(text);
  const last = end ?? chars.length;
  if (start < 0 || start > chars.length) throw outOfRange(start);
  if (last < 0 || last > chars.length) throw outOfRange(last);
  if (start > last) throw new CelRuntimeError(`invalid substring range. start: ${start}, end: ${last}`);
  return slice(chars, start, last);
}

function asciiCase(text: string, change: (letter: string) => string): string {
  return text.replace(/[A-Za-z]/g, change);
}

function replace(text: string, old: string, by: string, limit = -1): string {
  if (limit === 0) return text;
  const parts = split(text, old, limit < 0 ? -1 : limit + 1);
  if (old !== '') return parts.join(by);
  const count = limit < 0 ? Number.POSITIVE_INFINITY : limit;
  const chars = Array.from(text);
  const replaced = chars.map((char, index) => (index < count ? by + char : char)).join('');
  return chars.length < count ? replaced + by : replaced;
}

/** Up to `limit` parts, the last of which is the rest; any number where it is negative. */
function split(text: string, separator: string, limit = -1): string[] {
  if (limit === 0) return [];
  const parts = separator === '' ? Array.from(text) : text.split(separator);
  if (limit < 0 || parts.length <= limit) return parts;
  return [...parts.slice(0, limit - 1), parts.slice(limit - 1).join(separator)];
}

/** The space that Unicode calls white. */
function trim(text: string): string {
  return text.replace(/^[\s\u0085]+/, '').replace(/[\s\u0085]+$/, '');
}

const quotes: Readonly<Record<string, string>> = {
  ...{ '\u0007': '\\a', '\b': '\\b', '\f': '\\f', '\n': '\\n', '\r': '\\r', '\t': '\\t', '\v': '\\v' },
  ...{ '\\': '\\\\', '"': '\\"' },
};

function quote(text: string): string {
  return `"${Array.from(text, (char) => quotes[char] ?? char).join('')}"`;
}

function join(list: ListValue, separator: string): string {
  return Array.from(list, (item) => {
    if (typeof item !== 'string') throw new CelRuntimeError('no such overload');
    return item;
  }).join(separator);
}

const S = STRING;
const text = (value: Value | undefined) => value as string;
const asList = (parts: readonly string[]) => new ArrayList(parts);

/** What replacing may make of a text is charged before it is made. */
function chargeReplacement(args: readonly Value[], work: (cost: number) => void): void {
  const [source, old, by] = args as readonly string[];
  const most = old === '' ? source!.length + 1 : source!.length / old!.length;
  work(Math.max(0, most * by!.length * 0.1 - source!.length * 0.2));
}

export const strings: readonly Overload[] = [
  member('contains', [S, S], { kind: 'bool' }, ([a, b]) => text(a).includes(text(b)), containsCost),
  member('startsWith', [S, S], { kind: 'bool' }, ([a, b]) => text(a).startsWith(text(b)), traversal(0)),
  member('endsWith', [S, S], { kind: 'bool' }, ([a, b]) => text(a).endsWith(text(b)), traversal(0)),
  member('charAt', [S, INT], S, ([a, index]) => charAt(text(a), position(index))),
  member('indexOf', [S, S], INT, ([a, b]) => indexOf(text(a), text(b)), readingAll),
  member('indexOf', [S, S, INT], INT, ([a, b, from]) => indexOf(text(a), text(b), position(from)), readingAll),
  member('lastIndexOf', [S, S], INT, ([a, b]) => lastIndexOf(text(a), text(b)), readingAll),
  member('lastIndexOf', [S, S, INT], INT, ([a, b, from]) => lastIndexOf(text(a), text(b), position(from)), readingAll),
  member('lowerAscii', [S], S, ([a]) => asciiCase(text(a), (char) => char.toLowerCase()), traversal(0)),
  member('upperAscii', [S], S, ([a]) => asciiCase(text(a), (char) => char.toUpperCase()), traversal(0)),
  member(
    'replace',
    [S, S, S],
    S,
    (args, work) => {
      chargeReplacement(args, work);
      return replace(text(args[0]), text(args[1]), text(args[2]));
    },
    traversal(0, 2),
  ),
  member(
    'replace',
    [S, S, S, INT],
    S,
    (args, work) => {
      chargeReplacement(args, work);
      return replace(text(args[0]), text(args[1]), text(args[2]), position(args[3]));
    },
    traversal(0, 2),
  ),
  member('split', [S, S], listOf(S), ([a, b]) => asList(split(text(a), text(b))), traversal(0, 2)),
  member(
    'split',
    [S, S, INT],
    listOf(S),
    ([a, b, limit]) => asList(split(text(a), text(b), position(limit))),
    traversal(0, 2),
  ),
  member('substring', [S, INT], S, ([a, start]) => substring(text(a), position(start)), traversal(0)),
  member(
    'substring',
    [S, INT, INT],
    S,
    ([a, start, end]) => substring(text(a), position(start), position(end)),
    traversal(0),
  ),
  member('trim', [S], S, ([a]) => trim(text(a)), traversal(0)),
  member(
    'join',
    [listOf(S)],
    S,
    ([list], work) => {
      work(joinedSize(list as ListValue, '') * 0.1);
      return join(list as ListValue, '');
    },
    construction(2),
  ),
  member(
    'join',
    [listOf(S), S],
    S,
    ([list, separator], work) => {
      work(joinedSize(list as ListValue, text(separator)) * 0.1);
      return join(list as ListValue, text(separator));
    },
    construction(2),
  ),
  member(
    'format',
    [S, listOf({ kind: 'dyn' })],
    S,
    ([a, args], work) => formatText(text(a), args as ListValue, work),
    traversal(0),
  ),
  plain('strings.quote', [S], S, ([a]) => quote(text(a)), traversal(0)),
];

function joinedSize(list: ListValue, separator: string): number {
  let size = Math.max(0, list.length - 1) * separator.length;
  for (const item of list) size += sizeOf(item);
  return size;
}

function containsCost(args: readonly Value[]): number {
  return Math.ceil(sizeOf(args[0]) * 0.1) * Math.ceil(sizeOf(args[1]) * 0.1);
}
