import type { FieldError } from '../api/errors.ts';
import { invalidValue } from '../api/field-errors.ts';
import type { DeviceClass } from '../api/object.ts';
import { checkQualifiedName } from '../api/validation.ts';
import { defineKind } from './define-kind.ts';
import { maximumItems, validateItems } from './device/names.ts';
import { validateConfig } from './device/validate-claim.ts';
import { validateSelectors } from './device/validate-selectors.ts';
import { ageColumn, nameColumn } from './printing/columns.ts';

export default defineKind<DeviceClass>({
  group: 'resource.k8s.io',
  version: 'v1',
  kind: 'DeviceClass',
  plural: 'deviceclasses',
  singular: 'deviceclass',
  scope: 'Cluster',
  schema: 'V1DeviceClass',
  deletion: { returnsObject: true },
  hasGeneration: true,
  strategy: { validate },
  columns: [nameColumn(), ageColumn()],
});

function validate({ spec }: DeviceClass): FieldError[] {
  const { selectors, config, extendedResourceName: resource } = spec ?? {};
  return [
    ...validateSelectors(selectors, 'spec.selectors'),
    ...validateItems(config, 'spec.config', maximumItems, { item: validateConfig }),
    ...(resource === undefined || isExtended(resource)
      ? []
      : [invalidValue('spec.extendedResourceName', resource, 'must be a valid extended resource name')]),
  ];
}

/** A resource of somebody's own, with a domain that is not Kubernetes'. */
function isExtended(name: string): boolean {
  const isNative = !name.includes('/') || name.includes('kubernetes.io/');
  return !isNative && !name.startsWith('requests.') && checkQualifiedName(`requests.${name}`).length === 0;
}
