import { Buffer } from 'node:buffer';
import type { Json, JsonObject } from '../../../shared/api/json.ts';
import tables from './field-numbers.json' with { type: 'json' };
import { decodeText, MalformedProtobuf, readFields, type WireField } from './wire.ts';

/** Every Kubernetes message begins with these bytes. */
const magic = [0x6b, 0x38, 0x73, 0x00];

/**
 * Decodes a request body of type `application/vnd.kubernetes.protobuf` into what the same object is in JSON. Current
 * Go clients send their typed requests in this form. Throws MalformedProtobuf, also for kinds that are not in the table.
 */
export function decodeKubernetesProtobuf(body: Uint8Array): JsonObject {
  if (magic.some((byte, index) => body[index] !== byte)) {
    throw new MalformedProtobuf(
      'provided data does not appear to be a protobuf message, expected prefix [107 56 115 0]',
    );
  }
  let apiVersion = '';
  let kind = '';
  let raw = new Uint8Array();
  for (const { number, bytes = new Uint8Array() } of readFields(body.subarray(magic.length))) {
    if (number === 1) {
      for (const field of readFields(bytes)) {
        if (field.number === 1) apiVersion = decodeText(field.bytes);
        if (field.number === 2) kind = decodeText(field.bytes);
      }
    } else if (number === 2) raw = new Uint8Array(bytes);
  }
  return { apiVersion, kind, ...decodeMessage(messageType(apiVersion, kind), raw) };
}

/**
 * A line of `field-numbers.json`, which holds the facts of Kubernetes' published `.proto` files (1.36) that no npm package
 * has: `NUMBER NAME TYPE` for each field of the types that clients send. An embedded struct has no name. TYPE is a
 * scalar or another type of the table, after `[]` (list) or `{}` (map by string), and after `*` where absent and zero are
 * different things. A kind that is added brings its types with it; a test compares them with the schema.
 */
interface FieldType {
  /** Empty for an embedded struct, whose fields are the message's own. */
  name: string;
  form: 'single' | 'list' | 'map';
  /** Absent and zero are different things. */
  isPointer: boolean;
  /** A scalar's name or a type of the table. */
  type: string;
}

type MessageType = ReadonlyMap<number, FieldType>;

const parsed = new Map<string, MessageType>();

/** Options have the version of the resource that they are for. */
const optionTypes: Readonly<Record<string, string>> = { DeleteOptions: 'meta/v1.DeleteOptions' };

function messageType(apiVersion: string, kind: string): MessageType {
  const [group, version] = apiVersion.includes('/') ? apiVersion.split('/') : ['core', apiVersion];
  const name = optionTypes[kind] ?? `${group!.split('.')[0]}/${version}.${kind}`;
  const type = typeOf(name);
  if (!type)
    throw new MalformedProtobuf(
      `no kind ${JSON.stringify(kind)} of version ${JSON.stringify(apiVersion)} is known in protobuf form`,
    );
  return type;
}

function typeOf(name: string): MessageType | undefined {
  const known = parsed.get(name);
  if (known) return known;
  const lines = (tables as Record<string, string[] | null>)[name];
  if (lines === undefined) return undefined;
  const type = new Map((lines ?? []).map(parseField));
  parsed.set(name, type);
  return type;
}

function parseField(line: string): [number, FieldType] {
  const [number = '', name = '', text = ''] = line.split(' ');
  const form = text.startsWith('[]') ? 'list' : text.startsWith('{}') ? 'map' : 'single';
  const type = form === 'single' ? text : text.slice(2);
  const isPointer = type.startsWith('*');
  return [Number(number), { name, form, isPointer, type: isPointer ? type.slice(1) : type }];
}

function decodeMessage(type: MessageType, bytes: Uint8Array): JsonObject {
  const object: JsonObject = {};
  for (const field of readFields(bytes)) {
    const known = type.get(field.number);
    if (!known) continue; // a newer client's field: pruned, as an unknown one in JSON would be
    if (known.form === 'list') {
      const list = (object[known.name] ?? []) as Json[];
      object[known.name] = list;
      list.push(decodeValue(known.type, field));
    } else if (known.form === 'map') {
      const map = (object[known.name] ?? {}) as JsonObject;
      object[known.name] = map;
      const [key, value] = decodeEntry(known.type, field);
      map[key] = value;
    } else setSingle(object, known, decodeValue(known.type, field));
  }
  return object;
}

/** Go writes fields that are not pointers even when they are empty; in JSON those are left out. */
function setSingle(object: JsonObject, { name, isPointer }: FieldType, value: Json): void {
  if (name === '') Object.assign(object, value);
  else if (isPointer || !isEmpty(value)) object[name] = value;
}

function isEmpty(value: Json): boolean {
  if (typeof value === 'object' && value !== null) return Object.keys(value).length === 0;
  return value === null || value === '' || value === 0 || value === false;
}

function decodeEntry(type: string, { bytes }: WireField): [string, Json] {
  let key = '';
  let value: Json | undefined;
  for (const field of readFields(bytes ?? new Uint8Array())) {
    if (field.number === 1) key = decodeText(field.bytes);
    if (field.number === 2) value = decodeValue(type, field);
  }
  return [key, value ?? ''];
}

function decodeValue(type: string, field: WireField): Json {
  const { integer, bytes = new Uint8Array() } = field;
  switch (type) {
    case 'string':
      return decodeText(bytes);
    case 'bool':
      return integer !== 0n;
    case 'int':
      return Number(integer);
    case 'double':
      return new Float64Array(BigInt64Array.of(integer).buffer)[0] ?? 0;
    case 'bytes':
      return Buffer.from(bytes).toString('base64');
    case 'quantity':
      return decodeText(fieldOf(bytes, 1)?.bytes);
    case 'time':
      return decodeTime(bytes, 0);
    case 'microTime':
      return decodeTime(bytes, 6);
    case 'intOrString':
      return (fieldOf(bytes, 1)?.integer ?? 0n) === 0n
        ? Number(fieldOf(bytes, 2)?.integer ?? 0n)
        : decodeText(fieldOf(bytes, 3)?.bytes);
    case 'raw':
      return decodeRaw(fieldOf(bytes, 1)?.bytes);
    default: {
      const items = type.startsWith('items/');
      if (items) return [...readFields(bytes)].map((item) => decodeValue(type.slice('items/'.length), item));
      const message = typeOf(type);
      if (!message) throw new MalformedProtobuf(`type ${type} is not in the table`);
      return decodeMessage(message, bytes);
    }
  }
}

function fieldOf(message: Uint8Array, number: number): WireField | undefined {
  // The last one counts, as protobuf has it.
  let found: WireField | undefined;
  for (const field of readFields(message)) if (field.number === number) found = field;
  return found;
}

/** RFC 3339 with this many fractional digits; null for Go's zero time, which is an empty message. */
function decodeTime(bytes: Uint8Array, digits: 0 | 6): Json {
  if (bytes.byteLength === 0) return null;
  const seconds = Number(fieldOf(bytes, 1)?.integer ?? 0n);
  const nanos = Number(fieldOf(bytes, 2)?.integer ?? 0n);
  if (Math.abs(seconds) > 8.64e12) throw new MalformedProtobuf('time is out of range');
  const text = new Date(seconds * 1000).toISOString().slice(0, 19);
  const fraction = digits === 0 ? '' : `.${String(Math.floor(nanos / 1000)).padStart(digits, '0')}`;
  return `${text}${fraction}Z`;
}

function decodeRaw(bytes: Uint8Array | undefined): Json {
  if (!bytes || bytes.byteLength === 0) return null;
  try {
    return JSON.parse(decodeText(bytes)) as Json;
  } catch (error) {
    if (error instanceof SyntaxError) throw new MalformedProtobuf('raw value is not JSON');
    throw error;
  }
}
