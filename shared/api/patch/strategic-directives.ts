import { badRequest } from '../errors.ts';
import { isJsonObject, type Json } from '../json.ts';

/** The keys by which a strategic merge patch says what the values alone cannot. */
export const directive = '$patch';
export const retainKeys = '$retainKeys';
export const deleteFromListPrefix = '$deleteFromPrimitiveList/';
export const elementOrderPrefix = '$setElementOrder/';

export function isDirectiveKey(key: string): boolean {
  return (
    key === directive ||
    key === retainKeys ||
    key.startsWith(deleteFromListPrefix) ||
    key.startsWith(elementOrderPrefix)
  );
}

/** The list that a parallel directive is about. */
export function mergedListField(key: string, prefix: string): string {
  const name = key.slice(prefix.length);
  if (name === '' || name === '__proto__') throw badRequest(`unable to find api field for the directive "${key}"`);
  return name;
}

/**
 * What a patch puts where the object had nothing, or had something that it replaces. Nulls, directives and everything
 * marked with `$patch` go, since there is nothing to delete or merge with; undefined means that nothing is left.
 */
export function cleanNewValue(value: Json): Json | undefined {
  if (Array.isArray(value)) return value.map(cleanNewValue).filter((item) => item !== undefined);
  if (!isJsonObject(value)) return value;
  if (Object.hasOwn(value, directive)) return undefined;
  const entries = Object.entries(value)
    .filter(([key, item]) => item !== null && !isDirectiveKey(key))
    .map(([key, item]): [string, Json | undefined] => [key, cleanNewValue(item)]);
  return Object.fromEntries(entries.filter((entry): entry is [string, Json] => entry[1] !== undefined));
}

/** The same for a list, which stays. */
export function cleanNewList(list: Json[]): Json[] {
  return cleanNewValue(list) as Json[];
}
