import { isTooDeep, type Json } from '../../../shared/api/json.ts';
import { MalformedProtobuf } from './malformed.ts';
import { createMessage, field, type Message, type Shape, type ValueType } from './message.ts';

/** The types of Kubernetes that have a protobuf form of their own making. */

const timestamp = createMessage('Timestamp', () => [
  // No pointers in Go; here the zeros of 1970 are kept apart from an empty message.
  field(1, 'seconds', 'int', { isPointer: true }),
  field(2, 'nanos', 'int', { isPointer: true }),
]);
/** The first second of year 1, which Go takes for no time at all. */
const zeroSeconds = -62_135_596_800;
const lastSeconds = 253_402_300_799;

/** A time stamp with this many digits of a second. Go's zero time is an empty message, and null in JSON. */
function timeShape(digits: 0 | 6): Shape {
  return {
    message: timestamp,
    toFields(value) {
      if (typeof value !== 'string') return undefined;
      const seconds = Math.floor(Date.parse(value) / 1000);
      if (!(seconds > zeroSeconds)) return undefined;
      return { seconds, nanos: digits === 0 ? 0 : microseconds(value) * 1000 };
    },
    fromFields({ seconds, nanos }) {
      if (seconds === undefined && nanos === undefined) return null;
      const whole = Number(seconds ?? 0);
      if (whole < zeroSeconds || whole > lastSeconds) throw new MalformedProtobuf('time is out of range');
      const text = new Date(whole * 1000).toISOString().slice(0, 19);
      const fraction = String(Math.floor(Number(nanos ?? 0) / 1000)).padStart(6, '0');
      return digits === 0 ? `${text}Z` : `${text}.${fraction}Z`;
    },
  };
}

function microseconds(time: string): number {
  const digits = /\.(\d{1,6})/.exec(time)?.[1] ?? '';
  return Number(digits.padEnd(6, '0'));
}

export const timeOf = timeShape(0);
export const microTimeOf = timeShape(6);

export const quantity: Shape = {
  message: createMessage('Quantity', () => [field(1, 'string', 'string')]),
  toFields: (value) => ({ string: value === undefined ? '0' : String(value) }),
  fromFields: ({ string = '' }) => string,
};

export const intOrString: Shape = {
  message: createMessage('IntOrString', () => [
    field(1, 'type', 'int'),
    field(2, 'intVal', 'int'),
    field(3, 'strVal', 'string'),
  ]),
  toFields: (value) => (typeof value === 'string' ? { type: 1, strVal: value } : { intVal: value ?? 0 }),
  fromFields: ({ type = 0, intVal = 0, strVal = '' }) => (type === 0 ? intVal : strVal),
};

/** Any JSON, as text: `RawExtension`, `FieldsV1` and `JSON`. */
export const raw: Shape = {
  message: createMessage('RawExtension', () => [field(1, 'raw', 'string', { isPointer: true })]),
  toFields: (value) => (value === undefined || value === null ? undefined : { raw: JSON.stringify(value) }),
  fromFields: ({ raw: text }) => (typeof text === 'string' && text !== '' ? parseRaw(text) : null),
};

function parseRaw(text: string): Json {
  let value: Json;
  try {
    value = JSON.parse(text) as Json;
  } catch (error) {
    if (error instanceof SyntaxError) throw new MalformedProtobuf('raw value is not JSON');
    throw error;
  }
  if (isTooDeep(value)) throw new MalformedProtobuf('exceeded max depth');
  return value;
}

/** A struct without fields. */
export const empty: Shape = {
  message: createMessage('Empty', () => []),
  toFields: () => undefined,
  fromFields: () => ({}),
};

/** A list where protobuf takes a message: in a map. */
export function itemsOf(type: ValueType): Shape {
  return {
    message: createMessage('Items', () => [field(1, 'items', type, { form: 'list' })]),
    toFields: (value) => (value === undefined ? undefined : { items: value }),
    fromFields: ({ items = [] }) => items,
  };
}

/** What a JSON schema may have in place of a schema. */
export interface SchemaUnions {
  JSONSchemaPropsOrArray: Shape;
  JSONSchemaPropsOrBool: Shape;
  JSONSchemaPropsOrStringArray: Shape;
}

export function schemaUnions(schema: Message): SchemaUnions {
  const schemaAt = (number: number) => field(number, 'schema', schema, { isPointer: true });
  const listAt = (number: number, type: ValueType) => field(number, 'list', type, { form: 'list' });
  const schemaOrList = (name: string, items: ValueType): Shape => ({
    message: createMessage(name, () => [schemaAt(1), listAt(2, items)]),
    toFields: (value) => (Array.isArray(value) ? { list: value } : { schema: value }),
    fromFields: ({ schema: one, list }) => one ?? list ?? null,
  });
  return {
    JSONSchemaPropsOrArray: schemaOrList('JSONSchemaPropsOrArray', schema),
    JSONSchemaPropsOrStringArray: schemaOrList('JSONSchemaPropsOrStringArray', 'string'),
    JSONSchemaPropsOrBool: {
      message: createMessage('JSONSchemaPropsOrBool', () => [field(1, 'allows', 'bool'), schemaAt(2)]),
      toFields: (value) =>
        typeof value === 'object' && value !== null ? { allows: true, schema: value } : { allows: value === true },
      fromFields: ({ allows = false, schema: one }) => one ?? allows,
    },
  };
}
