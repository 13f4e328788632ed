import type { ResourceClaimTemplate } from '../api/object.ts';
import { validateAnnotations, validateImmutableField, validateLabels } from '../api/validation.ts';
import { defineKind } from './define-kind.ts';
import { defaultDeviceClaim } from './device/defaults.ts';
import { validateDeviceClaim } from './device/validate-claim.ts';
import { ageColumn, nameColumn } from './printing/columns.ts';

export default defineKind<ResourceClaimTemplate>({
  group: 'resource.k8s.io',
  version: 'v1',
  kind: 'ResourceClaimTemplate',
  plural: 'resourceclaimtemplates',
  singular: 'resourceclaimtemplate',
  scope: 'Namespaced',
  schema: 'V1ResourceClaimTemplate',
  deletion: { returnsObject: true },
  strategy: {
    default: ({ spec }) => defaultDeviceClaim(spec?.spec?.devices),
    validate({ spec }) {
      const { labels = {}, annotations = {} } = spec?.metadata ?? {};
      return [
        ...validateLabels(labels, 'spec.metadata.labels'),
        ...validateAnnotations(annotations, 'spec.metadata.annotations'),
        ...validateDeviceClaim(spec?.spec?.devices ?? {}, 'spec.spec.devices'),
      ];
    },
    validateUpdate: (next, old) => validateImmutableField(next.spec, old.spec, 'spec'),
  },
  columns: [nameColumn(), ageColumn()],
});
