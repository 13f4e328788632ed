import type { FieldError } from '../../api/errors.ts';
import { invalidValue } from '../../api/field-errors.ts';
import type { Lease } from '../../api/object.ts';
import { validateNonNegative } from '../pod-spec/numbers.ts';

export function validateLease({ spec = {} }: Lease): FieldError[] {
  const { leaseDurationSeconds, leaseTransitions } = spec;
  const errors: FieldError[] = [];
  if (leaseDurationSeconds !== undefined && leaseDurationSeconds <= 0) {
    errors.push(invalidValue('spec.leaseDurationSeconds', leaseDurationSeconds, 'must be greater than 0'));
  }
  return [...errors, ...validateNonNegative(leaseTransitions, 'spec.leaseTransitions')];
}
