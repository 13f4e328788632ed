import type { V1DeviceRequestAllocationResult, V1ResourceClaimConsumerReference } from '@kubernetes/client-node';
import type { FieldError } from '../../api/errors.ts';
import { forbidden, invalidValues, required } from '../../api/field-errors.ts';
import type { ResourceClaim } from '../../api/object.ts';
import { checkDNS1123Label, validateImmutableField } from '../../api/validation.ts';
import { validateDriverName } from '../persistent-volume/sources.ts';
import { maximumItems, validateItems, validatePoolName } from './names.ts';
import { requestNames, validateReferences } from './validate-claim.ts';

const maximumConsumers = 256;

/** Devices are given once, to consumers that come and go. */
export function validateResourceClaimStatus(claim: ResourceClaim, old: ResourceClaim): FieldError[] {
  const { allocation, reservedFor = [] } = claim.status ?? {};
  const errors = validateItems(reservedFor, 'status.reservedFor', maximumConsumers, {
    item: validateConsumer,
    key: ({ uid }) => uid,
  });
  if (reservedFor.length > 0 && !allocation) {
    errors.push(forbidden('status.reservedFor', 'may not be specified when `allocated` is not set'));
  } else if (claim.metadata.deletionTimestamp) {
    const before = new Set((old.status?.reservedFor ?? []).map(({ uid }) => uid));
    if (reservedFor.some(({ uid }) => !before.has(uid))) {
      const detail = 'new entries may not be added while `deallocationRequested` or `deletionTimestamp` are set';
      errors.push(forbidden('status.reservedFor', detail));
    }
  }
  if (!allocation) return errors;
  const previous = old.status?.allocation;
  if (previous) return [...errors, ...validateImmutableField(allocation, previous, 'status.allocation')];
  const names = requestNames(claim.spec?.devices?.requests ?? []);
  const path = 'status.allocation.devices.results';
  const item = (result: V1DeviceRequestAllocationResult, at: string) => [
    ...validateReferences([result.request], `${at}.request`, names).map((error) => ({
      ...error,
      field: `${at}.request`,
    })),
    ...validateDriverName(result.driver, `${at}.driver`),
    ...validatePoolName(result.pool, `${at}.pool`),
    ...invalidValues(`${at}.device`, result.device, checkDNS1123Label(result.device ?? '')),
  ];
  return [...errors, ...validateItems(allocation.devices?.results, path, maximumItems, { item })];
}

function validateConsumer(consumer: V1ResourceClaimConsumerReference, path: string): FieldError[] {
  return (['resource', 'name', 'uid'] as const).flatMap((field) =>
    consumer[field] ? [] : [required(`${path}.${field}`)],
  );
}
