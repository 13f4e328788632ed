import type { PersistentVolume, PersistentVolumeClaim } from '../../api/object.ts';

/** Where the class was named before it had a field. */
export const storageClassAnnotation = 'volume.beta.kubernetes.io/storage-class';

/** Empty without one. */
export function storageClassOf({ metadata, spec }: PersistentVolume | PersistentVolumeClaim): string {
  return metadata.annotations?.[storageClassAnnotation] ?? spec?.storageClassName ?? '';
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
