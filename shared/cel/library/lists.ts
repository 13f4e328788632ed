import { type Charge, compare, equal } from '../equality.ts';
import { CelRuntimeError } from '../errors.ts';
import { member, type Overload, plain, sizeOf } from '../functions.ts';
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

/** Reading all that a list holds. */
function readingAll(args: readonly Value[]): number {
  let cost = 0;
  for (const item of list(args[0])) cost += typeof item === 'string' ? Math.floor(sizeOf(item) * 0.1) : 1;
  return cost;
}

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

function indexIn(items: ListValue, wanted: Value, charge: Charge, step: 1 | -1): bigint {
  const start = step === 1 ? 0 : items.length - 1;
  for (let index = start; index >= 0 && index < items.length; index += step) {
    if (equal(items.at(index), wanted, charge)) return BigInt(index);
  }
  return -1n;
}

/** Kubernetes' own list functions. */
const kubernetesLists: readonly Overload[] = [
  ...ordered.map((type) => member('isSorted', [listOf(type)], BOOL, ([a]) => isSorted(list(a)), readingAll)),
  ...ordered.map((type) => member('min', [listOf(type)], type, ([a]) => extreme(list(a), 'min'), readingAll)),
  ...ordered.map((type) => member('max', [listOf(type)], type, ([a]) => extreme(list(a), 'max'), readingAll)),
  ...summable.map(({ type, zero }) => member('sum', [listOf(type)], type, ([a]) => sum(list(a), zero), readingAll)),
  member('indexOf', [listOf(A), A], INT, ([a, item], charge) => indexIn(list(a), item!, charge, 1), readingAll),
  member('lastIndexOf', [listOf(A), A], INT, ([a, item], charge) => indexIn(list(a), item!, charge, -1), readingAll),
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

function flatten(items: ListValue, depth: bigint, charge: Charge): Value[] {
  if (depth < 0n) throw new CelRuntimeError('level must be non-negative');
  const flat: Value[] = [];
  for (const item of items) {
    charge(1);
    if (!(item instanceof ListValue) || depth === 0n) flat.push(item);
    else for (const inner of flatten(item, depth - 1n, charge)) flat.push(inner);
  }
  return flat;
}

function distinct(items: ListValue, charge: Charge): ListValue {
  const kept: Value[] = [];
  for (const item of items) {
    charge(1 + kept.length * 0.1);
    if (!kept.some((known) => equal(known, item, charge))) kept.push(item);
  }
  return new ArrayList(kept);
}

function sorted(items: ListValue, charge: Charge): ListValue {
  charge(sortingCost(items.length));
  return new ArrayList([...items].sort(orderOf));
}

/** Comparisons of a sort. */
export function sortingCost(length: number): number {
  return length * Math.ceil(Math.log2(length + 1));
}

function range(count: bigint, charge: Charge): ListValue {
  if (count < 0n) return new ArrayList([]);
  charge(Number(count));
  return new ArrayList(Array.from({ length: Number(count) }, (_item, index) => BigInt(index)));
}

function optional(items: ListValue, index: number): OptionalValue {
  return items.length === 0 ? OptionalValue.none : new OptionalValue(items.at(index));
}

const copying = (args: readonly Value[]) => 1 + sizeOf(args[0]);

/** The general list functions of the language's extension library. */
const extendedLists: readonly Overload[] = [
  member(
    'slice',
    [listOf(A), INT, INT],
    listOf(A),
    ([a, start, end]) => slice(list(a), start as bigint, end as bigint),
    copying,
  ),
  member('flatten', [listOf(listOf(A))], listOf(A), ([a], charge) => new ArrayList(flatten(list(a), 1n, charge))),
  member(
    'flatten',
    [listOf(DYN), INT],
    listOf(DYN),
    ([a, depth], charge) => new ArrayList(flatten(list(a), depth as bigint, charge)),
  ),
  member('distinct', [listOf(A)], listOf(A), ([a], charge) => distinct(list(a), charge)),
  member('reverse', [listOf(A)], listOf(A), ([a]) => new ArrayList([...list(a)].reverse()), copying),
  ...ordered.map((type) =>
    member('sort', [listOf(type)], listOf(type), ([a], charge) => sorted(list(a), charge), copying),
  ),
  member('first', [listOf(A)], optionalOf(A), ([a]) => optional(list(a), 0)),
  member('last', [listOf(A)], optionalOf(A), ([a]) => optional(list(a), list(a).length - 1)),
  plain('lists.range', [INT], listOf(INT), ([count], charge) => range(count as bigint, charge)),
];

export const lists: readonly Overload[] = [...kubernetesLists, ...extendedLists];
