import type { VolumeAttachment } from '../api/object.ts';
import { defineKind } from './define-kind.ts';
import { ageColumn, nameColumn } from './printing/columns.ts';
import { fieldDescriptions } from './printing/descriptions.generated.ts';
import {
  validateVolumeAttachment,
  validateVolumeAttachmentStatus,
  validateVolumeAttachmentUpdate,
} from './volume-attachment/validate.ts';

export default defineKind<VolumeAttachment>({
  group: 'storage.k8s.io',
  version: 'v1',
  kind: 'VolumeAttachment',
  plural: 'volumeattachments',
  singular: 'volumeattachment',
  scope: 'Cluster',
  schema: 'V1VolumeAttachment',
  deletion: { returnsObject: true },
  requiresResourceVersion: true,
  subresources: { status: true },
  strategy: {
    prepareForCreate(attachment) {
      attachment.status = { attached: false };
    },
    validate: validateVolumeAttachment,
    validateUpdate: validateVolumeAttachmentUpdate,
    validateStatusUpdate: validateVolumeAttachmentStatus,
  },
  columns: [
    nameColumn(),
    {
      name: 'Attacher',
      type: 'string',
      format: 'name',
      description: fieldDescriptions['V1VolumeAttachmentSpec.attacher'],
      cell: ({ spec }) => spec?.attacher ?? '',
    },
    {
      name: 'PV',
      type: 'string',
      description: fieldDescriptions['V1VolumeAttachmentSource.persistentVolumeName'],
      cell: ({ spec }) => spec?.source?.persistentVolumeName ?? '',
    },
    {
      name: 'Node',
      type: 'string',
      description: fieldDescriptions['V1VolumeAttachmentSpec.nodeName'],
      cell: ({ spec }) => spec?.nodeName ?? '',
    },
    {
      name: 'Attached',
      type: 'boolean',
      description: fieldDescriptions['V1VolumeAttachmentStatus.attached'],
      cell: ({ status }) => status?.attached ?? false,
    },
    ageColumn(),
  ],
});
