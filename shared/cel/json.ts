import type { Json } from '../api/json.ts';
import { base64Decode, base64Encode } from './base64.ts';
import { CelRuntimeError } from './errors.ts';
import { parseDuration, parseTimestamp, showDuration, showTimestamp } from './time.ts';
import { type CelType, DYN, type ListType, type MapType, type ObjectType, STRING } from './types.ts';
import {
  Duration,
  type ListIdentity,
  ListValue,
  MapValue,
  ObjectValue,
  OptionalValue,
  Timestamp,
  TypeValue,
  Uint,
  type Value,
} from './values.ts';

/**
 * JSON as an expression sees it. Objects and lists are wrapped, not copied: what an expression does not look at costs
 * nothing.
 */
export function fromJson(json: Json, type: CelType = DYN): Value {
  if (json === null || typeof json === 'boolean') return json;
  switch (typeof json) {
    case 'number':
      return type.kind === 'double' || !Number.isInteger(json) ? json : BigInt(json);
    case 'string':
      return fromText(json, type);
  }
  if (Array.isArray(json)) return new JsonList(json, type.kind === 'list' ? type : untypedList);
  if (type.kind === 'object') return new JsonObject(json as JsonRecord, type);
  return new JsonMap(json as JsonRecord, type.kind === 'map' ? type : untypedMap);
}

type JsonRecord = Readonly<Record<string, Json>>;

const untypedList: ListType = { kind: 'list', element: DYN };
const untypedMap: MapType = { kind: 'map', key: STRING, value: DYN };

function fromText(text: string, type: CelType): Value {
  switch (type.kind) {
    case 'bytes': {
      const bytes = base64Decode(text);
      if (!bytes) throw new CelRuntimeError('failed to convert string to bytes');
      return bytes;
    }
    case 'timestamp':
      return timestampOf(text);
    case 'duration': {
      const nanos = parseDuration(text);
      if (nanos === undefined) throw new CelRuntimeError(`Invalid duration ${text}`);
      return new Duration(nanos);
    }
    default:
      return text;
  }
}

/** A full date-time, or a date alone. */
function timestampOf(text: string): Timestamp {
  const nanos = parseTimestamp(text) ?? parseTimestamp(`${text}T00:00:00Z`);
  if (nanos === undefined) throw new CelRuntimeError(`Invalid timestamp ${text}`);
  return new Timestamp(nanos);
}

class JsonList extends ListValue {
  readonly #items: readonly Json[];
  readonly #type: ListType;
  readonly #converted: (Value | undefined)[] = [];
  readonly identity: ListIdentity | undefined;
  constructor(items: readonly Json[], type: ListType) {
    super();
    this.#items = items;
    this.#type = type;
    this.identity = type.listType ? type : undefined;
  }
  get length(): number {
    return this.#items.length;
  }
  at(index: number): Value {
    const known = this.#converted[index];
    if (known !== undefined) return known;
    const value = fromJson(this.#items[index]!, this.#type.element);
    this.#converted[index] = value;
    return value;
  }
}

class JsonMap extends MapValue {
  readonly #raw: JsonRecord;
  readonly #type: MapType;
  #size: number | undefined;
  constructor(raw: JsonRecord, type: MapType) {
    super();
    this.#raw = raw;
    this.#type = type;
  }
  get size(): number {
    this.#size ??= setKeys(this.#raw).length;
    return this.#size;
  }
  get(key: Value): Value | undefined {
    if (typeof key !== 'string' || !Object.hasOwn(this.#raw, key)) return undefined;
    const json = this.#raw[key];
    return json === undefined ? undefined : fromJson(json, this.#type.value);
  }
  keys(): Iterable<Value> {
    return setKeys(this.#raw);
  }
}

class JsonObject extends ObjectValue {
  readonly #raw: JsonRecord;
  readonly #type: ObjectType;
  constructor(raw: JsonRecord, type: ObjectType) {
    super();
    this.#raw = raw;
    this.#type = type;
  }
  get typeName(): string {
    return this.#type.name;
  }
  field(name: string): Value | undefined {
    const declared = this.#type.field(name);
    const key = declared?.jsonName ?? name;
    const json = Object.hasOwn(this.#raw, key) ? this.#raw[key] : undefined;
    return json === undefined ? undefined : fromJson(json, declared?.type);
  }
  names(): Iterable<string> {
    return setKeys(this.#raw);
  }
}

/** Objects that are still being prepared can have fields that are `undefined`. */
function setKeys(raw: JsonRecord): string[] {
  return Object.keys(raw).filter((key) => raw[key] !== undefined);
}

/** What an expression's value is as JSON. Throws CelRuntimeError for what has no JSON form. */
export function toJson(value: Value): Json {
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return value;
  if (typeof value === 'bigint') return Number(value);
  if (value instanceof Uint) return Number(value.value);
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw new CelRuntimeError(`no JSON form of ${value}`);
    return value;
  }
  if (value instanceof ListValue) return Array.from(value, toJson);
  if (value instanceof MapValue) return mapToJson(value);
  if (value instanceof ObjectValue) return objectToJson(value);
  if (value instanceof Uint8Array) return base64Encode(value);
  if (value instanceof Timestamp) return showTimestamp(value.nanos);
  if (value instanceof Duration) return showDuration(value.nanos);
  if (value instanceof OptionalValue && value.value !== undefined) return toJson(value.value);
  if (value instanceof TypeValue) return value.name;
  throw new CelRuntimeError('the value has no JSON form');
}

function mapToJson(map: MapValue): Json {
  const result: Record<string, Json> = {};
  for (const key of map.keys()) {
    if (typeof key !== 'string') throw new CelRuntimeError('map keys must be strings');
    define(result, key, toJson(map.get(key)!));
  }
  return result;
}

function objectToJson(object: ObjectValue): Json {
  const result: Record<string, Json> = {};
  for (const name of object.names()) define(result, name, toJson(object.field(name)!));
  return result;
}

/** Also for a key named `__proto__`. */
function define(target: Record<string, Json>, key: string, value: Json): void {
  Object.defineProperty(target, key, { value, enumerable: true, configurable: true, writable: true });
}
