import type { ArraySchema, Field, Schema } from '../../schema/model.ts';
import { badRequest } from '../errors.ts';
import { goPrint } from '../go-format.ts';
import { isJsonObject, type Json, type JsonObject } from '../json.ts';
import { unprocessablePatch } from './patch-errors.ts';
import { cleanNewList, cleanNewValue, directive } from './strategic-directives.ts';

type ListField = Field & { schema: ArraySchema };

/** Merges the patch of one item into the item. */
type MergeItem = (schema: Schema, item: JsonObject, patch: JsonObject) => JsonObject;

/** Identifies an item within its list: the value of its merge key, or a scalar itself. */
type ItemKey = string;

function keyOf(item: Json, mergeKey: string | undefined): ItemKey {
  if (mergeKey === undefined) return JSON.stringify(item);
  if (!isJsonObject(item)) throw badRequest(`expected a map with the merge key ${mergeKey}, got ${goPrint(item)}`);
  if (!Object.hasOwn(item, mergeKey)) {
    throw badRequest(`map: ${goPrint(item)} does not contain declared merge key: ${mergeKey}`);
  }
  return JSON.stringify(item[mergeKey]);
}

/** Merges a patch of a list whose strategy is `merge`, without an explicit order. */
export function mergeList(field: ListField, live: Json[], patch: Json[], mergeItem: MergeItem): Json[] {
  if (live.length === 0 && patch.length === 0) return live;
  const mergeKey = listMergeKey(field, live, patch);
  if (mergeKey === undefined) return interleave(unique([...live, ...patch]), patch, live, undefined);
  const { kept, plain } = applySpecialElements(live, patch, mergeKey);
  return interleave(
    mergeItems(kept, plain, mergeKey, (item, change) => mergeItem(field.schema.items, item, change)),
    plain,
    kept,
    mergeKey,
  );
}

/**
 * Merges a list under `$setElementOrder`: items named there come in that order, the rest stay where they were between
 * them as well as can be.
 */
export function reorderList(
  { patchMergeKey }: Field,
  live: Json[],
  patch: Json[] | undefined,
  order: Json[],
  merge: (live: Json[], patch: Json[]) => Json[],
): Json[] {
  if (patch) checkOrder(patch, order, patchMergeKey);
  for (const item of order) keyOf(item, patchMergeKey);
  const items = patch === undefined ? live : live.length === 0 ? cleanNewList(patch) : merge(live, patch);
  return interleave(items, order, live, patchMergeKey);
}

/** The merge key where the items are objects; all items must be of one type. */
function listMergeKey(field: ListField, live: Json[], patch: Json[]): string | undefined {
  const items = [...live, ...patch];
  const first = items[0] as Json;
  if (Array.isArray(first)) throw unprocessablePatch();
  if (items.some((item) => typeName(item) !== typeName(first))) {
    throw badRequest(`list element types are not identical: ${goPrint([live, patch])}`);
  }
  if (!isJsonObject(first)) return undefined;
  if (field.patchMergeKey === undefined) throw badRequest('cannot merge lists without merge key for type struct');
  return field.patchMergeKey;
}

function typeName(value: Json): string {
  return value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value;
}

/** Carries out the elements with `$patch` and returns what they leave of both lists. */
function applySpecialElements(live: Json[], patch: Json[], mergeKey: string): { kept: Json[]; plain: Json[] } {
  const plain: Json[] = [];
  const deleted = new Set<ItemKey>();
  let replace = false;
  for (const item of patch as JsonObject[]) {
    const action = Object.hasOwn(item, directive) ? item[directive] : undefined;
    if (action === undefined) plain.push(item);
    else if (action === 'delete') deleted.add(keyOf(item, mergeKey));
    else if (action === 'replace') replace = true;
    else if (action === 'merge') throw badRequest('merging lists cannot yet be specified in the patch');
    else throw badRequest(`unknown patch type: ${goPrint(action)} in map: ${goPrint(item)}`);
  }
  if (replace) return { kept: cleanNewList(plain), plain: [] };
  return { kept: live.filter((item) => !deleted.has(looseKeyOf(item, mergeKey))), plain };
}

/** A stored item without its merge key is nobody's; it stays. */
function looseKeyOf(item: Json, mergeKey: string): ItemKey {
  return isJsonObject(item) && Object.hasOwn(item, mergeKey) ? JSON.stringify(item[mergeKey]) : '';
}

function mergeItems(
  live: Json[],
  patch: Json[],
  mergeKey: string,
  mergeItem: (item: JsonObject, patch: JsonObject) => JsonObject,
): Json[] {
  const result = [...live];
  const positions = new Map<ItemKey, number>();
  live.forEach((item, index) => {
    const key = looseKeyOf(item, mergeKey);
    if (!positions.has(key)) positions.set(key, index);
  });
  for (const item of patch as JsonObject[]) {
    const key = keyOf(item, mergeKey);
    const position = positions.get(key);
    if (position === undefined) {
      positions.set(key, result.push(cleanNewValue(item) as JsonObject) - 1);
    } else result[position] = mergeItem(result[position] as JsonObject, item);
  }
  return result;
}

function unique(values: Json[]): Json[] {
  const byKey = new Map(values.map((value) => [keyOf(value, undefined), value]));
  return [...byKey.values()];
}

/**
 * Orders `items`: those in `order` follow it, the others follow `live`; where both lists meet, an item that `live` has
 * before the next one of `order` goes first.
 */
function interleave(items: Json[], order: Json[], live: Json[], mergeKey: string | undefined): Json[] {
  const orderIndex = indexOf(order, mergeKey);
  const liveIndex = indexOf(live, mergeKey);
  const keyed = items.map((item) => ({ item, key: keyOf(item, mergeKey) }));
  const byIndex = (index: Map<ItemKey, number>) => (a: { key: ItemKey }, b: { key: ItemKey }) =>
    (index.get(a.key) ?? -1) - (index.get(b.key) ?? -1);
  const patched = keyed.filter(({ key }) => orderIndex.has(key)).sort(byIndex(orderIndex));
  const others = keyed.filter(({ key }) => !orderIndex.has(key)).sort(byIndex(liveIndex));
  const result: Json[] = [];
  let next = 0;
  for (const { item, key } of patched) {
    const position = liveIndex.get(key);
    while (next < others.length && position !== undefined) {
      const other = liveIndex.get(others[next]!.key);
      if (other === undefined || other > position) break;
      result.push(others[next++]!.item);
    }
    result.push(item);
  }
  return [...result, ...others.slice(next).map(({ item }) => item)];
}

function indexOf(items: Json[], mergeKey: string | undefined): Map<ItemKey, number> {
  const index = new Map<ItemKey, number>();
  items.forEach((item, position) => {
    const key = mergeKey === undefined ? keyOf(item, undefined) : looseKeyOf(item, mergeKey);
    if (!index.has(key)) index.set(key, position);
  });
  return index;
}

/** The items of the patch must be in the order list and follow its order; deletions need not. */
function checkOrder(patch: Json[], order: Json[], mergeKey: string | undefined): void {
  const plain = patch.filter((item) => !(isJsonObject(item) && Object.hasOwn(item, directive)));
  if (order.length === 0) return;
  let next = 0;
  for (const item of plain) {
    const key = keyOf(item, mergeKey);
    while (next < order.length && keyOf(order[next] as Json, mergeKey) !== key) next++;
    if (next++ === order.length) {
      throw badRequest(
        `The order in patch list:\n${goPrint(patch)}\n doesn't match $setElementOrder list:\n${goPrint(order)}\n`,
      );
    }
  }
}
