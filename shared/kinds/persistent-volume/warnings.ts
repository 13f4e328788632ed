import type { PersistentVolume } from '../../api/object.ts';

const annotations: Readonly<Record<string, string>> = {
  'volume.beta.kubernetes.io/storage-class': 'deprecated since v1.8; use "storageClassName" attribute instead',
  'volume.beta.kubernetes.io/mount-options': 'deprecated since v1.31; use "mountOptions" attribute instead',
};

/** Sources whose drivers are gone, and the names that the warnings give them. */
const sources = {
  cephfs: 'cephfs: deprecated in v1.28, non-functional in v1.31+',
  photonPersistentDisk: 'photonPersistentDisk: deprecated in v1.11, non-functional in v1.16+',
  scaleIO: 'scaleIO: deprecated in v1.16, non-functional in v1.22+',
  storageos: 'storageOS: deprecated in v1.22, non-functional in v1.25+',
  glusterfs: 'glusterfs: deprecated in v1.25, non-functional in v1.26+',
  rbd: 'rbd: deprecated in v1.28, non-functional in v1.31+',
} as const;

export function persistentVolumeWarnings({ metadata, spec = {} }: PersistentVolume): string[] {
  const names = Object.keys(annotations).filter((name) => metadata.annotations?.[name] !== undefined);
  const recycled =
    'spec.persistentVolumeReclaimPolicy: The Recycle reclaim policy is deprecated. Instead, the recommended approach is to use dynamic provisioning.';
  const gone = (Object.keys(sources) as (keyof typeof sources)[]).filter((source) => spec[source]);
  return [
    ...names.map((name) => `metadata.annotations[${name}]: ${annotations[name]}`),
    ...(spec.persistentVolumeReclaimPolicy === 'Recycle' ? [recycled] : []),
    ...gone.map((source) => `spec.${sources[source]}`),
  ];
}
