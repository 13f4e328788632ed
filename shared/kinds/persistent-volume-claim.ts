import type { PersistentVolumeClaim } from '../api/object.ts';
import { formatQuantity, parseQuantity } from '../api/quantity.ts';
import { defineKind } from './define-kind.ts';
import { shortAccessModes, storageClassAnnotation, storageClassOf } from './persistent-volume-claim/class.ts';
import { normalizeDataSources } from './persistent-volume-claim/data-source.ts';
import { claimQuota } from './persistent-volume-claim/quota.ts';
import { validateClaimSpec } from './persistent-volume-claim/validate-spec.ts';
import { validateClaimStatus, validateClaimUpdate } from './persistent-volume-claim/validate-update.ts';
import { claimSpecWarnings } from './persistent-volume-claim/warnings.ts';
import { ageColumn, nameColumn } from './printing/columns.ts';
import { fieldDescriptions } from './printing/descriptions.generated.ts';

export default defineKind<PersistentVolumeClaim>({
  group: '',
  version: 'v1',
  kind: 'PersistentVolumeClaim',
  plural: 'persistentvolumeclaims',
  singular: 'persistentvolumeclaim',
  shortNames: ['pvc'],
  scope: 'Namespaced',
  schema: 'V1PersistentVolumeClaim',
  deletion: { returnsObject: true },
  subresources: { status: true },
  strategy: {
    prepareForCreate(claim) {
      claim.status = { phase: 'Pending' };
      normalizeDataSources(claim.spec);
    },
    prepareForUpdate: ({ spec }, old) => normalizeDataSources(spec, old.spec),
    validate: ({ spec }) => validateClaimSpec(spec ?? {}, 'spec'),
    validateUpdate: validateClaimUpdate,
    validateStatusUpdate: validateClaimStatus,
    warnings: ({ metadata, spec }) => [
      ...(metadata.annotations?.[storageClassAnnotation] === undefined ? [] : [annotationWarning]),
      ...claimSpecWarnings(spec, 'spec'),
    ],
  },
  columns: [
    nameColumn(),
    {
      name: 'Status',
      type: 'string',
      description: fieldDescriptions['V1PersistentVolumeClaimStatus.phase'],
      cell: ({ metadata, status }) => (metadata.deletionTimestamp ? 'Terminating' : (status?.phase ?? '')),
    },
    {
      name: 'Volume',
      type: 'string',
      description: fieldDescriptions['V1PersistentVolumeClaimSpec.volumeName'],
      cell: ({ spec }) => spec?.volumeName ?? '',
    },
    {
      name: 'Capacity',
      type: 'string',
      description: fieldDescriptions['V1PersistentVolumeClaimStatus.capacity'],
      cell: ({ spec, status }) =>
        spec?.volumeName ? formatQuantity(parseQuantity(status?.capacity?.storage ?? '0')) : '',
    },
    {
      name: 'Access Modes',
      type: 'string',
      description: fieldDescriptions['V1PersistentVolumeClaimStatus.accessModes'],
      cell: ({ spec, status }) => (spec?.volumeName ? shortAccessModes(status?.accessModes) : ''),
    },
    { name: 'StorageClass', type: 'string', description: 'StorageClass of the pvc', cell: storageClassOf },
    {
      name: 'VolumeAttributesClass',
      type: 'string',
      description: 'VolumeAttributesClass of the pvc',
      cell: ({ spec }) => spec?.volumeAttributesClassName ?? '<unset>',
    },
    ageColumn(),
    {
      name: 'VolumeMode',
      type: 'string',
      priority: 1,
      description: fieldDescriptions['V1PersistentVolumeClaimSpec.volumeMode'],
      cell: ({ spec }) => spec?.volumeMode ?? '<unset>',
    },
  ],
  selectableFields: { name: ({ metadata }) => metadata.name ?? '' },
  quota: claimQuota,
});

const annotationWarning = `metadata.annotations[${storageClassAnnotation}]: deprecated since v1.8; use "storageClassName" attribute instead`;
