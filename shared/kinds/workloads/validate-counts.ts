import type { FieldError } from '../../api/errors.ts';
import { invalidValue } from '../../api/field-errors.ts';
import { validateNonNegative } from '../pod-spec/numbers.ts';

/** The numbers of a status that a controller counts. */
export type Counts<Name extends string> = { readonly [K in Name]?: number };

/** None of the counts is negative. */
export function validateCounts<Name extends string>(
  status: Counts<Name> | undefined,
  fields: readonly Name[],
): FieldError[] {
  return fields.flatMap((field) => validateNonNegative(status?.[field], `status.${field}`));
}

/** Each of `fields` counts some of the replicas, and available Pods are ready. */
export function validateParts<Name extends string>(
  status: Counts<Name | 'replicas' | 'readyReplicas' | 'availableReplicas'> | undefined,
  fields: readonly Name[],
  tooManyAvailable = 'cannot be greater than readyReplicas',
): FieldError[] {
  const counts: Counts<Name> = status ?? {};
  const errors = fields
    .filter((field) => (counts[field] ?? 0) > (status?.replicas ?? 0))
    .map((field) => invalidValue(`status.${field}`, counts[field], 'cannot be greater than status.replicas'));
  const available = status?.availableReplicas ?? 0;
  if (available > (status?.readyReplicas ?? 0)) {
    errors.push(invalidValue('status.availableReplicas', available, tooManyAvailable));
  }
  return errors;
}

/** The count of collisions is part of the names of what a controller makes: going back would meet those that exist. */
export function validateCollisions(
  status: Counts<'collisionCount'> | undefined,
  old: Counts<'collisionCount'> | undefined,
): FieldError[] {
  const collisions = status?.collisionCount ?? 0;
  if (collisions >= (old?.collisionCount ?? 0)) return [];
  return [invalidValue('status.collisionCount', collisions, 'cannot be decremented')];
}
