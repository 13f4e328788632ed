import { isJsonObject } from '../api/json.ts';

/** `.spec.replicas` without the dot in front: the names of the fields on the way. */
export function fieldNames(path: string): string[] {
  return path.replace(/^\./, '').split('.');
}

/** The value at a path of field names; undefined where there is none. */
export function valueAt(object: unknown, names: readonly string[]): unknown {
  let value = object;
  for (const name of names) {
    value = isJsonObject(value) && Object.hasOwn(value, name) ? value[name] : undefined;
  }
  return value;
}
