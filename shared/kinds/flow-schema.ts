import type { FlowSchema } from '../api/object.ts';
import { defineKind } from './define-kind.ts';
import { mandatoryFlowSchemas, suggestedFlowSchemas } from './flow-schema/bootstrap.ts';
import { validateFlowConditions, validateFlowSchema } from './flow-schema/validate.ts';
import { ageColumn, nameColumn } from './printing/columns.ts';
import { fieldDescriptions } from './printing/descriptions.generated.ts';

const defaultPrecedence = 1000;

export default defineKind<FlowSchema>({
  group: 'flowcontrol.apiserver.k8s.io',
  version: 'v1',
  kind: 'FlowSchema',
  plural: 'flowschemas',
  singular: 'flowschema',
  scope: 'Cluster',
  schema: 'V1FlowSchema',
  hasGeneration: true,
  subresources: { status: true },
  strategy: {
    default({ spec }) {
      if (spec) spec.matchingPrecedence ||= defaultPrecedence;
    },
    prepareForCreate(schema) {
      schema.status = {};
    },
    validate: validateFlowSchema,
    validateStatusUpdate: validateFlowConditions,
  },
  bootstrap: () => [...mandatoryFlowSchemas, ...suggestedFlowSchemas],
  columns: [
    nameColumn(),
    {
      name: 'PriorityLevel',
      type: 'string',
      description: fieldDescriptions['V1PriorityLevelConfigurationReference.name'],
      cell: ({ spec }) => spec?.priorityLevelConfiguration?.name ?? '',
    },
    {
      name: 'MatchingPrecedence',
      type: 'string',
      description: fieldDescriptions['V1FlowSchemaSpec.matchingPrecedence'],
      cell: ({ spec }) => spec?.matchingPrecedence ?? 0,
    },
    {
      name: 'DistinguisherMethod',
      type: 'string',
      description: 'How requests of this schema are told apart into flows.',
      cell: ({ spec }) => spec?.distinguisherMethod?.type ?? '<none>',
    },
    ageColumn(),
    {
      name: 'MissingPL',
      type: 'string',
      description: 'references a broken or non-existent PriorityLevelConfiguration',
      cell: ({ status }) => status?.conditions?.find(({ type }) => type === 'Dangling')?.status ?? '?',
    },
  ],
});
