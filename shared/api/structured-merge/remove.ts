import type { Schema } from '../../schema/model.ts';
import { isJsonObject, type Json, type JsonObject } from '../json.ts';
import { child, type FieldSet, fieldElement, isEmpty, isMember, type MutableFieldSet, member } from './field-set.ts';
import { isAssociativeList, isGranularMap, isNamedField, itemElement, memberSchema } from './schema-walk.ts';

/** The object without the fields in `set` and all that is in them. A map or list that loses all goes too. */
export function removeFields(schema: Schema, object: JsonObject, set: FieldSet): JsonObject {
  return isEmpty(set) ? object : (removeMembers(schema, object, set) ?? {});
}

function removeMembers(schema: Schema, object: JsonObject, set: FieldSet): JsonObject | undefined {
  const result: JsonObject = {};
  let kept = 0;
  for (const [name, value] of Object.entries(object)) {
    const node = child(set, fieldElement(name));
    if (node && isMember(node)) continue;
    kept++;
    const rest = node ? removeBelow(memberSchema(schema, name, value), value, node) : value;
    if (rest !== undefined) result[name] = rest;
  }
  return kept === 0 ? undefined : result;
}

function removeBelow(schema: Schema | undefined, value: Json, set: FieldSet): Json | undefined {
  if (!schema) return value;
  if (isJsonObject(value) && isGranularMap(schema)) return removeMembers(schema, value, set);
  if (!Array.isArray(value) || !isAssociativeList(schema)) return value;
  const kept: Json[] = [];
  for (const item of value) {
    const element = itemElement(schema, item);
    const node = element === undefined ? undefined : child(set, element);
    if (!node) kept.push(item);
    else if (!isMember(node)) kept.push(removeBelow(schema.items, item, node) ?? {});
  }
  return kept.length === 0 ? undefined : kept;
}

/**
 * The set with every field of a struct that leads to one of its paths: whoever owns a field of an optional struct owns
 * the struct.
 */
export function withLeadingFields(schema: Schema, set: FieldSet): FieldSet {
  const result: MutableFieldSet = {};
  for (const element of Object.keys(set)) {
    if (element === '.') continue;
    const node = set[element] as FieldSet;
    const name = element.slice(2);
    const isField = element.startsWith('f:');
    const below = isField ? memberSchema(schema, name, {}) : itemSchema(schema);
    const inner = below ? withLeadingFields(below, node) : node;
    const leads = isMember(node) || (isField && isNamedField(schema, name));
    result[element] = leads ? member({ ...inner }) : inner;
  }
  return result;
}

function itemSchema(schema: Schema): Schema | undefined {
  return schema.type === 'array' ? schema.items : undefined;
}
