import type { ArraySchema, Schema } from '../../schema/model.ts';
import { isJsonObject, type Json, type JsonObject } from '../json.ts';
import { indexItems, isAssociativeList, isGranularMap, itemElement, memberSchema } from './schema-walk.ts';

/**
 * Lays an applied configuration over the live object: maps and associative lists merge, everything else is taken from
 * the configuration; null takes a field away. The result shares what did not change with both.
 */
export function mergeObjects(schema: Schema, live: JsonObject, applied: JsonObject): JsonObject {
  const result: JsonObject = { ...live };
  for (const [name, value] of Object.entries(applied)) {
    const fieldSchema = memberSchema(schema, name, value);
    if (!fieldSchema || name === '__proto__') continue;
    if (value === null) delete result[name];
    else result[name] = mergeValues(fieldSchema, Object.hasOwn(live, name) ? live[name] : undefined, value);
  }
  return result;
}

function mergeValues(schema: Schema, live: Json | undefined, applied: Json): Json {
  if (isJsonObject(applied) && isGranularMap(schema)) {
    return mergeObjects(schema, isJsonObject(live) ? live : {}, applied);
  }
  if (Array.isArray(applied) && Array.isArray(live) && isAssociativeList(schema)) {
    return mergeLists(schema, live, applied);
  }
  return applied;
}

/**
 * Items of the configuration come in its order; items that only the live object has keep their place among their
 * neighbours as far as that order allows.
 */
function mergeLists(schema: ArraySchema, live: Json[], applied: Json[]): Json[] {
  const liveKeys = live.map((item) => itemElement(schema, item));
  const liveItems = indexItems(schema, live);
  const appliedItems = indexItems(schema, applied);
  const appliedKeys = [...appliedItems.keys()];
  const shared = appliedKeys.filter((key) => liveItems.has(key));
  const merged = new Set<string>();
  const result: Json[] = [];
  let turn = 0;
  let left = 0;
  let right = 0;
  const takeApplied = (key: string) => {
    result.push(mergeValues(schema.items, liveItems.get(key), appliedItems.get(key) as Json));
    merged.add(key);
    if (shared[turn] === key) turn++;
    right++;
  };
  while (left < live.length || right < appliedKeys.length) {
    const liveKey = liveKeys[left];
    const appliedKey = appliedKeys[right];
    const isLiveOnly = left < live.length && (liveKey === undefined || !appliedItems.has(liveKey));
    if (isLiveOnly) result.push(live[left++] as Json);
    else if (appliedKey === undefined) left++;
    else if (left < live.length && liveKey === appliedKey) {
      takeApplied(appliedKey);
      left++;
    } else if (left < live.length && (merged.has(liveKey as string) || liveKey !== shared[turn])) {
      // In the configuration too, but its turn there comes at another point.
      left++;
    } else takeApplied(appliedKey);
  }
  return result;
}
