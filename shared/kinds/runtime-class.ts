import type { RuntimeClass } from '../api/object.ts';
import { defineKind } from './define-kind.ts';
import { nodeLabelDeprecation } from './node-labels.ts';
import { ageColumn, nameColumn } from './printing/columns.ts';
import { validateRuntimeClass, validateRuntimeClassUpdate } from './runtime-class/validate.ts';

export default defineKind<RuntimeClass>({
  group: 'node.k8s.io',
  version: 'v1',
  kind: 'RuntimeClass',
  plural: 'runtimeclasses',
  singular: 'runtimeclass',
  scope: 'Cluster',
  schema: 'V1RuntimeClass',
  createOnUpdate: true,
  requiresResourceVersion: true,
  strategy: {
    validate: validateRuntimeClass,
    validateUpdate: validateRuntimeClassUpdate,
    warnings: ({ scheduling }) =>
      Object.keys(scheduling?.nodeSelector ?? {}).flatMap((label) => {
        const deprecation = nodeLabelDeprecation(label);
        return deprecation ? [`scheduling.nodeSelector: ${deprecation}`] : [];
      }),
  },
  columns: [
    nameColumn(),
    {
      name: 'Handler',
      type: 'string',
      description: 'The configuration of the container runtime that Pods of this class run with.',
      cell: ({ handler }) => handler ?? '',
    },
    ageColumn(),
  ],
});
