import { CelRuntimeError } from '../errors.ts';
import { member, type Overload, plain } from '../functions.ts';
import { BOOL, listOf, optionalOf, param } from '../types.ts';
import {
  ArrayList,
  Duration,
  ListValue,
  MapValue,
  nanosPerSecond,
  ObjectValue,
  OptionalValue,
  Timestamp,
  Uint,
  type Value,
} from '../values.ts';

const A = param('A');

const optional = (value: Value | undefined) => value as OptionalValue;

function isZero(value: Value): boolean {
  if (value === null || value === false || value === 0n || value === 0 || value === '') return true;
  if (value instanceof Uint) return value.value === 0n;
  if (value instanceof ListValue || value instanceof Uint8Array) return value.length === 0;
  if (value instanceof MapValue) return value.size === 0;
  if (value instanceof Duration) return value.nanos === 0n;
  if (value instanceof Timestamp) return value.nanos === firstInstant;
  if (value instanceof OptionalValue) return value.value === undefined;
  return value instanceof ObjectValue && [...value.names()].length === 0;
}

/** The first of January of the year 1, which is Go's zero. */
const firstInstant = -62135596800n * nanosPerSecond;

/** Throws where there is nothing. */
export function valueInside(value: OptionalValue): Value {
  if (value.value === undefined) throw new CelRuntimeError('optional.none() dereference');
  return value.value;
}

export const optionals: readonly Overload[] = [
  plain('optional.none', [], optionalOf(A), () => OptionalValue.none),
  plain('optional.of', [A], optionalOf(A), ([value]) => new OptionalValue(value)),
  plain('optional.ofNonZeroValue', [A], optionalOf(A), ([value]) =>
    isZero(value!) ? OptionalValue.none : new OptionalValue(value),
  ),
  plain('optional.unwrap', [listOf(optionalOf(A))], listOf(A), ([list]) => unwrapped(list as ListValue)),
  member('unwrapOpt', [listOf(optionalOf(A))], listOf(A), ([list]) => unwrapped(list as ListValue)),
  member('hasValue', [optionalOf(A)], BOOL, ([value]) => optional(value).value !== undefined),
  member('value', [optionalOf(A)], A, ([value]) => valueInside(optional(value))),
  { ...member('or', [optionalOf(A), optionalOf(A)], optionalOf(A), ([value]) => value!), alternative: true },
  { ...member('orValue', [optionalOf(A), A], A, ([value]) => valueInside(optional(value))), alternative: true },
];

function unwrapped(list: ListValue): ArrayList {
  return new ArrayList(
    [...list].flatMap((item) => (item instanceof OptionalValue && item.value !== undefined ? [item.value] : [])),
  );
}
