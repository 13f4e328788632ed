import type { StorageVersionMigration } from '../api/object.ts';
import { defineKind } from './define-kind.ts';
import { nameColumn } from './printing/columns.ts';
import {
  validateStorageVersionMigration,
  validateStorageVersionMigrationStatus,
  validateStorageVersionMigrationUpdate,
} from './storage-version-migration/validate.ts';

const outcomes = ['Running', 'Failed', 'Succeeded'];

/** In the version that Kubernetes 1.37 made of the last beta, without a change. */
export default defineKind<StorageVersionMigration>({
  group: 'storagemigration.k8s.io',
  version: 'v1',
  kind: 'StorageVersionMigration',
  plural: 'storageversionmigrations',
  singular: 'storageversionmigration',
  scope: 'Cluster',
  schema: 'V1beta1StorageVersionMigration',
  subresources: { status: true },
  strategy: {
    prepareForCreate(migration) {
      migration.status = {};
    },
    validate: validateStorageVersionMigration,
    validateUpdate: validateStorageVersionMigrationUpdate,
    validateStatusUpdate: validateStorageVersionMigrationStatus,
  },
  columns: [
    { ...nameColumn(), format: '' },
    {
      name: 'Resource',
      type: 'string',
      description: 'GroupResource to migrate',
      cell({ spec }) {
        const { group, resource = '' } = spec?.resource ?? {};
        return group ? `${resource}.${group}` : resource;
      },
    },
    {
      name: 'Status',
      type: 'string',
      description: 'Status of the migration',
      cell: ({ status }) =>
        status?.conditions?.findLast(({ type, status: is }) => is === 'True' && outcomes.includes(type))?.type ??
        'Unknown',
    },
  ],
});
