import { itemIdentity } from './library/keyed-lists.ts';
import {
  Duration,
  ListValue,
  MapValue,
  ObjectValue,
  OpaqueValue,
  OptionalValue,
  Timestamp,
  TypeValue,
  Uint,
  type Value,
} from './values.ts';

/** Called with the work that a function is about to do, roughly in units of cost. */
export type Work = (cost: number) => void;

/** Equality of any two values; values of different types are unequal, but for numbers. */
export function equal(a: Value, b: Value, work: Work): boolean {
  if (a === b) return true;
  if (typeof a === 'string' || a === null || typeof a === 'boolean') return false;
  const number = asNumber(a);
  if (number !== undefined) return sameNumber(number, asNumber(b));
  if (a instanceof ListValue) return b instanceof ListValue && equalLists(a, b, work);
  if (a instanceof MapValue) return b instanceof MapValue && equalMaps(a, b, work);
  if (a instanceof ObjectValue) return b instanceof ObjectValue && equalObjects(a, b, work);
  if (a instanceof Uint8Array) return b instanceof Uint8Array && compareBytes(a, b) === 0;
  if (a instanceof Timestamp) return b instanceof Timestamp && a.nanos === b.nanos;
  if (a instanceof Duration) return b instanceof Duration && a.nanos === b.nanos;
  if (a instanceof TypeValue) return b instanceof TypeValue && a.name === b.name;
  if (a instanceof OptionalValue) return b instanceof OptionalValue && equalOptionals(a, b, work);
  return a instanceof OpaqueValue && b instanceof OpaqueValue && a.type.name === b.type.name && a.equals(b);
}

function asNumber(value: Value): bigint | number | undefined {
  if (typeof value === 'bigint' || typeof value === 'number') return value;
  return value instanceof Uint ? value.value : undefined;
}

function sameNumber(a: bigint | number, b: bigint | number | undefined): boolean {
  // Loosely: JavaScript compares a bigint with a number by value.
  // biome-ignore lint/suspicious/noDoubleEquals: the only operator that compares the two kinds
  return b !== undefined && a == b;
}

function equalLists(a: ListValue, b: ListValue, work: Work): boolean {
  if (a.length !== b.length) return false;
  if (a.identity) return equalUnordered(a, b, work);
  for (let index = 0; index < a.length; index++) {
    work(0.5);
    if (!equal(a.at(index), b.at(index), work)) return false;
  }
  return true;
}

/** Sets and keyed lists: the same items in whatever order. */
function equalUnordered(a: ListValue, b: ListValue, work: Work): boolean {
  const keys = a.identity?.listType === 'map' ? (a.identity.mapKeys ?? []) : undefined;
  const others = keys && new Map(Array.from(b, (item) => [itemIdentity(item, keys), item]));
  for (const item of a) {
    if (others) {
      work(0.5);
      const other = others.get(itemIdentity(item, keys!));
      if (other === undefined || !equal(item, other, work)) return false;
    } else {
      work(b.length * 0.5);
      if (![...b].some((other) => equal(item, other, work))) return false;
    }
  }
  return true;
}

function equalMaps(a: MapValue, b: MapValue, work: Work): boolean {
  if (a.size !== b.size) return false;
  for (const key of a.keys()) {
    work(0.5);
    const other = b.get(key);
    if (other === undefined || !equal(a.get(key)!, other, work)) return false;
  }
  return true;
}

function equalObjects(a: ObjectValue, b: ObjectValue, work: Work): boolean {
  if (a.typeName !== b.typeName) return false;
  const names = new Set([...a.names(), ...b.names()]);
  for (const name of names) {
    work(0.5);
    const [left, right] = [a.field(name), b.field(name)];
    if (left === undefined || right === undefined || !equal(left, right, work)) return false;
  }
  return true;
}

function equalOptionals(a: OptionalValue, b: OptionalValue, work: Work): boolean {
  if (a.value === undefined || b.value === undefined) return a.value === b.value;
  return equal(a.value, b.value, work);
}

/** Negative, zero or positive; undefined for values that have no order between them. */
export function compare(a: Value, b: Value): number | undefined {
  if (typeof a === 'string') return typeof b === 'string' ? compareText(a, b) : undefined;
  if (typeof a === 'boolean') return typeof b === 'boolean' ? Number(a) - Number(b) : undefined;
  const [left, right] = [asNumber(a), asNumber(b)];
  if (left !== undefined) return right === undefined ? undefined : left < right ? -1 : left > right ? 1 : 0;
  if (a instanceof Timestamp) return b instanceof Timestamp ? Number(a.nanos - b.nanos) : undefined;
  if (a instanceof Duration) return b instanceof Duration ? Number(a.nanos - b.nanos) : undefined;
  if (a instanceof Uint8Array) return b instanceof Uint8Array ? compareBytes(a, b) : undefined;
  return undefined;
}

/** By code points, as UTF-8 sorts. UTF-16 units sort the same but for surrogates, which belong after all others. */
export function compareText(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let index = 0; index < length; index++) {
    const [left, right] = [a.charCodeAt(index), b.charCodeAt(index)];
    if (left !== right) return rank(left) - rank(right);
  }
  return a.length - b.length;
}

function rank(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit;
}

function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const length = Math.min(a.length, b.length);
  for (let index = 0; index < length; index++) {
    const difference = a[index]! - b[index]!;
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}
