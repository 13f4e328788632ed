import { compare, equal, type Work } from '../equality.ts';
import { CelRuntimeError } from '../errors.ts';
import { type Overload, plain, sizeOf } from '../functions.ts';
import {
  BOOL,
  BYTES,
  type CelType,
  DOUBLE,
  DURATION,
  DYN,
  INT,
  listOf,
  mapOf,
  optionalOf,
  param,
  STRING,
  TIMESTAMP,
  UINT,
} from '../types.ts';
import {
  ArrayList,
  checkedInt,
  Duration,
  ListValue,
  MapValue,
  ObjectValue,
  OptionalValue,
  runtimeTypeName,
  Timestamp,
  Uint,
  type Value,
} from '../values.ts';
import { concatenate } from './concatenate.ts';

const A = param('A');
const B = param('B');

const bothTexts = (args: readonly Value[]) => Math.ceil((sizeOf(args[0]) + sizeOf(args[1])) * 0.1);
const shorter = (args: readonly Value[]) => Math.ceil(Math.min(sizeOf(args[0]), sizeOf(args[1])) * 0.1);

function binary<L extends Value, R extends Value>(
  name: string,
  [left, right, result]: readonly [CelType, CelType, CelType],
  call: (a: L, b: R) => Value,
  cost?: Overload['cost'],
): Overload {
  return plain(name, [left, right], result, (args) => call(args[0] as L, args[1] as R), cost);
}

function divided(b: bigint, what: 'division' | 'modulus'): bigint {
  if (b === 0n) throw new CelRuntimeError(`${what} by zero`);
  return b;
}

const addition: readonly Overload[] = [
  binary('_+_', [INT, INT, INT], (a: bigint, b: bigint) => checkedInt(a + b)),
  binary('_+_', [UINT, UINT, UINT], (a: Uint, b: Uint) => new Uint(a.value + b.value)),
  binary('_+_', [DOUBLE, DOUBLE, DOUBLE], (a: number, b: number) => a + b),
  binary('_+_', [STRING, STRING, STRING], (a: string, b: string) => a + b, bothTexts),
  binary('_+_', [BYTES, BYTES, BYTES], (a: Uint8Array, b: Uint8Array) => Uint8Array.of(...a, ...b), bothTexts),
  plain('_+_', [listOf(A), listOf(A)], listOf(A), ([a, b], work) => concatenate(a as ListValue, b as ListValue, work)),
  binary('_+_', [DURATION, DURATION, DURATION], (a: Duration, b: Duration) => new Duration(a.nanos + b.nanos)),
  binary('_+_', [TIMESTAMP, DURATION, TIMESTAMP], (a: Timestamp, b: Duration) => new Timestamp(a.nanos + b.nanos)),
  binary('_+_', [DURATION, TIMESTAMP, TIMESTAMP], (a: Duration, b: Timestamp) => new Timestamp(a.nanos + b.nanos)),
];

const otherArithmetic: readonly Overload[] = [
  binary('_-_', [INT, INT, INT], (a: bigint, b: bigint) => checkedInt(a - b)),
  binary('_-_', [UINT, UINT, UINT], (a: Uint, b: Uint) => new Uint(a.value - b.value)),
  binary('_-_', [DOUBLE, DOUBLE, DOUBLE], (a: number, b: number) => a - b),
  binary('_-_', [DURATION, DURATION, DURATION], (a: Duration, b: Duration) => new Duration(a.nanos - b.nanos)),
  binary('_-_', [TIMESTAMP, DURATION, TIMESTAMP], (a: Timestamp, b: Duration) => new Timestamp(a.nanos - b.nanos)),
  binary('_-_', [TIMESTAMP, TIMESTAMP, DURATION], (a: Timestamp, b: Timestamp) => new Duration(a.nanos - b.nanos)),
  binary('_*_', [INT, INT, INT], (a: bigint, b: bigint) => checkedInt(a * b)),
  binary('_*_', [UINT, UINT, UINT], (a: Uint, b: Uint) => new Uint(a.value * b.value)),
  binary('_*_', [DOUBLE, DOUBLE, DOUBLE], (a: number, b: number) => a * b),
  binary('_/_', [INT, INT, INT], (a: bigint, b: bigint) => checkedInt(a / divided(b, 'division'))),
  binary('_/_', [UINT, UINT, UINT], (a: Uint, b: Uint) => new Uint(a.value / divided(b.value, 'division'))),
  binary('_/_', [DOUBLE, DOUBLE, DOUBLE], (a: number, b: number) => a / b),
  binary('_%_', [INT, INT, INT], (a: bigint, b: bigint) => a % divided(b, 'modulus')),
  binary('_%_', [UINT, UINT, UINT], (a: Uint, b: Uint) => new Uint(a.value % divided(b.value, 'modulus'))),
  plain('-_', [INT], INT, ([a]) => checkedInt(-(a as bigint))),
  plain('-_', [DOUBLE], DOUBLE, ([a]) => -(a as number)),
  plain('!_', [BOOL], BOOL, ([a]) => !a),
];

const numbers = [INT, UINT, DOUBLE];
const comparable: readonly (readonly [CelType, CelType])[] = [
  ...[BOOL, STRING, BYTES, TIMESTAMP, DURATION].map((type) => [type, type] as const),
  ...numbers.flatMap((left) => numbers.map((right) => [left, right] as const)),
];

const orders: Readonly<Record<string, (order: number) => boolean>> = {
  '_<_': (order) => order < 0,
  '_<=_': (order) => order <= 0,
  '_>_': (order) => order > 0,
  '_>=_': (order) => order >= 0,
};

const comparisons = Object.entries(orders).flatMap(([name, holds]) =>
  comparable.map(([left, right]) =>
    plain(
      name,
      [left, right],
      BOOL,
      ([a, b]) => {
        const order = compare(a!, b!);
        return order !== undefined && holds(order);
      },
      left === STRING || left === BYTES ? shorter : undefined,
    ),
  ),
);

const equality: readonly Overload[] = [
  plain('_==_', [A, A], BOOL, ([a, b], work) => equal(a!, b!, work), shorter),
  plain('_!=_', [A, A], BOOL, ([a, b], work) => !equal(a!, b!, work), shorter),
];

const membership: readonly Overload[] = [
  plain(
    '@in',
    [A, listOf(A)],
    BOOL,
    ([value, list], work) => includes(list as ListValue, value!, work),
    traversalOfList,
  ),
  plain('@in', [A, mapOf(A, B)], BOOL, ([key, map]) => (map as MapValue).get(key!) !== undefined),
];

function traversalOfList(args: readonly Value[]): number {
  return sizeOf(args[1]);
}

export function includes(list: ListValue, value: Value, work: Work): boolean {
  for (const item of list) if (equal(item, value, work)) return true;
  return false;
}

const indexing: readonly Overload[] = [
  plain('_[_]', [listOf(A), INT], A, ([list, index]) => itemAt(list as ListValue, index!)),
  plain('_[_]', [mapOf(A, B), A], B, ([map, key]) => present((map as MapValue).get(key!), key!)),
  plain('_[_]', [optionalOf(listOf(A)), INT], optionalOf(A), ([list, index]) => optionalIndex(list!, index!)),
  plain('_[_]', [optionalOf(mapOf(A, B)), A], optionalOf(B), ([map, key]) => optionalIndex(map!, key!)),
];

const optionalIndexing: readonly Overload[] = [
  plain('_[?_]', [listOf(A), INT], optionalOf(A), ([list, index]) => optionalIndex(list!, index!)),
  plain('_[?_]', [mapOf(A, B), A], optionalOf(B), ([map, key]) => optionalIndex(map!, key!)),
  plain('_[?_]', [optionalOf(listOf(A)), INT], optionalOf(A), ([list, index]) => optionalIndex(list!, index!)),
  plain('_[?_]', [optionalOf(mapOf(A, B)), A], optionalOf(B), ([map, key]) => optionalIndex(map!, key!)),
];

/** What is at an index or a key; also for operands whose types are known only now. */
export function elementAt(container: Value, key: Value): Value {
  if (container instanceof ListValue) return itemAt(container, key);
  if (container instanceof MapValue) return present(container.get(key), key);
  if (container instanceof ObjectValue && typeof key === 'string') return present(container.field(key), key);
  if (container instanceof OptionalValue) return optionalIndex(container, key);
  throw new CelRuntimeError('no such overload');
}

/** As `elementAt`, with nothing where nothing is there. */
export function optionalIndex(container: Value, key: Value): OptionalValue {
  if (container instanceof OptionalValue) {
    return container.value === undefined ? container : optionalIndex(container.value, key);
  }
  if (container instanceof ListValue) {
    const index = listIndex(key);
    const inside = index !== undefined && index >= 0n && index < container.length;
    return inside ? new OptionalValue(container.at(Number(index))) : OptionalValue.none;
  }
  if (container instanceof MapValue) return optional(container.get(key));
  if (container instanceof ObjectValue && typeof key === 'string') return optional(container.field(key));
  throw new CelRuntimeError('no such overload');
}

function optional(value: Value | undefined): OptionalValue {
  return value === undefined ? OptionalValue.none : new OptionalValue(value);
}

function itemAt(list: ListValue, key: Value): Value {
  const index = listIndex(key);
  if (index === undefined) throw new CelRuntimeError(`unsupported index type '${runtimeTypeName(key)}' in list`);
  if (index < 0n || index >= list.length) throw new CelRuntimeError(`index out of bounds: ${index}`);
  return list.at(Number(index));
}

function listIndex(key: Value): bigint | undefined {
  if (typeof key === 'bigint') return key;
  if (key instanceof Uint) return key.value;
  return typeof key === 'number' && Number.isInteger(key) ? BigInt(key) : undefined;
}

export function present(value: Value | undefined, key: Value): Value {
  if (value === undefined) throw new CelRuntimeError(`no such key: ${key instanceof Uint ? key.value : key}`);
  return value;
}

const sizes: readonly Overload[] = [STRING, BYTES, listOf(A), mapOf(A, B)].flatMap((type) => {
  const call: Overload['call'] = ([value], work) =>
    BigInt(typeof value === 'string' ? codePoints(value, work) : sizeOf(value));
  return [plain('size', [type], INT, call), { ...plain('size', [type], INT, call), member: true }];
});

function codePoints(text: string, work: Work): number {
  work(text.length / 100);
  let count = text.length;
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    if (unit >= 0xdc00 && unit <= 0xdfff) count--;
  }
  return count;
}

export function emptyList(): ArrayList {
  return new ArrayList([]);
}

export const operators: readonly Overload[] = [
  ...addition,
  ...otherArithmetic,
  ...comparisons,
  ...equality,
  ...membership,
  ...indexing,
  ...optionalIndexing,
  ...sizes,
  plain('dyn', [A], DYN, ([value]) => value!),
];
