import type { CSIStorageCapacity } from '../api/object.ts';
import {
  csiStorageCapacityWarnings,
  validateCSIStorageCapacity,
  validateCSIStorageCapacityUpdate,
} from './csi-storage-capacity/validate.ts';
import { defineKind } from './define-kind.ts';
import { nameColumn } from './printing/columns.ts';
import { fieldDescriptions } from './printing/descriptions.generated.ts';

export default defineKind<CSIStorageCapacity>({
  group: 'storage.k8s.io',
  version: 'v1',
  kind: 'CSIStorageCapacity',
  plural: 'csistoragecapacities',
  singular: 'csistoragecapacity',
  scope: 'Namespaced',
  schema: 'V1CSIStorageCapacity',
  requiresResourceVersion: true,
  strategy: {
    validate: validateCSIStorageCapacity,
    validateUpdate: validateCSIStorageCapacityUpdate,
    warnings: csiStorageCapacityWarnings,
  },
  columns: [
    nameColumn(),
    {
      name: 'StorageClassName',
      type: 'string',
      description: fieldDescriptions['V1CSIStorageCapacity.storageClassName'],
      cell: ({ storageClassName }) => storageClassName ?? '',
    },
    {
      name: 'Capacity',
      type: 'string',
      description: fieldDescriptions['V1CSIStorageCapacity.capacity'],
      cell: ({ capacity }) => capacity ?? '<unset>',
    },
  ],
});
