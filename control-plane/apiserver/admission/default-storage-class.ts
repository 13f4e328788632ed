import type { PersistentVolumeClaim } from '../../../shared/api/object.ts';
import { storageClassAnnotation } from '../../../shared/kinds/persistent-volume-claim/class.ts';
import { isDefaultStorageClass } from '../../../shared/kinds/storage-class.ts';
import type { AdmissionPlugin } from './admission.ts';
import { newest } from './newest.ts';

/** A claim that says nothing of a class, not even that it wants none, gets the default one; of several the newest. */
export const defaultStorageClass: AdmissionPlugin = {
  name: 'DefaultStorageClass',
  operations: ['CREATE'],
  resources: ['persistentvolumeclaims'],
  admit({ object, list }) {
    const { metadata, spec } = object as PersistentVolumeClaim;
    if (!spec || spec.storageClassName !== undefined) return;
    if (metadata.annotations?.[storageClassAnnotation] !== undefined) return;
    const classes = list('storageclasses.storage.k8s.io');
    const chosen = newest(classes.filter((one) => isDefaultStorageClass(one.metadata)));
    if (chosen?.metadata.name) spec.storageClassName = chosen.metadata.name;
  },
};
