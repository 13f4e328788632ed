import type { ArraySchema, Schema } from '../../schema/model.ts';
import { isJsonObject, type Json } from '../json.ts';
import { encodeKey } from './field-set.ts';

const anything: Schema = { type: 'any' };
/** What unknown data under `x-kubernetes-preserve-unknown-fields` is taken for: maps merge, lists are atomic. */
const preservedMember: Schema = { type: 'any', unknownFields: 'preserve' };
const preserved: Schema = { type: 'object', fields: {}, preserveUnknown: true };

/** The schema of a member; undefined for a field that the schema does not know. */
export function memberSchema(schema: Schema, name: string, value: Json | undefined): Schema | undefined {
  const member = knownMember(schema, name);
  const isPreserved = member?.type === 'any' && member.unknownFields === 'preserve';
  return isPreserved && isJsonObject(value) ? preserved : member;
}

function knownMember(schema: Schema, name: string): Schema | undefined {
  if (schema.type === 'map') return schema.values;
  if (schema.type !== 'object') return anything;
  if (Object.hasOwn(schema.fields, name)) return schema.fields[name]?.schema;
  return schema.additional ?? (schema.preserveUnknown ? preservedMember : undefined);
}

/** True where the schema names the field, as opposed to a key of a map. */
export function isNamedField(schema: Schema, name: string): boolean {
  return schema.type === 'object' && Object.hasOwn(schema.fields, name);
}

/** True for values that are owned member by member. */
export function isGranularMap(schema: Schema): boolean {
  return (schema.type === 'object' || schema.type === 'map') && !schema.atomic;
}

/** True for lists whose items are owned one by one. */
export function isAssociativeList(schema: Schema): schema is ArraySchema {
  return schema.type === 'array' && (schema.listType === 'map' || schema.listType === 'set');
}

/**
 * The path element of an item of an associative list: `k:{...}` of its keys, with the defaults of the absent ones, or
 * `v:...` in a set. Undefined for an item without any key: nobody can own it.
 */
export function itemElement(schema: ArraySchema, item: Json): string | undefined {
  if (schema.listType === 'set') return `v:${encodeKey(item)}`;
  if (!isJsonObject(item)) return undefined;
  const keys = schema.listMapKeys ?? [];
  let text = '';
  for (const key of keys.length > 1 ? [...keys].sort() : keys) {
    const value = Object.hasOwn(item, key) && item[key] !== null ? item[key] : keyDefault(schema.items, key);
    if (value !== undefined) text += `${text && ','}${JSON.stringify(key)}:${JSON.stringify(value)}`;
  }
  return text === '' ? undefined : `k:{${text}}`;
}

function keyDefault(items: Schema, key: string): Json | undefined {
  return items.type === 'object' && Object.hasOwn(items.fields, key) ? items.fields[key]?.schema.default : undefined;
}

/** Items by path element; the first of several equal ones counts. */
export function indexItems(schema: ArraySchema, items: readonly Json[]): Map<string, Json> {
  const index = new Map<string, Json>();
  for (const item of items) {
    const element = itemElement(schema, item);
    if (element !== undefined && !index.has(element)) index.set(element, item);
  }
  return index;
}
