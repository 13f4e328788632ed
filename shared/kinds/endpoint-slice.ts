import type { EndpointSlice } from '../api/object.ts';
import { defineKind } from './define-kind.ts';
import {
  endpointSliceWarnings,
  validateEndpointSlice,
  validateEndpointSliceUpdate,
} from './endpoint-slice/validate.ts';
import { ageColumn, nameColumn } from './printing/columns.ts';
import { fieldDescriptions } from './printing/descriptions.generated.ts';

/** How many of a list a cell shows before it only counts them. */
const shown = 3;

export default defineKind<EndpointSlice>({
  group: 'discovery.k8s.io',
  version: 'v1',
  kind: 'EndpointSlice',
  plural: 'endpointslices',
  singular: 'endpointslice',
  scope: 'Namespaced',
  schema: 'V1EndpointSlice',
  hasGeneration: true,
  strategy: {
    prepareForCreate: dropTopology,
    prepareForUpdate: dropTopology,
    validate: validateEndpointSlice,
    validateUpdate: validateEndpointSliceUpdate,
    warnings: endpointSliceWarnings,
  },
  columns: [
    nameColumn(),
    {
      name: 'AddressType',
      type: 'string',
      description: fieldDescriptions['V1EndpointSlice.addressType'],
      cell: ({ addressType }) => addressType ?? '',
    },
    {
      name: 'Ports',
      type: 'string',
      description: fieldDescriptions['V1EndpointSlice.ports'],
      cell: ({ ports }) => abbreviated((ports ?? []).map(({ port, name }) => String(port ?? name ?? '*'))),
    },
    {
      name: 'Endpoints',
      type: 'string',
      description: fieldDescriptions['V1EndpointSlice.endpoints'],
      cell: ({ endpoints }) => abbreviated((endpoints ?? []).flatMap(({ addresses }) => addresses ?? [])),
    },
    ageColumn(),
  ],
});

function abbreviated(items: readonly string[]): string {
  if (items.length === 0) return '<unset>';
  const listed = items.slice(0, shown).join(',');
  return items.length > shown ? `${listed} + ${items.length - shown} more...` : listed;
}

/** What the first version of the API had instead of fields of their own. */
function dropTopology({ endpoints }: EndpointSlice): void {
  for (const endpoint of endpoints ?? []) delete endpoint.deprecatedTopology;
}
