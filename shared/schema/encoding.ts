/**
 * The compact form of the type tables in `kubernetes.generated.json`.
 *
 * A type is one string: its group, then its fields, separated by spaces. A field is `name:type`, or `name!:type` where
 * it is required. A type is any number of prefixes, `[` for a list and `{` for a map with string keys, followed by one
 * letter for a scalar (`scalarCodes`) or by the name of another type: `core containers!:[V1Container nodeName:s`.
 */
import type { ScalarSchema } from './model.ts';

type ScalarCode = Pick<ScalarSchema, 'type' | 'format'>;

export const scalarCodes = {
  s: { type: 'string' },
  b: { type: 'boolean' },
  i: { type: 'integer', format: 'int32' },
  l: { type: 'integer', format: 'int64' },
  d: { type: 'number', format: 'double' },
  y: { type: 'string', format: 'byte' },
  t: { type: 'string', format: 'date-time' },
  m: { type: 'string', format: 'micro-time' },
  x: { type: 'string', format: 'int-or-string' },
} as const satisfies Record<string, ScalarCode>;

export type ScalarLetter = keyof typeof scalarCodes;

/** The letter for a value of any form. */
export const anyCode = '*';

export interface EncodedField {
  name: string;
  required: boolean;
  /** With its prefixes. */
  type: string;
}

export interface EncodedType {
  group: string;
  fields: EncodedField[];
}

export interface TypeTables {
  /** `1.36`. */
  release: string;
  /** By model name. Types named like a listed one plus `List` are left out where `listFields` says what they hold. */
  types: Record<string, string>;
}

export function encodeType({ group, fields }: EncodedType): string {
  return [group, ...fields.map((field) => `${field.name}${field.required ? '!' : ''}:${field.type}`)].join(' ');
}

export function decodeType(text: string): EncodedType {
  const [group = '', ...fields] = text.split(' ');
  return { group, fields: fields.map(decodeField) };
}

function decodeField(text: string): EncodedField {
  const colon = text.indexOf(':');
  const required = text[colon - 1] === '!';
  return { name: text.slice(0, required ? colon - 1 : colon), required, type: text.slice(colon + 1) };
}

/** The fields of the list type of a kind: all list types have the same form. */
export function listFields(item: string): EncodedField[] {
  return [
    { name: 'apiVersion', required: false, type: 's' },
    { name: 'items', required: true, type: `[${item}` },
    { name: 'kind', required: false, type: 's' },
    { name: 'metadata', required: false, type: 'V1ListMeta' },
  ];
}
