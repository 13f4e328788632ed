import { ArrayList, ListValue, MapValue, ObjectValue, type Value } from '../values.ts';

/** Lists whose items are known by some of their fields (`x-kubernetes-list-type: map`). */

/** What identifies an item, as text. */
export function itemIdentity(item: Value, keys: readonly string[]): string {
  return JSON.stringify(keys.map((key) => describe(fieldOf(item, key))));
}

function fieldOf(item: Value, key: string): Value | undefined {
  if (item instanceof ObjectValue) return item.field(key);
  return item instanceof MapValue ? item.get(key) : undefined;
}

function describe(value: Value | undefined): string {
  if (value === undefined) return '';
  return `${typeof value}:${value instanceof ListValue ? '' : String(value)}`;
}

/** Items of the first list in their order, replaced by those of the second that have the same keys; then the rest. */
export function mergeByKeys(a: ListValue, b: ListValue, keys: readonly string[]): ListValue {
  const merged = new Map<string, Value>();
  for (const item of a) merged.set(itemIdentity(item, keys), item);
  for (const item of b) merged.set(itemIdentity(item, keys), item);
  return new ArrayList([...merged.values()], { listType: 'map', mapKeys: keys });
}
