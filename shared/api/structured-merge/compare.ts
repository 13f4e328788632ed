import type { ArraySchema, Schema } from '../../schema/model.ts';
import { isJsonObject, type Json, type JsonObject, jsonEqual } from '../json.ts';
import { emptySet, type FieldSet, fieldElement, isEmpty, leaf, type MutableFieldSet, member } from './field-set.ts';
import { indexItems, isAssociativeList, isGranularMap, memberSchema } from './schema-walk.ts';

export interface Comparison {
  /** Fields that are new or have another value. */
  changed: FieldSet;
  /** Fields that are gone. */
  removed: FieldSet;
}

interface Found {
  changed?: MutableFieldSet;
  removed?: MutableFieldSet;
}

/** Kept by the server or too plain to be owned: no part of any set. */
const unownedFields = new Set(['apiVersion', 'kind']);
const unownedMetadata = new Set([
  'name',
  'namespace',
  'uid',
  'resourceVersion',
  'generation',
  'creationTimestamp',
  'selfLink',
  'managedFields',
]);
export const unownedPaths: readonly string[] = [
  ...unownedFields,
  ...[...unownedMetadata].map((name) => `metadata.${name}`),
];

/**
 * What an object changes against the one before it. `live` is absent on create. Fields that nobody owns (names,
 * revisions and the like) do not count.
 */
export function compareObjects(schema: Schema, live: JsonObject | undefined, updated: JsonObject): Comparison {
  const found: Found = {};
  for (const name of namesOf(live ?? {}, updated)) {
    if (unownedFields.has(name)) continue;
    const [before, after] = [present(live, name), present(updated, name)];
    const fieldSchema = memberSchema(schema, name, after ?? before);
    if (!fieldSchema) continue;
    const old = before ?? nothing(fieldSchema);
    const value = after ?? nothing(fieldSchema);
    // Metadata, spec and status are there even when they are empty: nobody owns them as such.
    const isWhole = isGranularMap(fieldSchema) && (name === 'metadata' || name === 'spec' || name === 'status');
    const ignored = name === 'metadata' ? unownedMetadata : undefined;
    if (isWhole) compareMaps(fieldSchema, asObject(old), asObject(value), found, fieldElement(name), ignored);
    else compareValues(fieldSchema, old, value, found, fieldElement(name));
  }
  return { changed: found.changed ?? emptySet, removed: found.removed ?? emptySet };
}

function asObject(value: Json | undefined): JsonObject {
  return isJsonObject(value) ? value : {};
}

/** What Go writes for a field without value: null for some, of which the default says so, and for others not a word. */
function nothing(schema: Schema): null | undefined {
  return schema.default === null ? null : undefined;
}

/** Null is nothing, as in Go's decoded objects. */
function present(object: JsonObject | undefined, name: string): Json | undefined {
  return object && Object.hasOwn(object, name) ? (object[name] ?? undefined) : undefined;
}

function namesOf(a: JsonObject, b: JsonObject): string[] {
  const names = Object.keys(b);
  for (const name of Object.keys(a)) if (!Object.hasOwn(b, name)) names.push(name);
  return names;
}

/** Adds what differs to `found`, under `element`. */
function compareValues(
  schema: Schema,
  old: Json | undefined,
  value: Json | undefined,
  found: Found,
  element: string,
): void {
  if (old === value) return;
  if (value === undefined) add(found, 'removed', element, allFields(schema, old as Json));
  else if (old === undefined) add(found, 'changed', element, allFields(schema, value));
  else if (isJsonObject(old) && isJsonObject(value) && isGranularMap(schema)) {
    compareMaps(schema, old, value, found, element);
  } else if (Array.isArray(old) && Array.isArray(value) && isAssociativeList(schema)) {
    compareLists(schema, old, value, found, element);
  } else if (!jsonEqual(old, value)) add(found, 'changed', element, leaf);
}

function add(found: Found, side: 'changed' | 'removed', element: string, node: FieldSet): void {
  const nodes = found[side] ?? {};
  nodes[element] = node;
  found[side] = nodes;
}

function compareMaps(
  schema: Schema,
  old: JsonObject,
  value: JsonObject,
  found: Found,
  element: string,
  ignored?: ReadonlySet<string>,
): void {
  const inner: Found = {};
  for (const key of namesOf(old, value)) {
    if (!ignored?.has(key)) compareMember(schema, old, value, key, inner);
  }
  merge(found, inner, element);
}

function compareMember(schema: Schema, old: JsonObject, value: JsonObject, key: string, inner: Found): void {
  const before = present(old, key);
  const after = present(value, key);
  if (before === after) return;
  const memberOf = memberSchema(schema, key, after ?? before);
  if (!memberOf) return;
  const blank =
    before === undefined || after === undefined ? blankValue(schema, key, memberOf, before ?? after) : undefined;
  const absent = blank ?? nothing(memberOf);
  compareValues(memberOf, before ?? absent, after ?? absent, inner, fieldElement(key));
}

/**
 * What Go's zero value of the surrounding struct holds for an absent field: structs that are no pointers, which have
 * an empty struct as their default, and required maps and lists. Nobody owns those as such, only what is in them.
 */
function blankValue(schema: Schema, key: string, member: Schema, other: Json | undefined): Json | undefined {
  if (schema.type !== 'object' || typeof other !== 'object' || isEmpty(other as FieldSet)) return undefined;
  if (Array.isArray(other)) return schema.fields[key]?.required && isAssociativeList(member) ? [] : undefined;
  const isStruct = schema.fields[key]?.required || isJsonObject(member.default);
  return isStruct && isGranularMap(member) ? {} : undefined;
}

function merge(found: Found, inner: Found, element: string): void {
  if (inner.changed) add(found, 'changed', element, inner.changed);
  if (inner.removed) add(found, 'removed', element, inner.removed);
}

function compareLists(schema: ArraySchema, old: Json[], value: Json[], found: Found, element: string): void {
  // Most writes leave most lists alone, and finding that out is cheaper than indexing them.
  if (jsonEqual(old, value)) return;
  const before = indexItems(schema, old);
  const after = indexItems(schema, value);
  const inner: Found = {};
  for (const [key, item] of after) compareValues(schema.items, before.get(key), item, inner, key);
  for (const [key, item] of before) {
    if (!after.has(key)) compareValues(schema.items, item, undefined, inner, key);
  }
  merge(found, inner, element);
}

/** The node of a value that is new or gone as a whole: everything in it, and itself. */
function allFields(schema: Schema, value: Json): FieldSet {
  if (typeof value !== 'object') return leaf;
  const children: MutableFieldSet = {};
  if (isJsonObject(value) && isGranularMap(schema)) {
    for (const key of Object.keys(value)) {
      const item = value[key];
      if (item === undefined) continue;
      const memberOf = memberSchema(schema, key, item);
      if (memberOf && (item !== null || memberOf.default === null))
        children[fieldElement(key)] = allFields(memberOf, item);
    }
  } else if (Array.isArray(value) && isAssociativeList(schema)) {
    for (const [element, item] of indexItems(schema, value)) children[element] = allFields(schema.items, item);
  }
  return isEmpty(children) ? leaf : member(children);
}
