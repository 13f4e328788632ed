import type { ResourceQuota } from '../api/object.ts';
import { formatQuantity, parseQuantity } from '../api/quantity.ts';
import { defineKind } from './define-kind.ts';
import { ageColumn, nameColumn } from './printing/columns.ts';
import {
  validateResourceQuota,
  validateResourceQuotaStatus,
  validateResourceQuotaUpdate,
} from './resource-quota/validate.ts';
import { resourceQuotaWarnings } from './resource-quota/warnings.ts';

export default defineKind<ResourceQuota>({
  group: '',
  version: 'v1',
  kind: 'ResourceQuota',
  plural: 'resourcequotas',
  singular: 'resourcequota',
  shortNames: ['quota'],
  scope: 'Namespaced',
  schema: 'V1ResourceQuota',
  deletion: { returnsObject: true },
  subresources: { status: true },
  strategy: {
    prepareForCreate(quota) {
      quota.status = {};
    },
    validate: validateResourceQuota,
    validateUpdate: validateResourceQuotaUpdate,
    validateStatusUpdate: validateResourceQuotaStatus,
    warnings: (quota, old) => (old ? [] : resourceQuotaWarnings(quota)),
  },
  quota: { countAlias: 'resourcequotas' },
  columns: [
    nameColumn(),
    {
      name: 'Request',
      type: 'string',
      description: 'Request represents a minimum amount of cpu/memory that a container may consume.',
      cell: (quota) => usage(quota, (name) => !isLimit(name)),
    },
    {
      name: 'Limit',
      type: 'string',
      description:
        'Limits control the maximum amount of cpu/memory that a container may use independent of contention on the node.',
      cell: (quota) => usage(quota, isLimit),
    },
    ageColumn(),
  ],
});

function isLimit(name: string): boolean {
  return name.startsWith('limits.');
}

/** `pods: 1/4, requests.cpu: 0/2`. */
function usage({ status }: ResourceQuota, isMeant: (name: string) => boolean): string {
  const { hard = {}, used = {} } = status ?? {};
  const names = Object.keys(hard).filter(isMeant).sort();
  return names.map((name) => `${name}: ${printed(used[name])}/${printed(hard[name])}`).join(', ');
}

function printed(text: string | undefined): string {
  return formatQuantity(parseQuantity(text ?? '0'));
}
