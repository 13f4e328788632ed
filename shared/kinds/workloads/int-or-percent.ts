import type { FieldError } from '../../api/errors.ts';
import { invalidValue, invalidValues } from '../../api/field-errors.ts';
import { checkPercent } from '../../api/validation.ts';
import { validateNonNegative } from '../pod-spec/numbers.ts';

/** A number of Pods, or a percentage of them: `3`, `25%`. */
export type IntOrPercent = number | string;

export function validateIntOrPercent(value: IntOrPercent | undefined, path: string): FieldError[] {
  if (typeof value === 'string') return invalidValues(path, value, checkPercent(value));
  return validateNonNegative(value, path);
}

/** Numbers may be anything. */
export function validateAtMostAll(value: IntOrPercent | undefined, path: string): FieldError[] {
  const percent = percentOf(value);
  return percent !== undefined && percent > 100 ? [invalidValue(path, value, 'must not be greater than 100%')] : [];
}

/** True where nothing is allowed: `0`, `0%`, and what is neither a number nor a percentage. */
export function isNone(value: IntOrPercent | undefined): boolean {
  return (percentOf(value) ?? (Number(value ?? 0) || 0)) === 0;
}

function percentOf(value: IntOrPercent | undefined): number | undefined {
  return typeof value === 'string' && checkPercent(value).length === 0 ? Number.parseInt(value, 10) : undefined;
}
