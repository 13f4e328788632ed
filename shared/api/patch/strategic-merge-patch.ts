import type { ArraySchema, Field, ObjectSchema, Schema } from '../../schema/model.ts';
import { badRequest } from '../errors.ts';
import { goPrint } from '../go-format.ts';
import { isJsonObject, type Json, type JsonObject } from '../json.ts';
import { undecodablePatch } from './patch-errors.ts';
import {
  cleanNewList,
  cleanNewValue,
  deleteFromListPrefix,
  directive,
  elementOrderPrefix,
  isDirectiveKey,
  mergedListField,
  retainKeys,
} from './strategic-directives.ts';
import { mergeList, reorderList } from './strategic-lists.ts';

/**
 * Applies a Kubernetes strategic merge patch and returns the result; `object` stays as it is. Lists merge by the patch
 * strategies and merge keys of the schema. Throws BadRequest for a patch that contradicts itself or the schema.
 */
export function applyStrategicMergePatch(schema: Schema, object: JsonObject, patch: unknown): JsonObject {
  if (patch === null || patch === undefined) return object;
  if (!isJsonObject(patch)) throw undecodablePatch(patch, 'map[string]interface {}');
  return mergeObject(schema, object, patch);
}

/** How the field `key` of a value of this schema is merged. */
function fieldOf(schema: Schema, key: string): Field {
  if (schema.type === 'map') return { schema: schema.values };
  if (schema.type === 'object') {
    if (Object.hasOwn(schema.fields, key)) return schema.fields[key] as Field;
    if (!schema.preserveUnknown) throw unknownField(schema, key);
  }
  return { schema: { type: 'any' } };
}

function unknownField(schema: ObjectSchema, key: string): Error {
  const struct = (schema.name ?? '').replace(/^.*V\d+(?:(?:alpha|beta)\d+)?(?=[A-Z])/, '');
  return badRequest(`unable to find api field in struct ${struct} for the json field "${key}"`);
}

function mergeObject(schema: Schema, object: JsonObject | undefined, patch: JsonObject): JsonObject {
  if (Object.hasOwn(patch, directive)) return replaceObject(patch);
  const result = retain(object ?? {}, patch);
  const ordered = new Set<string>();
  for (const key of Object.keys(patch)) {
    if (!key.startsWith(elementOrderPrefix)) continue;
    const name = mergedListField(key, elementOrderPrefix);
    ordered.add(name);
    orderField(schema, result, patch, name, patch[key] as Json);
  }
  for (const [key, value] of Object.entries(patch)) {
    if (key.startsWith(deleteFromListPrefix)) {
      deleteFromField(schema, result, mergedListField(key, deleteFromListPrefix), value);
    } else if (!isDirectiveKey(key) && !(ordered.has(key) && Array.isArray(value))) {
      mergeField(schema, result, key, value);
    }
  }
  return result;
}

/** `$patch: replace` or `delete` in an object. */
function replaceObject(patch: JsonObject): JsonObject {
  const { [directive]: action, ...rest } = patch;
  if (action === 'replace') return cleanNewValue(rest) as JsonObject;
  if (action === 'delete') return {};
  throw badRequest(`unknown patch type: ${goPrint(action)} in map: ${goPrint(patch)}`);
}

/** A copy of `object`, with the named keys only where the patch has `$retainKeys`. */
function retain(object: JsonObject, patch: JsonObject): JsonObject {
  if (!Object.hasOwn(patch, retainKeys)) return { ...object };
  const list = patch[retainKeys];
  const patched = Object.keys(patch).filter((key) => !isDirectiveKey(key) && patch[key] !== null);
  if (!Array.isArray(list) || !patched.every((key) => list.includes(key))) {
    throw badRequest('invalid patch format of retainKeys');
  }
  return Object.fromEntries(Object.entries(object).filter(([key]) => list.includes(key)));
}

function mergeField(schema: Schema, result: JsonObject, key: string, value: Json): void {
  if (key === '__proto__') return;
  const old = Object.hasOwn(result, key) ? result[key] : undefined;
  if (value === null) delete result[key];
  else if (isJsonObject(value) && isJsonObject(old)) {
    const field = fieldOf(schema, key);
    if (field.patchStrategy?.includes('replace')) setNew(result, key, value);
    else result[key] = mergeObject(field.schema, old, value);
  } else if (Array.isArray(value) && Array.isArray(old)) {
    const field = fieldOf(schema, key);
    result[key] = mergeLists(field, old, value);
  } else setNew(result, key, value);
}

function mergeLists(field: Field, live: Json[], patch: Json[]): Json[] {
  return isMerged(field) ? mergeList(field, live, patch, mergeObject) : cleanNewList(patch);
}

function setNew(result: JsonObject, key: string, value: Json): void {
  const cleaned = cleanNewValue(value);
  if (cleaned === undefined) delete result[key];
  else result[key] = cleaned;
}

function isMerged(field: Field): field is Field & { schema: ArraySchema } {
  return field.patchStrategy?.includes('merge') === true && field.schema.type === 'array';
}

/** `$setElementOrder/name`, together with the patch of that list, if there is one. */
function orderField(schema: Schema, result: JsonObject, patch: JsonObject, name: string, order: Json): void {
  if (!Array.isArray(order)) throw badRequest('invalid patch format of setElementOrder list');
  const old = Object.hasOwn(result, name) ? result[name] : undefined;
  const change = Object.hasOwn(patch, name) ? patch[name] : undefined;
  // A null deletes the list, whatever its order; the ordinary way does that.
  if (change === null) return;
  for (const list of [old, change]) {
    if (list !== undefined && !Array.isArray(list)) throw badRequest('invalid patch format of setElementOrder list');
  }
  const field = fieldOf(schema, name);
  if (field.schema.type !== 'array') throw badRequest('invalid patch format of setElementOrder list');
  if (old === undefined && change === undefined) return;
  result[name] = reorderList(field, (old ?? []) as Json[], change as Json[] | undefined, order, (live, listPatch) =>
    mergeLists(field, live, listPatch),
  );
}

/** `$deleteFromPrimitiveList/name`. */
function deleteFromField(schema: Schema, result: JsonObject, name: string, values: Json): void {
  const old = Object.hasOwn(result, name) ? result[name] : undefined;
  if (!Array.isArray(old) || !Array.isArray(values)) return;
  fieldOf(schema, name);
  result[name] = old.filter((item) => !values.includes(item));
}
