import type { ArraySchema, Schema } from '../../schema/model.ts';
import { isJsonObject, type Json, type JsonObject } from '../json.ts';
import {
  emptySet,
  type FieldSet,
  fieldElement,
  isEmpty,
  leaf,
  type MutableFieldSet,
  member,
  printElement,
  union,
} from './field-set.ts';
import { isAssociativeList, isGranularMap, isNamedField, itemElement, memberSchema } from './schema-walk.ts';

/** A configuration does not fit the schema: `.spec.foo: field not declared in schema`. */
export class UntypedField extends Error {}

/**
 * The fields that a configuration sets: leaves, atomic values, list items and keys of maps, not the objects that only
 * lead to them. Throws UntypedField for what the schema does not allow: unknown fields, wrong shapes, items that are there twice.
 */
export function extractFieldSet(schema: Schema, object: JsonObject): FieldSet {
  return below(schema, object, '') ?? emptySet;
}

/** The node of a value; undefined when nothing in it is owned. */
function below(schema: Schema, value: Json, path: string): MutableFieldSet | undefined {
  if (isJsonObject(value) && isGranularMap(schema)) return membersOf(schema, value, path);
  if (Array.isArray(value) && isAssociativeList(schema)) return itemsOf(schema, value, path);
  checkShape(schema, value, path);
  return {};
}

function membersOf(schema: Schema, object: JsonObject, path: string): MutableFieldSet | undefined {
  const result: MutableFieldSet = {};
  for (const name of Object.keys(object)) {
    const value = object[name] as Json;
    const fieldPath = `${path}.${name}`;
    const fieldSchema = memberSchema(schema, name, value);
    if (!fieldSchema) throw new UntypedField(`${fieldPath}: field not declared in schema`);
    const isBlank = value === null || (isJsonObject(value) && isEmpty(value as FieldSet));
    const node = isBlank ? {} : below(fieldSchema, value, fieldPath);
    if (isBlank || (node && !isNamedField(schema, name))) result[fieldElement(name)] = member(node ?? {});
    else if (node) result[fieldElement(name)] = node;
  }
  return isEmpty(result) ? undefined : result;
}

function itemsOf(schema: Schema, items: Json[], path: string): MutableFieldSet | undefined {
  if (!isAssociativeList(schema) || items.length === 0) return undefined;
  const result: MutableFieldSet = {};
  for (const item of items) {
    const element = itemElement(schema, item) ?? failWithoutKey(schema, path);
    if (Object.hasOwn(result, element)) {
      throw new UntypedField(`${path}: duplicate entries for key ${printElement(element)}`);
    }
    result[element] = member(below(schema.items, item, `${path}${printElement(element)}`) ?? {});
  }
  return result;
}

function failWithoutKey({ listMapKeys }: ArraySchema, path: string): never {
  const keys = (listMapKeys ?? []).map((key) => JSON.stringify(key)).join(' ');
  const why = `associative list with keys has an element that omits all key fields [${keys}] (and doesn't have default values for any key fields)`;
  throw new UntypedField(`${path}: ${why}`);
}

function checkShape(schema: Schema, value: Json, path: string): void {
  if (value === null || schema.type === 'any') return;
  const isMap = schema.type === 'object' || schema.type === 'map';
  const expected = isMap ? 'map' : schema.type === 'array' ? 'list' : 'scalar';
  const actual = isJsonObject(value) ? 'map' : Array.isArray(value) ? 'list' : 'scalar';
  if (expected === actual) return;
  throw new UntypedField(`${path}: expected ${expected}, got ${JSON.stringify(value)}`);
}

/** `leaf` for every one of these dotted paths, for subtracting what a request may not own. */
export function fieldSetOfPaths(paths: readonly string[]): FieldSet {
  return paths.map((path) => pathSet(path.split('.'))).reduce(union, emptySet);
}

function pathSet([name, ...rest]: readonly string[]): FieldSet {
  return name === undefined ? leaf : { [fieldElement(name)]: pathSet(rest) };
}
