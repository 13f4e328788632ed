import { isJsonObject, type Json, type JsonObject } from '../../api/json.ts';
import { type Field, type Message, type MessageName, messages, type Scalar } from './gnostic-messages.ts';
import { WireWriter } from './wire-writer.ts';

/**
 * An OpenAPI v2 document as a message `openapi.v2.Document` of gnostic, what `kubectl` asks for when it checks or merges
 * on its own. Throws for anything in the document that the message has no place for, so that nothing gets lost.
 */
export function encodeOpenapiV2(document: JsonObject): Uint8Array {
  return encode('Document', document, 'document');
}

/** @param where in the document the value is, for errors */
function encode(name: MessageName, value: Json, where: string): Uint8Array {
  const writer = new WireWriter();
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
      writer.string(message.number, JSON.stringify(value));
      break;
    case 'oneof':
      write(writer, message.choose(value), value, where);
      break;
  }
  return writer.finish();
}

type FormOf<F extends Message['form']> = Extract<Message, { form: F }>;

function writeObject(writer: WireWriter, message: FormOf<'object'>, object: JsonObject, where: string): void {
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

function writeMap(writer: WireWriter, message: FormOf<'map'>, object: JsonObject, where: string): void {
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

function writeExtension(writer: WireWriter, number: number | undefined, entry: Entry): void {
  if (number === undefined || !entry.key.startsWith('x-')) throw new Error(`${entry.path}: no field for it`);
  writeNamed(writer, number, { ...entry, type: 'Any' });
}

/** Protocol buffers of gnostic have no maps, but lists of messages with a name and a value. */
function writeNamed(writer: WireWriter, number: number, { key, value, path, type }: Entry & Pick<Field, 'type'>): void {
  const named = new WireWriter();
  named.string(1, key);
  write(named, { number: 2, type }, value, path);
  writer.bytes(number, named.finish());
}

function write(writer: WireWriter, { number, type }: Field, value: Json, where: string): void {
  switch (type) {
    case 'string':
      if (typeof value !== 'string') throw unexpected(where, 'a string');
      writer.string(number, value);
      break;
    case 'bool':
      if (typeof value !== 'boolean') throw unexpected(where, 'a boolean');
      writer.bool(number, value);
      break;
    case 'int64':
    case 'double':
      if (typeof value !== 'number') throw unexpected(where, 'a number');
      writer[type](number, value);
      break;
    default:
      writer.bytes(number, encode(type, value, where));
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
