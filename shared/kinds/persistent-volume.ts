import type { PersistentVolume } from '../api/object.ts';
import { formatQuantity, parseQuantity } from '../api/quantity.ts';
import { defineKind } from './define-kind.ts';
import { validatePersistentVolume, validatePersistentVolumeUpdate } from './persistent-volume/validate.ts';
import { persistentVolumeWarnings } from './persistent-volume/warnings.ts';
import { shortAccessModes, storageClassOf } from './persistent-volume-claim/class.ts';
import { ageColumn, nameColumn } from './printing/columns.ts';
import { fieldDescriptions } from './printing/descriptions.generated.ts';

export default defineKind<PersistentVolume>({
  group: '',
  version: 'v1',
  kind: 'PersistentVolume',
  plural: 'persistentvolumes',
  singular: 'persistentvolume',
  shortNames: ['pv'],
  scope: 'Cluster',
  schema: 'V1PersistentVolume',
  deletion: { returnsObject: true },
  subresources: { status: true },
  strategy: {
    prepareForCreate(volume, { now }) {
      volume.status = { phase: 'Pending', lastPhaseTransitionTime: now };
    },
    prepareForStatusUpdate: stampPhase,
    validate: validatePersistentVolume,
    validateUpdate: validatePersistentVolumeUpdate,
    warnings: persistentVolumeWarnings,
  },
  columns: [
    nameColumn(),
    {
      name: 'Capacity',
      type: 'string',
      description: fieldDescriptions['V1PersistentVolumeSpec.capacity'],
      cell: ({ spec }) => formatQuantity(parseQuantity(spec?.capacity?.storage ?? '0')),
    },
    {
      name: 'Access Modes',
      type: 'string',
      description: fieldDescriptions['V1PersistentVolumeSpec.accessModes'],
      cell: ({ spec }) => shortAccessModes(spec?.accessModes),
    },
    {
      name: 'Reclaim Policy',
      type: 'string',
      description: fieldDescriptions['V1PersistentVolumeSpec.persistentVolumeReclaimPolicy'],
      cell: ({ spec }) => spec?.persistentVolumeReclaimPolicy ?? '',
    },
    {
      name: 'Status',
      type: 'string',
      description: fieldDescriptions['V1PersistentVolumeStatus.phase'],
      cell: ({ metadata, status }) => (metadata.deletionTimestamp ? 'Terminating' : (status?.phase ?? '')),
    },
    {
      name: 'Claim',
      type: 'string',
      description:
        'claimRef is part of a bi-directional binding between PersistentVolume and PersistentVolumeClaim. Expected to be non-nil when bound. claim.VolumeName is the authoritative bind between PV and PVC. More info: https://kubernetes.io/docs/concepts/storage/persistent-volumes#binding',
      cell: ({ spec }) => (spec?.claimRef ? `${spec.claimRef.namespace ?? ''}/${spec.claimRef.name ?? ''}` : ''),
    },
    { name: 'StorageClass', type: 'string', description: 'StorageClass of the pv', cell: storageClassOf },
    {
      name: 'VolumeAttributesClass',
      type: 'string',
      description: 'VolumeAttributesClass of the pv',
      cell: ({ spec }) => spec?.volumeAttributesClassName ?? '<unset>',
    },
    {
      name: 'Reason',
      type: 'string',
      description: fieldDescriptions['V1PersistentVolumeStatus.reason'],
      cell: ({ status }) => status?.reason ?? '',
    },
    ageColumn(),
    {
      name: 'VolumeMode',
      type: 'string',
      priority: 1,
      description: fieldDescriptions['V1PersistentVolumeSpec.volumeMode'],
      cell: ({ spec }) => spec?.volumeMode ?? '<unset>',
    },
  ],
  selectableFields: { name: ({ metadata }) => metadata.name ?? '' },
});

/** Unless the writer knows better, a phase began when it was written. */
function stampPhase(volume: PersistentVolume, old: PersistentVolume, { now }: { now: string }): void {
  const [after, before] = [volume.status ?? {}, old.status ?? {}];
  const { lastPhaseTransitionTime: time } = after;
  if (after.phase === before.phase) {
    if (time === undefined) after.lastPhaseTransitionTime = before.lastPhaseTransitionTime;
  } else if (time === undefined || time === before.lastPhaseTransitionTime) {
    after.lastPhaseTransitionTime = now;
  }
  volume.status = after;
}
