import type { VolumeAttributesClass } from '../api/object.ts';
import { defineKind } from './define-kind.ts';
import { ageColumn, nameColumn } from './printing/columns.ts';
import { fieldDescriptions } from './printing/descriptions.generated.ts';
import {
  validateVolumeAttributesClass,
  validateVolumeAttributesClassUpdate,
} from './volume-attributes-class/validate.ts';

export default defineKind<VolumeAttributesClass>({
  group: 'storage.k8s.io',
  version: 'v1',
  kind: 'VolumeAttributesClass',
  plural: 'volumeattributesclasses',
  singular: 'volumeattributesclass',
  shortNames: ['vac'],
  scope: 'Cluster',
  schema: 'V1VolumeAttributesClass',
  deletion: { returnsObject: true },
  strategy: { validate: validateVolumeAttributesClass, validateUpdate: validateVolumeAttributesClassUpdate },
  columns: [
    nameColumn(),
    {
      name: 'DriverName',
      type: 'string',
      description: fieldDescriptions['V1VolumeAttributesClass.driverName'],
      cell: ({ driverName }) => driverName ?? '',
    },
    ageColumn(),
  ],
});
