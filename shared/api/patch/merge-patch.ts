import { badRequest } from '../errors.ts';
import { isJsonObject, type Json, type JsonObject } from '../json.ts';
import { undecodablePatch } from './patch-errors.ts';

/**
 * Applies a JSON Merge Patch (RFC 7386) and returns the result, which shares what did not change with `object`.
 * Throws BadRequest unless the patch is an object.
 */
export function applyMergePatch(object: Json, patch: unknown): Json {
  if (patch === null || patch === undefined) throw badRequest('Invalid JSON Patch');
  if (!isJsonObject(patch)) throw undecodablePatch(patch, 'map[string]interface {}');
  return merge(object, patch);
}

function merge(target: Json | undefined, patch: Json): Json {
  if (!isJsonObject(patch)) return patch;
  const result: JsonObject = isJsonObject(target) ? { ...target } : {};
  for (const [key, value] of Object.entries(patch)) {
    // Assigning to it would change the prototype; no field of Kubernetes has that name.
    if (key === '__proto__') continue;
    if (value === null) delete result[key];
    else result[key] = merge(Object.hasOwn(result, key) ? result[key] : undefined, value);
  }
  return result;
}
