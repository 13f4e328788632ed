import type { ObjectMeta, StorageClass } from '../api/object.ts';
import { defineKind } from './define-kind.ts';
import { ageColumn, nameColumn } from './printing/columns.ts';
import { fieldDescriptions } from './printing/descriptions.generated.ts';
import { storageClassWarnings, validateStorageClass, validateStorageClassUpdate } from './storage-class/validate.ts';

const defaultAnnotations = [
  'storageclass.kubernetes.io/is-default-class',
  'storageclass.beta.kubernetes.io/is-default-class',
];

/** Whether claims without a class get this one. */
export function isDefaultStorageClass({ annotations = {} }: ObjectMeta): boolean {
  return defaultAnnotations.some((name) => annotations[name] === 'true');
}

export default defineKind<StorageClass>({
  group: 'storage.k8s.io',
  version: 'v1',
  kind: 'StorageClass',
  plural: 'storageclasses',
  singular: 'storageclass',
  shortNames: ['sc'],
  scope: 'Cluster',
  schema: 'V1StorageClass',
  deletion: { returnsObject: true },
  strategy: {
    validate: validateStorageClass,
    validateUpdate: validateStorageClassUpdate,
    warnings: storageClassWarnings,
  },
  columns: [
    {
      ...nameColumn(),
      cell: ({ metadata }) => `${metadata.name ?? ''}${isDefaultStorageClass(metadata) ? ' (default)' : ''}`,
    },
    {
      name: 'Provisioner',
      type: 'string',
      description: fieldDescriptions['V1StorageClass.provisioner'],
      cell: ({ provisioner }) => provisioner ?? '',
    },
    {
      name: 'ReclaimPolicy',
      type: 'string',
      description: fieldDescriptions['V1StorageClass.reclaimPolicy'],
      cell: ({ reclaimPolicy }) => reclaimPolicy ?? 'Delete',
    },
    {
      name: 'VolumeBindingMode',
      type: 'string',
      description: fieldDescriptions['V1StorageClass.volumeBindingMode'],
      cell: ({ volumeBindingMode }) => volumeBindingMode ?? 'Immediate',
    },
    {
      name: 'AllowVolumeExpansion',
      type: 'string',
      description: fieldDescriptions['V1StorageClass.allowVolumeExpansion'],
      cell: ({ allowVolumeExpansion }) => allowVolumeExpansion ?? false,
    },
    ageColumn(),
  ],
});
