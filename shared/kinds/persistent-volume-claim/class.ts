import type { PersistentVolume, PersistentVolumeClaim } from '../../api/object.ts';

/** Where the class was named before it had a field. */
export const storageClassAnnotation = 'volume.beta.kubernetes.io/storage-class';

/** Empty without one. */
export function storageClassOf({ metadata, spec }: PersistentVolume | PersistentVolumeClaim): string {
  return metadata.annotations?.[storageClassAnnotation] ?? spec?.storageClassName ?? '';
}

/** The VolumeAttributesClasses that a claim asks for, has, or is on its way to. */
export function attributesClassesOf({ spec, status }: PersistentVolumeClaim): string[] {
  const names = [
    spec?.volumeAttributesClassName,
    status?.currentVolumeAttributesClassName,
    status?.modifyVolumeStatus?.targetVolumeAttributesClassName,
  ];
  return names.filter((name) => name !== undefined && name !== '') as string[];
}

const shortNames = [
  ['ReadWriteOnce', 'RWO'],
  ['ReadOnlyMany', 'ROX'],
  ['ReadWriteMany', 'RWX'],
  ['ReadWriteOncePod', 'RWOP'],
] as const;

/** `RWO,RWX`. */
export function shortAccessModes(modes: readonly string[] | undefined): string {
  return shortNames
    .filter(([mode]) => modes?.includes(mode))
    .map(([, short]) => short)
    .join(',');
}
