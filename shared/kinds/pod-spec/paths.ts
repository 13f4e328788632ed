import type { FieldError } from '../../api/errors.ts';
import { invalidValue } from '../../api/field-errors.ts';

export function validateNoBacksteps(value: string, path: string): FieldError[] {
  return value.split('/').includes('..') ? [invalidValue(path, value, "must not contain '..'")] : [];
}

/** A path below some directory that it cannot leave. */
export function validateRelativePath(value: string, path: string): FieldError[] {
  const absolute = value.startsWith('/') ? [invalidValue(path, value, 'must be a relative path')] : [];
  return [...absolute, ...validateNoBacksteps(value, path)];
}

/** Likewise for a file that is projected into a volume, where names that start with two dots are the projector's. */
export function validateFilePath(value: string, path: string): FieldError[] {
  const errors = validateRelativePath(value, path);
  if (value.startsWith('..') && value !== '..' && !value.startsWith('../')) {
    errors.push(invalidValue(path, value, "must not start with '..'"));
  }
  return errors;
}
