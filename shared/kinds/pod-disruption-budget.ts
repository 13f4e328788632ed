import type { PodDisruptionBudget } from '../api/object.ts';
import { defineKind } from './define-kind.ts';
import { validateBudget, validateBudgetStatus } from './pod-disruption-budget/validate.ts';
import { ageColumn, nameColumn } from './printing/columns.ts';

export default defineKind<PodDisruptionBudget>({
  group: 'policy',
  version: 'v1',
  kind: 'PodDisruptionBudget',
  plural: 'poddisruptionbudgets',
  singular: 'poddisruptionbudget',
  shortNames: ['pdb'],
  scope: 'Namespaced',
  schema: 'V1PodDisruptionBudget',
  requiresResourceVersion: true,
  hasGeneration: true,
  subresources: { status: true },
  strategy: {
    prepareForCreate(budget) {
      budget.status = { currentHealthy: 0, desiredHealthy: 0, disruptionsAllowed: 0, expectedPods: 0 };
    },
    validate: validateBudget,
    validateStatusUpdate: validateBudgetStatus,
  },
  columns: [
    nameColumn(),
    {
      name: 'Min Available',
      type: 'string',
      description: 'The minimum number of pods that must be available.',
      cell: ({ spec }) => String(spec?.minAvailable ?? 'N/A'),
    },
    {
      name: 'Max Unavailable',
      type: 'string',
      description: 'The maximum number of pods that may be unavailable.',
      cell: ({ spec }) => String(spec?.maxUnavailable ?? 'N/A'),
    },
    {
      name: 'Allowed Disruptions',
      type: 'integer',
      description: 'Calculated number of pods that may be disrupted at this time.',
      cell: ({ status }) => status?.disruptionsAllowed ?? 0,
    },
    ageColumn(),
  ],
});
