import { cleanupFinalizer, withCondition } from './custom-resource-definition/conditions.ts';
import { applyDefaults, storageVersions } from './custom-resource-definition/defaults.ts';
import type { CustomResourceDefinition } from './custom-resource-definition/types.ts';
import {
  validateDefinition,
  validateDefinitionStatus,
  validateDefinitionUpdate,
} from './custom-resource-definition/validate.ts';
import { formatWarnings } from './custom-resource-definition/warnings.ts';
import { defineKind } from './define-kind.ts';
import { createdAtColumn, nameColumn } from './printing/columns.ts';

export default defineKind<CustomResourceDefinition>({
  group: 'apiextensions.k8s.io',
  version: 'v1',
  kind: 'CustomResourceDefinition',
  plural: 'customresourcedefinitions',
  singular: 'customresourcedefinition',
  shortNames: ['crd', 'crds'],
  categories: ['api-extensions'],
  scope: 'Cluster',
  schema: 'V1CustomResourceDefinition',
  hasGeneration: true,
  requiresResourceVersion: true,
  allowPlainFinalizers: true,
  subresources: { status: true },
  deletion: { finalizers: [cleanupFinalizer] },
  strategy: {
    default: applyDefaults,
    prepareForCreate(definition) {
      definition.status = { storedVersions: storageVersions(definition.spec) };
    },
    prepareForUpdate(definition) {
      const stored = definition.status?.storedVersions ?? [];
      const storedVersions = [...new Set([...stored, ...storageVersions(definition.spec)])];
      definition.status = { ...definition.status, storedVersions };
    },
    validate: validateDefinition,
    validateUpdate: validateDefinitionUpdate,
    validateStatusUpdate: validateDefinitionStatus,
    warnings: formatWarnings,
    prepareForDelete(definition, { now }) {
      const condition = {
        type: 'Terminating',
        status: 'True',
        reason: 'InstanceDeletionPending',
        message: 'CustomResourceDefinition marked for deletion; CustomResource deletion will begin soon',
      } as const;
      const conditions = withCondition(definition.status?.conditions ?? [], condition, now);
      definition.status = { ...definition.status, conditions };
    },
  },
  columns: [nameColumn(), createdAtColumn()],
});
