import type { FieldError } from '../../api/errors.ts';
import { invalidValue, invalidValues, required, tooLong } from '../../api/field-errors.ts';
import { byteLength } from '../../api/go-format.ts';
import { checkQualifiedName } from '../../api/validation.ts';

const maximumParameters = 512;
const maximumBytes = 256 * 1024;

/** What a class tells whoever makes its volumes. */
export function validateParameters(parameters: Readonly<Record<string, string>>, path: string): FieldError[] {
  const entries = Object.entries(parameters);
  if (entries.length > maximumParameters) return [tooLong(path, maximumParameters)];
  const errors = entries.flatMap(([key]) => (key ? [] : [invalidValue(path, key, 'field can not be empty.')]));
  const size = entries.reduce((sum, [key, value]) => sum + byteLength(key) + byteLength(value), 0);
  return size > maximumBytes ? [...errors, tooLong(path, maximumBytes)] : errors;
}

/** Who makes them. */
export function validateProvisioner(name: string, path: string): FieldError[] {
  if (!name) return [required(path)];
  const lower = name.toLowerCase();
  return invalidValues(path, lower, checkQualifiedName(lower));
}
