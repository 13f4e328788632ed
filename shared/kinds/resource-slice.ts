import type { ResourceSlice } from '../api/object.ts';
import { defineKind } from './define-kind.ts';
import { validateResourceSlice, validateResourceSliceUpdate } from './device/validate-slice.ts';
import { ageColumn, nameColumn } from './printing/columns.ts';
import { fieldDescriptions } from './printing/descriptions.generated.ts';

export default defineKind<ResourceSlice>({
  group: 'resource.k8s.io',
  version: 'v1',
  kind: 'ResourceSlice',
  plural: 'resourceslices',
  singular: 'resourceslice',
  scope: 'Cluster',
  schema: 'V1ResourceSlice',
  deletion: { returnsObject: true },
  hasGeneration: true,
  strategy: {
    prepareForCreate: (slice, { now }) => stampTaints(slice, now),
    prepareForUpdate: (slice, _old, { now }) => stampTaints(slice, now),
    validate: validateResourceSlice,
    validateUpdate: validateResourceSliceUpdate,
  },
  selectableFields: {
    'spec.nodeName': ({ spec }) => spec?.nodeName ?? '',
    'spec.driver': ({ spec }) => spec?.driver ?? '',
  },
  columns: [
    nameColumn(),
    {
      name: 'Node',
      type: 'string',
      description: fieldDescriptions['V1ResourceSliceSpec.nodeName'],
      cell: ({ spec }) => spec?.nodeName ?? '',
    },
    {
      name: 'Driver',
      type: 'string',
      description: fieldDescriptions['V1ResourceSliceSpec.driver'],
      cell: ({ spec }) => spec?.driver ?? '',
    },
    {
      name: 'Pool',
      type: 'string',
      description: fieldDescriptions['V1ResourcePool.name'],
      cell: ({ spec }) => spec?.pool?.name ?? '',
    },
    ageColumn(),
  ],
});

function stampTaints({ spec }: ResourceSlice, now: string): void {
  for (const { taints } of spec?.devices ?? []) for (const taint of taints ?? []) taint.timeAdded ??= now;
}
