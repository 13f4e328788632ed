import type { PriorityClass } from '../api/object.ts';
import { defineKind } from './define-kind.ts';
import { ageColumn, nameColumn } from './printing/columns.ts';
import { fieldDescriptions } from './printing/descriptions.generated.ts';
import { systemPriorityClasses } from './priority-class/system-classes.ts';
import { validatePriorityClass, validatePriorityClassUpdate } from './priority-class/validate.ts';

export default defineKind<PriorityClass>({
  group: 'scheduling.k8s.io',
  version: 'v1',
  kind: 'PriorityClass',
  plural: 'priorityclasses',
  singular: 'priorityclass',
  shortNames: ['pc'],
  scope: 'Cluster',
  schema: 'V1PriorityClass',
  strategy: {
    prepareForCreate({ metadata }) {
      // It stays that: nothing that can change is a wish about anything.
      metadata.generation = 1;
    },
    validate: validatePriorityClass,
    validateUpdate: validatePriorityClassUpdate,
  },
  bootstrap: () =>
    systemPriorityClasses.map(({ name, value, description }) => ({ metadata: { name }, value, description })),
  columns: [
    nameColumn(),
    {
      name: 'Value',
      type: 'integer',
      description: fieldDescriptions['V1PriorityClass.value'],
      cell: ({ value }) => value ?? 0,
    },
    {
      name: 'Global-Default',
      type: 'boolean',
      description: fieldDescriptions['V1PriorityClass.globalDefault'],
      cell: ({ globalDefault }) => globalDefault ?? false,
    },
    ageColumn(),
    {
      name: 'PreemptionPolicy',
      type: 'string',
      description: fieldDescriptions['V1PriorityClass.preemptionPolicy'],
      cell: ({ preemptionPolicy }) => preemptionPolicy ?? '',
    },
  ],
});
