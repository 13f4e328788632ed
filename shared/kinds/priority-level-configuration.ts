import type { PriorityLevelConfiguration } from '../api/object.ts';
import { defineKind, type TableColumn } from './define-kind.ts';
import { validateFlowConditions } from './flow-schema/validate.ts';
import { ageColumn, nameColumn } from './printing/columns.ts';
import { fieldDescriptions } from './printing/descriptions.generated.ts';
import { mandatoryPriorityLevels, suggestedPriorityLevels } from './priority-level-configuration/bootstrap.ts';
import { validatePriorityLevel } from './priority-level-configuration/validate.ts';

const queuingDefaults = { queues: 64, handSize: 8, queueLengthLimit: 50 } as const;

function queuingColumn(name: string, field: keyof typeof queuingDefaults): TableColumn<PriorityLevelConfiguration> {
  return {
    name,
    type: 'string',
    description: fieldDescriptions[`V1QueuingConfiguration.${field}`],
    cell: ({ spec }) => spec?.limited?.limitResponse?.queuing?.[field] ?? '<none>',
  };
}

export default defineKind<PriorityLevelConfiguration>({
  group: 'flowcontrol.apiserver.k8s.io',
  version: 'v1',
  kind: 'PriorityLevelConfiguration',
  plural: 'prioritylevelconfigurations',
  singular: 'prioritylevelconfiguration',
  scope: 'Cluster',
  schema: 'V1PriorityLevelConfiguration',
  hasGeneration: true,
  subresources: { status: true },
  strategy: {
    default({ spec }) {
      const queuing = spec?.limited?.limitResponse?.queuing;
      // A zero counts as nothing.
      if (queuing)
        for (const field of ['queues', 'handSize', 'queueLengthLimit'] as const) {
          queuing[field] ||= queuingDefaults[field];
        }
    },
    prepareForCreate(level) {
      level.status = {};
    },
    validate: validatePriorityLevel,
    validateStatusUpdate: validateFlowConditions,
  },
  bootstrap: () => [...mandatoryPriorityLevels, ...suggestedPriorityLevels],
  columns: [
    nameColumn(),
    {
      name: 'Type',
      type: 'string',
      description: fieldDescriptions['V1PriorityLevelConfigurationSpec.type'],
      cell: ({ spec }) => spec?.type ?? '',
    },
    {
      name: 'NominalConcurrencyShares',
      type: 'string',
      description: fieldDescriptions['V1LimitedPriorityLevelConfiguration.nominalConcurrencyShares'],
      cell: ({ spec }) => spec?.limited?.nominalConcurrencyShares ?? '<none>',
    },
    queuingColumn('Queues', 'queues'),
    queuingColumn('HandSize', 'handSize'),
    queuingColumn('QueueLengthLimit', 'queueLengthLimit'),
    ageColumn(),
  ],
});
