import type { FieldError } from '../../api/errors.ts';
import { duplicate, invalidValue } from '../../api/field-errors.ts';
import { isJsonObject } from '../../api/json.ts';
import { additionalOf, itemsOf, type JsonSchema } from './json-schema.ts';

/** Items that `x-kubernetes-list-type` says may be there only once. */
export function validateListTypes(schema: JsonSchema, value: unknown, path = ''): FieldError[] {
  if (Array.isArray(value)) return validateItems(schema, value, path);
  if (!isJsonObject(value)) return [];
  const errors: FieldError[] = [];
  const additional = additionalOf(schema);
  for (const [key, member] of Object.entries(value)) {
    if (typeof member !== 'object' || member === null) continue;
    const property = schema.properties && Object.hasOwn(schema.properties, key) ? schema.properties[key] : undefined;
    if (additional) errors.push(...validateListTypes(additional, member, `${path}[${key}]`));
    if (property) errors.push(...validateListTypes(property, member, path ? `${path}.${key}` : key));
  }
  return errors;
}

function validateItems(schema: JsonSchema, items: readonly unknown[], path: string): FieldError[] {
  const listType = schema['x-kubernetes-list-type'];
  const errors: FieldError[] = [];
  if (listType === 'set') errors.push(...repeated(items).map((index) => duplicate(`${path}[${index}]`, items[index])));
  if (listType === 'map') errors.push(...validateKeys(schema, items, path));
  const itemSchema = itemsOf(schema);
  if (!itemSchema) return errors;
  return [...errors, ...items.flatMap((item, index) => validateListTypes(itemSchema, item, `${path}[${index}]`))];
}

function validateKeys(schema: JsonSchema, items: readonly unknown[], path: string): FieldError[] {
  const stray = items.findIndex((item) => item !== null && !isJsonObject(item));
  if (stray >= 0) {
    return [invalidValue(`${path}[${stray}]`, items[stray], 'must be an object for an array of list-type map')];
  }
  const names = schema['x-kubernetes-list-map-keys'] ?? [];
  const keys = items.map((item) =>
    Object.fromEntries(
      names.flatMap((name) => (isJsonObject(item) && Object.hasOwn(item, name) ? [[name, item[name]]] : [])),
    ),
  );
  return repeated(keys).map((index) => duplicate(`${path}[${index}]`, keys[index]));
}

/** Where a value comes for the second time. */
function repeated(items: readonly unknown[]): number[] {
  const times = new Map<string, number>();
  return [...items.keys()].filter((index) => {
    const text = canonicalText(items[index]);
    const count = (times.get(text) ?? 0) + 1;
    times.set(text, count);
    return count === 2;
  });
}

/** Equal for equal values, whatever the order of their keys. */
function canonicalText(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalText).join()}]`;
  if (!isJsonObject(value)) return JSON.stringify(value);
  const members = Object.keys(value)
    .sort()
    .map((key) => `${JSON.stringify(key)}:${canonicalText(value[key])}`);
  return `{${members.join()}}`;
}
