import { compare, equal, type Work } from '../equality.ts';
import { CelRuntimeError } from '../errors.ts';
import { member, type Overload, plain, readingAll, sizeOf } from '../functions.ts';
import {
  BOOL,
  BYTES,
  DOUBLE,
  DURATION,
  DYN,
  INT,
  listOf,
  optionalOf,
  param,
  STRING,
  TIMESTAMP,
  UINT,
} from '../types.ts';
import { ArrayList, checkedInt, Duration, ListValue, OptionalValue, Uint, type Value } from '../values.ts';

const A = param('A');

const list = (value: Value | undefined) => value as ListValue;

const ordered = [INT, UINT, DOUBLE, BOOL, DURATION, TIMESTAMP, STRING, BYTES];
const summable = [
  { type: INT, zero: 0n },
  { type: UINT, zero: new Uint(0n) },
  { type: DOUBLE, zero: 0 },
  { type: DURATION, zero: new Duration(0n) },
] as const;

function orderOf(a: Value, b: Value): number {
  const order = compare(a, b);
  if (order === undefined) throw new CelRuntimeError('no such overload');
  return order;
}

function isSorted(items: ListValue): boolean {
  for (let index = 1; index < items.length; index++) {
    if (orderOf(items.at(index - 1), items.at(index)) > 0) return false;
  }
  return true;
}

function extreme(items: ListValue, name: 'min' | 'max'): Value {
  let best: Value | undefined;
  for (const item of items) {
    if (best === undefined || (name === 'min' ? orderOf(item, best) < 0 : orderOf(item, best) > 0)) best = item;
  }
  if (best === undefined) throw new CelRuntimeError(`${name} called on empty list`);
  return best;
}

function add(a: Value, b: Value): Value {
  if (typeof a === 'bigint' && typeof b === 'bigint') return checkedInt(a + b);
  if (typeof a === 'number' && typeof b === 'number') return a + b;
  if (a instanceof Uint && b instanceof Uint) return new Uint(a.value + b.value);
  if (a instanceof Duration && b instanceof Duration) return new Duration(a.nanos + b.nanos);
  throw new CelRuntimeError('no such overload');
}

function sum(items: ListValue, zero: Value): Value {
  let total: Value | undefined;
  for (const item of items) total = total === undefined ? item : add(total, item);
  return total ?? zero;
}

function indexIn(items: ListValue, wanted: Value, work: Work, step: 1 | -1): bigint {
  const start = step === 1 ? 0 : items.length - 1;
  for (let index = start; index >= 0 && index < items.length; index += step) {
    if (equal(items.at(index), wanted, work)) return BigInt(index);
  }
  return -1n;
}

/** Kubernetes' own list functions. */
const kubernetesLists: readonly Overload[] = [
  ...ordered.map((type) => member('isSorted', [listOf(type)], BOOL, ([a]) => isSorted(list(a)), readingAll)),
  ...ordered.map((type) => member('min', [listOf(type)], type, ([a]) => extreme(list(a), 'min'), readingAll)),
  ...ordered.map((type) => member('max', [listOf(type)], type, ([a]) => extreme(list(a), 'max'), readingAll)),
  ...summable.map(({ type, zero }) => member('sum', [listOf(type)], type, ([a]) => sum(list(a), zero), readingAll)),
  member('indexOf', [listOf(A), A], INT, ([a, item], work) => indexIn(list(a), item!, work, 1), readingAll),
  member('lastIndexOf', [listOf(A), A], INT, ([a, item], work) => indexIn(list(a), item!, work, -1), readingAll),
];

function slice(items: ListValue, start: bigint, end: bigint): ListValue {
  if (start < 0n || end < 0n) {
    throw new CelRuntimeError(`cannot slice(${start}, ${end}), negative indexes not supported`);
  }
  if (start > end)
    throw new CelRuntimeError(`cannot slice(${start}, ${end}), start index must be less than or equal to end index`);
  if (end > items.length) throw new CelRuntimeError(`cannot slice(${start}, ${end}), list is length ${items.length}`);
  return new ArrayList([...items].slice(Number(start), Number(end)));
}

function flatten(items: ListValue, depth: bigint, work: Work): Value[] {
  if (depth < 0n) throw new CelRuntimeError('level must be non-negative');
  const flat: Value[] = [];
  for (const item of items) {
    work(1);
    if (!(item instanceof ListValue) || depth === 0n) flat.push(item);
    else for (const inner of flatten(item, depth - 1n, work)) flat.push(inner);
  }
  return flat;
}

function distinct(items: ListValue, work: Work): ListValue {
  const kept: Value[] = [];
  const scalars = new Set<unknown>();
  const others: Value[] = [];
  for (const item of items) {
    const scalar = scalarIdentity(item);
    if (scalar !== undefined) {
      work(1);
      if (scalars.has(scalar)) continue;
      scalars.add(scalar);
    } else {
      work(1 + others.length);
      if (others.some((known) => equal(known, item, work))) continue;
      others.push(item);
    }
    kept.push(item);
  }
  return new ArrayList(kept);
}

/** The same for scalars that are equal, of whatever type numbers are. */
function scalarIdentity(value: Value): string | bigint | number | boolean | undefined {
  if (typeof value === 'string' || typeof value === 'boolean' || typeof value === 'bigint') return value;
  if (typeof value === 'number')
    return Number.isInteger(value) ? BigInt(value) : Number.isNaN(value) ? undefined : value;
  return value instanceof Uint ? value.value : undefined;
}

function sorted(items: ListValue, work: Work): ListValue {
  work(sortingCost(items.length));
  return new ArrayList([...items].sort(orderOf));
}

/** Comparisons of a sort. */
function sortingCost(length: number): number {
  return length * Math.ceil(Math.log2(length + 1));
}

function range(count: bigint, work: Work): ListValue {
  if (count < 0n) return new ArrayList([]);
  work(Number(count));
  return new ArrayList(Array.from({ length: Number(count) }, (_item, index) => BigInt(index)));
}

function optional(items: ListValue, index: number): OptionalValue {
  return items.length === 0 ? OptionalValue.none : new OptionalValue(items.at(index));
}

/** A call that makes a list. */
function making(size: number, factor = 1): number {
  return Math.floor(size * factor) + 11;
}

const makingResult = (_args: readonly Value[], result: Value) => making(sizeOf(result));

const flattening = (args: readonly Value[]) => making(sizeOf(args[0]), args.length > 1 ? Number(args[1]) : 1);

/** Comparing every item with every other. */
const comparingAll = (args: readonly Value[]) => comparisonCost(list(args[0]));

/** What sorting these keys costs. */
export function comparisonCost(keys: ListValue): number {
  if (keys.length === 0) return making(0);
  const first = keys.at(0);
  return making(keys.length ** 2, typeof first === 'string' || first instanceof Uint8Array ? 2.1 : 2);
}

/** The general list functions of the language's extension library. */
const extendedLists: readonly Overload[] = [
  member(
    'slice',
    [listOf(A), INT, INT],
    listOf(A),
    ([a, start, end]) => slice(list(a), start as bigint, end as bigint),
    makingResult,
  ),
  member(
    'flatten',
    [listOf(listOf(A))],
    listOf(A),
    ([a], work) => new ArrayList(flatten(list(a), 1n, work)),
    flattening,
  ),
  member(
    'flatten',
    [listOf(DYN), INT],
    listOf(DYN),
    ([a, depth], work) => new ArrayList(flatten(list(a), depth as bigint, work)),
    flattening,
  ),
  member('distinct', [listOf(A)], listOf(A), ([a], work) => distinct(list(a), work), comparingAll),
  member('reverse', [listOf(A)], listOf(A), ([a]) => new ArrayList([...list(a)].reverse()), makingResult),
  ...ordered.map((type) =>
    member('sort', [listOf(type)], listOf(type), ([a], work) => sorted(list(a), work), comparingAll),
  ),
  member('first', [listOf(A)], optionalOf(A), ([a]) => optional(list(a), 0)),
  member('last', [listOf(A)], optionalOf(A), ([a]) => optional(list(a), list(a).length - 1)),
  plain('lists.range', [INT], listOf(INT), ([count], work) => range(count as bigint, work), makingResult),
];

export const lists: readonly Overload[] = [...kubernetesLists, ...extendedLists];
