import type { FieldError } from '../api/errors.ts';
import { forbidden, invalidValues } from '../api/field-errors.ts';
import { jsonEqual } from '../api/json.ts';
import { checkConfigMapKey } from '../api/validation.ts';

/** What ConfigMaps and Secrets have in common: named values that become files and variables. */

/** Of all values of one object together. */
export const maximumDataBytes = 1024 * 1024;

export function validateDataKeys(data: Readonly<Record<string, string>>, path: string): FieldError[] {
  return Object.keys(data).flatMap((key) => invalidValues(`${path}[${key}]`, key, checkConfigMapKey(key)));
}

/** Bytes behind a base64 text. */
export function decodedLength(base64: string): number {
  const padding = base64.endsWith('==') ? 2 : base64.endsWith('=') ? 1 : 0;
  return Math.floor(base64.length / 4) * 3 - padding;
}

/** `immutable: true` is a promise for the life of the object. */
export function validateKeptImmutable<T extends { immutable?: boolean }>(
  object: T,
  old: T,
  fields: readonly (keyof T & string)[],
): FieldError[] {
  if (!old.immutable) return [];
  const why = 'field is immutable when `immutable` is set';
  const errors = object.immutable ? [] : [forbidden('immutable', why)];
  for (const field of fields) if (!jsonEqual(object[field], old[field])) errors.push(forbidden(field, why));
  return errors;
}
