import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import { isJsonObject, type Json, type JsonObject } from '../../api/json.ts';
import { type Field, type Message, type MessageName, messages, type Scalar } from './gnostic-messages.ts';

/**
 * An OpenAPI v2 document as a message `openapi.v2.Document` of gnostic, what `kubectl` asks for when it checks or merges
 * on its own. Throws for anything in the document that the message has no place for, so that nothing gets lost.
 */
export function encodeOpenapiV2(document: JsonObject): Uint8Array {
  const writer = new BinaryWriter();
  writeMessage(writer, 'Document', document, 'document');
  return writer.finish();
}

/** @param where in the document the value is, for errors */
function writeMessage(writer: BinaryWriter, name: MessageName, value: Json, where: string): void {
  const message = messages[name];
  switch (message.form) {
    case 'object':
      writeObject(writer, message, objectAt(value, where), where);
      break;
    case 'map':
      writeMap(writer, message, objectAt(value, where), where);
      break;
    case 'list':
      for (const item of Array.isArray(value) ? value : [value]) write(writer, message.items, item, where);
      break;
    case 'yaml':
      // JSON is YAML that no version of YAML reads differently.
      writer.tag(message.number, WireType.LengthDelimited).string(JSON.stringify(value));
      break;
    case 'oneof':
      write(writer, message.choose(value), value, where);
      break;
  }
}

type FormOf<F extends Message['form']> = Extract<Message, { form: F }>;

function writeObject(writer: BinaryWriter, message: FormOf<'object'>, object: JsonObject, where: string): void {
  for (const [key, value] of Object.entries(object)) {
    const path = `${where}.${key}`;
    const field = Object.hasOwn(message.fields, key) ? message.fields[key] : undefined;
    if (!field) {
      writeExtension(writer, message.extensions, { key, value, path });
    } else if (field.repeated) {
      if (!Array.isArray(value)) throw unexpected(path, 'a list');
      value.forEach((item, index) => {
        write(writer, field, item, `${path}[${index}]`);
      });
    } else if (!isDefault(field.type, value)) {
      write(writer, field, value, path);
    }
  }
}

function writeMap(writer: BinaryWriter, message: FormOf<'map'>, object: JsonObject, where: string): void {
  for (const [key, value] of Object.entries(object)) {
    const path = `${where}.${key}`;
    // Only where the format knows extensions: a property may well be named `x-y`.
    if (message.extensions && key.startsWith('x-')) writeExtension(writer, message.extensions, { key, value, path });
    else writeNamed(writer, message.entries, { key, value, path, type: message.value });
  }
}

interface Entry {
  key: string;
  value: Json;
  path: string;
}

function writeExtension(writer: BinaryWriter, number: number | undefined, entry: Entry): void {
  if (number === undefined || !entry.key.startsWith('x-')) throw new Error(`${entry.path}: no field for it`);
  writeNamed(writer, number, { ...entry, type: 'Any' });
}

/** Protocol buffers of gnostic have no maps, but lists of messages with a name and a value. */
function writeNamed(
  writer: BinaryWriter,
  number: number,
  { key, value, path, type }: Entry & Pick<Field, 'type'>,
): void {
  writer.tag(number, WireType.LengthDelimited).fork();
  writer.tag(1, WireType.LengthDelimited).string(key);
  write(writer, { number: 2, type }, value, path);
  writer.join();
}

function write(writer: BinaryWriter, { number, type }: Field, value: Json, where: string): void {
  switch (type) {
    case 'string':
      if (typeof value !== 'string') throw unexpected(where, 'a string');
      writer.tag(number, WireType.LengthDelimited).string(value);
      break;
    case 'bool':
      if (typeof value !== 'boolean') throw unexpected(where, 'a boolean');
      writer.tag(number, WireType.Varint).bool(value);
      break;
    case 'int64':
      if (typeof value !== 'number') throw unexpected(where, 'a number');
      writer.tag(number, WireType.Varint).int64(value);
      break;
    case 'double':
      if (typeof value !== 'number') throw unexpected(where, 'a number');
      writer.tag(number, WireType.Bit64).double(value);
      break;
    default:
      writer.tag(number, WireType.LengthDelimited).fork();
      writeMessage(writer, type, value, where);
      writer.join();
  }
}

const defaults: Readonly<Record<Scalar, Json>> = { string: '', bool: false, int64: 0, double: 0 };

/** Fields with the default of their type are not written in proto3. */
function isDefault(type: Field['type'], value: Json): boolean {
  return Object.hasOwn(defaults, type) && defaults[type as Scalar] === value;
}

function objectAt(value: Json, where: string): JsonObject {
  if (!isJsonObject(value)) throw unexpected(where, 'an object');
  return value;
}

function unexpected(where: string, wanted: string): Error {
  return new Error(`${where}: not ${wanted}`);
}
