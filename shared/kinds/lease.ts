import type { Lease } from '../api/object.ts';
import { defineKind } from './define-kind.ts';
import { validateLease } from './lease/validate.ts';
import { ageColumn, nameColumn } from './printing/columns.ts';
import { fieldDescriptions } from './printing/descriptions.generated.ts';

/** What those who elect a leader write all the time; nodes of this cluster do not need one. */
export default defineKind<Lease>({
  group: 'coordination.k8s.io',
  version: 'v1',
  kind: 'Lease',
  plural: 'leases',
  singular: 'lease',
  scope: 'Namespaced',
  schema: 'V1Lease',
  createOnUpdate: true,
  requiresResourceVersion: true,
  strategy: {
    prepareForCreate: ({ spec }) => dropCoordination(spec),
    prepareForUpdate: ({ spec }) => dropCoordination(spec),
    validate: validateLease,
  },
  columns: [
    nameColumn(),
    {
      name: 'Holder',
      type: 'string',
      description: fieldDescriptions['V1LeaseSpec.holderIdentity'],
      cell: ({ spec }) => spec?.holderIdentity ?? '',
    },
    ageColumn(),
  ],
});

/** Coordinated leader election is off unless a cluster asks for it, and its fields are ignored. */
function dropCoordination(spec: Lease['spec']): void {
  delete spec?.strategy;
  delete spec?.preferredHolder;
}
