import type { FieldError } from '../../api/errors.ts';
import { invalidValue, invalidValues } from '../../api/field-errors.ts';
import { checkRange } from '../../api/validation.ts';

export const maxInt32 = 2 ** 31 - 1;

/** An absent number is zero. */
export function validateNonNegative(value: number | undefined, path: string): FieldError[] {
  if ((value ?? 0) >= 0) return [];
  return [invalidValue(path, value, 'must be greater than or equal to 0')];
}

/** Bounds are inclusive; an absent number is fine. */
export function validateRange(value: number | undefined, minimum: number, maximum: number, path: string): FieldError[] {
  return typeof value === 'number' ? invalidValues(path, value, checkRange(value, minimum, maximum)) : [];
}
