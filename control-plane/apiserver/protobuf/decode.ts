import { Buffer } from 'node:buffer';
import { BinaryReader, WireType } from '@bufbuild/protobuf/wire';
import { type Json, type JsonObject, maximumDepth } from '../../../shared/api/json.ts';
import { wireTypes } from './encode.ts';
import { MalformedProtobuf } from './malformed.ts';
import { isShape, type Message, type MessageField, type ScalarType, type ValueType } from './message.ts';

/** Reads the fields of an object as JSON has them. Throws MalformedProtobuf. */
export function readMessage(message: Message, bytes: Uint8Array): JsonObject {
  return reading(() => new MessageReader(bytes).message(message, {}, bytes.byteLength));
}

/** Runs what reads from a `BinaryReader` and turns its errors into MalformedProtobuf. */
export function reading<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    // The reader throws RangeErrors for bytes that end too early and plain errors for everything else.
    const isReaders = error instanceof RangeError || (error instanceof Error && error.constructor === Error);
    if (isReaders) throw new MalformedProtobuf(error.message);
    throw error;
  }
}

class MessageReader {
  readonly #reader: BinaryReader;
  #depth = 0;

  constructor(bytes: Uint8Array) {
    this.#reader = new BinaryReader(bytes);
  }

  /** Fields up to `end`. One that comes again is merged into what is there, as protobuf has it. */
  message(message: Message, object: JsonObject, end: number): JsonObject {
    if (end > this.#reader.len) throw new MalformedProtobuf('unexpected EOF');
    if (++this.#depth > maximumDepth) throw new MalformedProtobuf('exceeded max depth');
    while (this.#reader.pos < end) {
      const [number, wireType] = this.#reader.tag();
      const field = message.byNumber.get(number);
      // A newer client's field is pruned, as an unknown one in JSON would be.
      if (field) this.#field(field, wireType, object);
      else this.#reader.skip(wireType, number);
    }
    if (this.#reader.pos > end) throw new MalformedProtobuf('unexpected EOF');
    this.#depth--;
    return object;
  }

  #field(field: MessageField, wireType: WireType, object: JsonObject): void {
    const { name, form, type } = field;
    if (form === 'list') {
      const list = (object[name] ?? []) as Json[];
      object[name] = list;
      this.#item(field, wireType, list);
      return;
    }
    expect(field, wireType, form === 'map' ? WireType.LengthDelimited : wireTypeOf(type));
    if (form === 'map') {
      const map = (object[name] ?? {}) as JsonObject;
      object[name] = map;
      this.#entry(field, map);
    } else if (name === '') this.message(type as Message, object, this.#end());
    else this.#single(field, object);
  }

  /** Go writes fields that are not pointers even when they are empty; in JSON those are left out. */
  #single({ name, type, isPointer }: MessageField, object: JsonObject): void {
    const value = this.#value(type, object[name]);
    if (isPointer || !isEmpty(value)) object[name] = value;
  }

  #item(field: MessageField, wireType: WireType, list: Json[]): void {
    const { type } = field;
    const isPacked = wireType === WireType.LengthDelimited && wireTypeOf(type) !== wireType;
    if (!isPacked) {
      expect(field, wireType, wireTypeOf(type));
      list.push(this.#value(type, undefined));
      return;
    }
    const end = this.#end();
    while (this.#reader.pos < end) list.push(this.#value(type, undefined));
  }

  #entry({ type }: MessageField, map: JsonObject): void {
    const end = this.#end();
    let key = '';
    let value = zeroOf(type);
    while (this.#reader.pos < end) {
      const [number, wireType] = this.#reader.tag();
      if (number === 1 && wireType === WireType.LengthDelimited) key = this.#reader.string();
      else if (number === 2 && wireType === wireTypeOf(type)) value = this.#value(type, undefined);
      else this.#reader.skip(wireType, number);
    }
    // Assigning to `__proto__` would set the prototype instead.
    Object.defineProperty(map, key, { value, writable: true, enumerable: true, configurable: true });
  }

  #value(type: ValueType, before: Json | undefined): Json {
    if (typeof type === 'string') return readers[type](this.#reader);
    if (isShape(type)) return type.fromFields(this.message(type.message, {}, this.#end()));
    const object = typeof before === 'object' && before !== null ? (before as JsonObject) : {};
    return this.message(type, object, this.#end());
  }

  #end(): number {
    const length = this.#reader.uint32();
    return this.#reader.pos + length;
  }
}

function wireTypeOf(type: ValueType): WireType {
  return typeof type === 'string' ? wireTypes[type] : WireType.LengthDelimited;
}

function expect({ name }: MessageField, wireType: WireType, expected: WireType): void {
  if (wireType !== expected)
    throw new MalformedProtobuf(`proto: wrong wireType = ${wireType} for field ${goName(name)}`);
}

function goName(name: string): string {
  return name.slice(0, 1).toUpperCase() + name.slice(1);
}

function zeroOf(type: ValueType): Json {
  if (typeof type === 'string') return type === 'bool' ? false : type === 'int' || type === 'double' ? 0 : '';
  return isShape(type) ? type.fromFields({}) : {};
}

function isEmpty(value: Json): boolean {
  if (typeof value === 'object' && value !== null) return Object.keys(value).length === 0;
  return value === null || value === '' || value === 0 || value === false;
}

const readers: Readonly<Record<ScalarType, (reader: BinaryReader) => Json>> = {
  string: (reader) => reader.string(),
  bytes: (reader) => Buffer.from(reader.bytes()).toString('base64'),
  bool: (reader) => reader.bool(),
  int: (reader) => Number(reader.int64()),
  double: (reader) => reader.double(),
};
