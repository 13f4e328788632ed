import type { ResourceClaim } from '../api/object.ts';
import { validateImmutableField } from '../api/validation.ts';
import { defineKind } from './define-kind.ts';
import { defaultDeviceClaim } from './device/defaults.ts';
import { validateDeviceClaim } from './device/validate-claim.ts';
import { validateResourceClaimStatus } from './device/validate-status.ts';
import { ageColumn, nameColumn } from './printing/columns.ts';

export default defineKind<ResourceClaim>({
  group: 'resource.k8s.io',
  version: 'v1',
  kind: 'ResourceClaim',
  plural: 'resourceclaims',
  singular: 'resourceclaim',
  scope: 'Namespaced',
  schema: 'ResourceV1ResourceClaim',
  deletion: { returnsObject: true },
  subresources: { status: true },
  strategy: {
    default: ({ spec }) => defaultDeviceClaim(spec?.devices),
    prepareForCreate(claim) {
      claim.status = {};
    },
    validate: ({ spec }) => validateDeviceClaim(spec?.devices ?? {}, 'spec.devices'),
    validateUpdate: (next, old) => validateImmutableField(next.spec, old.spec, 'spec'),
    validateStatusUpdate: validateResourceClaimStatus,
  },
  columns: [
    nameColumn(),
    {
      name: 'State',
      type: 'string',
      description: 'A summary of the current state (allocated, pending, reserved, etc.).',
      cell: stateOf,
    },
    ageColumn(),
  ],
});

function stateOf({ metadata, status }: ResourceClaim): string {
  const isDeleted = metadata.deletionTimestamp !== undefined;
  const states = isDeleted ? ['deleted'] : [];
  if (status?.allocation) states.push('allocated', ...(status.reservedFor?.length ? ['reserved'] : []));
  else if (!isDeleted) states.push('pending');
  return states.join(',');
}
