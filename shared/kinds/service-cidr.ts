import type { ServiceCIDR } from '../api/object.ts';
import { defineKind } from './define-kind.ts';
import { ageColumn, nameColumn } from './printing/columns.ts';
import { fieldDescriptions } from './printing/descriptions.generated.ts';
import { validateServiceCIDR, validateServiceCIDRUpdate } from './service-cidr/validate.ts';

export default defineKind<ServiceCIDR>({
  group: 'networking.k8s.io',
  version: 'v1',
  kind: 'ServiceCIDR',
  plural: 'servicecidrs',
  singular: 'servicecidr',
  scope: 'Cluster',
  schema: 'V1ServiceCIDR',
  subresources: { status: true },
  strategy: {
    prepareForCreate(object) {
      object.status = {};
    },
    validate: validateServiceCIDR,
    validateUpdate: validateServiceCIDRUpdate,
  },
  /** The range that Services get their addresses from. */
  bootstrap: ({ serviceCIDR }) => [{ metadata: { name: 'kubernetes' }, spec: { cidrs: [serviceCIDR] } }],
  columns: [
    nameColumn(),
    {
      name: 'CIDRs',
      type: 'string',
      description: fieldDescriptions['V1ServiceCIDRSpec.cidrs'],
      cell: ({ spec }) => (spec?.cidrs ?? []).join(','),
    },
    ageColumn(),
  ],
});
