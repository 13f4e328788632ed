import type { FieldError } from '../../api/errors.ts';
import { immutable, invalidValue, required } from '../../api/field-errors.ts';
import type { StorageVersionMigration } from '../../api/object.ts';
import {
  checkDNS1035Label,
  checkDNS1123Subdomain,
  validateConditions,
  validateImmutableField,
} from '../../api/validation.ts';

export function validateStorageVersionMigration({ spec }: StorageVersionMigration): FieldError[] {
  const { group = '', resource = '' } = spec?.resource ?? {};
  const path = 'spec.resource';
  const errors: FieldError[] = [];
  if (resource === '') errors.push(required(`${path}.resource`, 'resource is required to be set'));
  else errors.push(...joined(`${path}.resource`, resource, checkDNS1035Label(resource)));
  return group === '' ? errors : [...errors, ...joined(`${path}.group`, group, checkDNS1123Subdomain(group))];
}

function joined(path: string, value: string, messages: readonly string[]): FieldError[] {
  return messages.length > 0 ? [invalidValue(path, value, messages.join(','))] : [];
}

export function validateStorageVersionMigrationUpdate(next: StorageVersionMigration, old: StorageVersionMigration) {
  return validateImmutableField(next.spec, old.spec, 'spec');
}

/** A migration ends once, in one way. */
export function validateStorageVersionMigrationStatus(
  next: StorageVersionMigration,
  old: StorageVersionMigration,
): FieldError[] {
  const { resourceVersion = '', conditions = [] } = next.status ?? {};
  const path = 'status.conditions';
  const errors = validateConditions(conditions, path);
  const before = old.status?.resourceVersion;
  if (before && before !== resourceVersion) errors.push(immutable('status.resourceVersion', resourceVersion));
  const refuse = (why: string) => errors.push(invalidValue(path, conditions, why));
  if (has(next, 'Succeeded') && has(next, 'Failed')) {
    refuse('Both success and failed conditions cannot be true at the same time');
  }
  if (has(old, 'Succeeded') && !has(next, 'Succeeded')) {
    refuse('Success condition cannot be set to false once it is true');
  }
  if (has(old, 'Failed') && !has(next, 'Failed')) refuse('Failed condition cannot be set to false once it is true');
  return errors;
}

function has({ status }: StorageVersionMigration, type: string): boolean {
  return (status?.conditions ?? []).some((one) => one.type === type && one.status === 'True');
}
