import type { Secret } from '../api/object.ts';
import { defineKind } from './define-kind.ts';
import { ageColumn, nameColumn } from './printing/columns.ts';
import { fieldDescriptions } from './printing/descriptions.generated.ts';
import { defaultSecret } from './secret/defaults.ts';
import { validateSecret, validateSecretUpdate } from './secret/validate.ts';

export default defineKind<Secret>({
  group: '',
  version: 'v1',
  kind: 'Secret',
  plural: 'secrets',
  singular: 'secret',
  scope: 'Namespaced',
  schema: 'V1Secret',
  strategy: { default: defaultSecret, validate: validateSecret, validateUpdate: validateSecretUpdate },
  columns: [
    nameColumn(),
    {
      name: 'Type',
      type: 'string',
      description: fieldDescriptions['V1Secret.type'],
      cell: (secret) => secret.type ?? '',
    },
    {
      name: 'Data',
      type: 'string',
      description: fieldDescriptions['V1Secret.data'],
      cell: (secret) => Object.keys(secret.data ?? {}).length,
    },
    ageColumn(),
  ],
  selectableFields: { type: (secret) => secret.type ?? '' },
  quota: { countAlias: 'secrets' },
  storage: { encrypted: true },
  nodes: { audience: 'referenced' },
});
