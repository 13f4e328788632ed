import { Buffer } from 'node:buffer';
import { type BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import type { Json, JsonObject } from '../../../shared/api/json.ts';
import { type Fields, isShape, type Message, type MessageField, type ScalarType, type ValueType } from './message.ts';

/** Writes the fields of an object: the bytes that Kubernetes' own encoder makes of it. */
export function writeMessage(writer: BinaryWriter, message: Message, object: Fields): void {
  for (const field of message.fields) {
    if (field.name === '') writeEmbedded(writer, field, object);
    else writeField(writer, field, object[field.name] ?? undefined);
  }
}

function writeEmbedded(writer: BinaryWriter, { number, type }: MessageField, object: Fields): void {
  writer.tag(number, WireType.LengthDelimited).fork();
  writeMessage(writer, type as Message, object);
  writer.join();
}

function writeField(writer: BinaryWriter, field: MessageField, value: Json | undefined): void {
  const { number, form, type } = field;
  if (form === 'list') {
    if (Array.isArray(value)) for (const item of value) writeValue(writer, number, type, item ?? undefined);
  } else if (form === 'map') {
    if (value !== undefined) writeMap(writer, field, value as JsonObject);
  } else if (value !== undefined || writesZero(field)) {
    writeValue(writer, number, type, value);
  }
}

/** Of bytes Go knows which are absent without a pointer. */
function writesZero({ isPointer, type }: MessageField): boolean {
  return !isPointer && type !== 'bytes';
}

function writeMap(writer: BinaryWriter, { number, type }: MessageField, map: JsonObject): void {
  for (const key of Object.keys(map).sort(inBytes)) {
    writer.tag(number, WireType.LengthDelimited).fork();
    writer.tag(1, WireType.LengthDelimited).string(key);
    writeValue(writer, 2, type, map[key] ?? undefined);
    writer.join();
  }
}

/** The order of the keys' UTF-8; that of JavaScript differs where one has surrogates. */
function inBytes(a: string, b: string): number {
  if (/[\ud800-\uffff]/.test(a + b)) return Buffer.compare(Buffer.from(a), Buffer.from(b));
  return a < b ? -1 : 1;
}

/** Without a value Go's zero value is written. */
function writeValue(writer: BinaryWriter, number: number, type: ValueType, value: Json | undefined): void {
  if (typeof type === 'string') {
    writer.tag(number, wireTypes[type]);
    writers[type](writer, value);
    return;
  }
  writer.tag(number, WireType.LengthDelimited).fork();
  if (isShape(type)) {
    const fields = type.toFields(value);
    if (fields) writeMessage(writer, type.message, fields);
  } else writeMessage(writer, type, (value ?? {}) as JsonObject);
  writer.join();
}

export const wireTypes = {
  string: WireType.LengthDelimited,
  bytes: WireType.LengthDelimited,
  bool: WireType.Varint,
  int: WireType.Varint,
  double: WireType.Bit64,
} as const satisfies Record<ScalarType, WireType>;

const writers: Readonly<Record<ScalarType, (writer: BinaryWriter, value: Json | undefined) => void>> = {
  string: (writer, value) => writer.string(typeof value === 'string' ? value : ''),
  bytes: (writer, value) => writer.bytes(Buffer.from(typeof value === 'string' ? value : '', 'base64')),
  bool: (writer, value) => writer.bool(value === true),
  int: (writer, value) => writeInteger(writer, typeof value === 'number' ? value : 0),
  double: (writer, value) => writer.double(typeof value === 'number' ? value : 0),
};

const limit64 = 2 ** 63;

function writeInteger(writer: BinaryWriter, value: number): void {
  if (value === (value | 0)) writer.int32(value);
  // The largest of Go's integers are beyond the exact ones of JSON, and come out of its parser rounded up.
  else writer.int64(value >= limit64 ? (1n << 63n) - 1n : BigInt(Math.trunc(value)));
}
