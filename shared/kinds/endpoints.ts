import type { Endpoints } from '../api/object.ts';
import { defineKind } from './define-kind.ts';
import { formatEndpoints } from './endpoints/printer.ts';
import { validateEndpoints, validateEndpointsUpdate } from './endpoints/validate.ts';
import { ageColumn, nameColumn } from './printing/columns.ts';
import { fieldDescriptions } from './printing/descriptions.generated.ts';

export default defineKind<Endpoints>({
  group: '',
  version: 'v1',
  kind: 'Endpoints',
  plural: 'endpoints',
  singular: 'endpoints',
  shortNames: ['ep'],
  scope: 'Namespaced',
  schema: 'V1Endpoints',
  createOnUpdate: true,
  deprecationWarning: 'v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice',
  strategy: {
    validate: validateEndpoints,
    validateUpdate: validateEndpointsUpdate,
  },
  columns: [
    nameColumn(),
    {
      name: 'Endpoints',
      type: 'string',
      description: fieldDescriptions['V1Endpoints.subsets'],
      cell: (endpoints) => formatEndpoints(endpoints.subsets ?? []),
    },
    ageColumn(),
  ],
  nodes: { audience: 'all' },
});
