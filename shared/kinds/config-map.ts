import type { ConfigMap } from '../api/object.ts';
import { validateConfigMap, validateConfigMapUpdate } from './config-map/validate.ts';
import { defineKind } from './define-kind.ts';
import { ageColumn, nameColumn } from './printing/columns.ts';
import { fieldDescriptions } from './printing/descriptions.generated.ts';

export default defineKind<ConfigMap>({
  group: '',
  version: 'v1',
  kind: 'ConfigMap',
  plural: 'configmaps',
  singular: 'configmap',
  shortNames: ['cm'],
  scope: 'Namespaced',
  schema: 'V1ConfigMap',
  strategy: { validate: validateConfigMap, validateUpdate: validateConfigMapUpdate },
  columns: [
    nameColumn(),
    {
      name: 'Data',
      type: 'string',
      description: fieldDescriptions['V1ConfigMap.data'],
      cell: ({ data, binaryData }) => Object.keys(data ?? {}).length + Object.keys(binaryData ?? {}).length,
    },
    ageColumn(),
  ],
  quota: { countAlias: 'configmaps' },
  nodes: { audience: 'referenced' },
});
