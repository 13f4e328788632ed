import { CelRuntimeError } from './errors.ts';
import type { CelType } from './types.ts';

/** A value at run time. Integers are bigints, doubles are numbers, JSON is converted as far as it is looked at. */
export type Value =
  | null
  | boolean
  | bigint
  | number
  | string
  | Uint8Array
  | Uint
  | Timestamp
  | Duration
  | ListValue
  | MapValue
  | ObjectValue
  | OptionalValue
  | TypeValue
  | OpaqueValue;

const maximumUint = 2n ** 64n - 1n;
const maximumInt = 2n ** 63n - 1n;
const minimumInt = -(2n ** 63n);

export class Uint {
  readonly value: bigint;
  constructor(value: bigint) {
    if (value < 0n || value > maximumUint) throw new CelRuntimeError('unsigned integer overflow');
    this.value = value;
  }
}

/** The value, if it is a 64-bit integer. */
export function checkedInt(value: bigint): bigint {
  if (value > maximumInt || value < minimumInt) throw new CelRuntimeError('integer overflow');
  return value;
}

export const nanosPerSecond = 1_000_000_000n;

/** Between the years 1 and 9999. */
export class Timestamp {
  /** Since 1970. */
  readonly nanos: bigint;
  constructor(nanos: bigint) {
    if (nanos < -62135596800n * nanosPerSecond || nanos >= 253402300800n * nanosPerSecond) {
      throw new CelRuntimeError('timestamp overflow');
    }
    this.nanos = nanos;
  }
}

export class Duration {
  readonly nanos: bigint;
  constructor(nanos: bigint) {
    if (nanos > maximumInt || nanos < minimumInt) throw new CelRuntimeError('duration overflow');
    this.nanos = nanos;
  }
}

/** How items of a list are told apart where their order does not matter. */
export interface ListIdentity {
  readonly listType?: 'set' | 'map';
  readonly mapKeys?: readonly string[];
}

export abstract class ListValue {
  abstract readonly length: number;
  /** Absent for ordinary lists. */
  abstract readonly identity: ListIdentity | undefined;
  /** `index` is within the list. */
  abstract at(index: number): Value;

  *[Symbol.iterator](): Generator<Value> {
    for (let index = 0; index < this.length; index++) yield this.at(index);
  }
}

export class ArrayList extends ListValue {
  readonly items: readonly Value[];
  readonly identity: ListIdentity | undefined;
  constructor(items: readonly Value[], identity?: ListIdentity) {
    super();
    this.items = items;
    this.identity = identity;
  }
  get length(): number {
    return this.items.length;
  }
  at(index: number): Value {
    return this.items[index]!;
  }
}

export abstract class MapValue {
  abstract readonly size: number;
  abstract get(key: Value): Value | undefined;
  abstract keys(): Iterable<Value>;
}

export class EntryMap extends MapValue {
  readonly #entries = new Map<string, [Value, Value]>();

  /** False where the key is taken. */
  add(key: Value, value: Value): boolean {
    const text = keyText(key);
    if (text === undefined) throw new CelRuntimeError('unsupported key type');
    if (this.#entries.has(text)) return false;
    this.#entries.set(text, [key, value]);
    return true;
  }
  get size(): number {
    return this.#entries.size;
  }
  get(key: Value): Value | undefined {
    const text = keyText(key);
    return text === undefined ? undefined : this.#entries.get(text)?.[1];
  }
  *keys(): Generator<Value> {
    for (const [key] of this.#entries.values()) yield key;
  }
}

/** Equal keys have the same text: numbers are equal whatever their type. */
function keyText(key: Value): string | undefined {
  if (typeof key === 'string') return `s${key}`;
  if (typeof key === 'boolean') return `b${key}`;
  if (typeof key === 'bigint') return `n${key}`;
  if (key instanceof Uint) return `n${key.value}`;
  if (typeof key === 'number') return Number.isInteger(key) ? `n${BigInt(key)}` : `d${key}`;
  return undefined;
}

/** Something with named fields. */
export abstract class ObjectValue {
  abstract readonly typeName: string;
  /** Undefined for a field that is not set. */
  abstract field(name: string): Value | undefined;
  /** Names of the fields that are set. */
  abstract names(): Iterable<string>;
}

export class OptionalValue {
  readonly value: Value | undefined;
  constructor(value: Value | undefined) {
    this.value = value;
  }
  static readonly none = new OptionalValue(undefined);
}

export class TypeValue {
  readonly name: string;
  constructor(name: string) {
    this.name = name;
  }
}

/** A value of a library's own type: a quantity, an IP address, an authorizer. */
export abstract class OpaqueValue {
  abstract readonly type: CelType & { kind: 'opaque' };
  /** What costs count with. */
  get size(): number {
    return 1;
  }
  abstract equals(other: OpaqueValue): boolean;
}

/** Name of the run-time type, by which overloads are told apart. */
export function runtimeKind(value: Value): string {
  switch (typeof value) {
    case 'string':
      return 'string';
    case 'bigint':
      return 'int';
    case 'number':
      return 'double';
    case 'boolean':
      return 'bool';
  }
  if (value === null) return 'null';
  if (value instanceof ListValue) return 'list';
  if (value instanceof MapValue) return 'map';
  if (value instanceof ObjectValue) return 'object';
  if (value instanceof OptionalValue) return 'optional';
  if (value instanceof Uint8Array) return 'bytes';
  if (value instanceof Timestamp) return 'timestamp';
  if (value instanceof Duration) return 'duration';
  if (value instanceof Uint) return 'uint';
  if (value instanceof TypeValue) return 'type';
  return value.type.name;
}

/** Name of a value's type as `type(x)` and messages have it. */
export function runtimeTypeName(value: Value): string {
  if (value instanceof ObjectValue) return value.typeName;
  const kind = runtimeKind(value);
  switch (kind) {
    case 'null':
      return 'null_type';
    case 'timestamp':
      return 'google.protobuf.Timestamp';
    case 'duration':
      return 'google.protobuf.Duration';
    case 'optional':
      return 'optional_type';
    default:
      return kind;
  }
}
