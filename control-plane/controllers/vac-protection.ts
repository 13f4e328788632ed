import type { KubernetesObject, PersistentVolume, PersistentVolumeClaim } from '../../shared/api/object.ts';
import { attributesClassesOf } from '../../shared/kinds/persistent-volume-claim/class.ts';
import type { ObjectChange } from '../client.ts';
import { defineController } from './runtime/controller.ts';
import { isHeldBy, release } from './volumes/release.ts';

const resource = 'volumeattributesclasses.storage.k8s.io';
const finalizer = 'kubernetes.io/vac-protection';

/** Lets a class of volume attributes that is being deleted go when no claim and no volume names it. Key: its name. */
export default defineController({
  name: 'vac-protection-controller',
  watches: [
    {
      resource,
      toKeys: ({ type, object }) =>
        type !== 'DELETED' && isHeldBy(object, finalizer) ? [object.metadata.name ?? ''] : [],
    },
    { resource: 'persistentvolumeclaims', toKeys: (change) => letGo(change, classesOfClaim) },
    { resource: 'persistentvolumes', toKeys: (change) => letGo(change, classesOfVolume) },
  ],
  async reconcile(name, { client }) {
    const found = await client.get<KubernetesObject>({ resource, namespace: '', name });
    if (!found || !isHeldBy(found, finalizer)) return undefined;
    const { items: claims } = await client.list<KubernetesObject>({ resource: 'persistentvolumeclaims' });
    if (claims.some((claim) => classesOfClaim(claim).includes(name))) return undefined;
    const { items: volumes } = await client.list<KubernetesObject>({ resource: 'persistentvolumes' });
    if (volumes.some((volume) => classesOfVolume(volume).includes(name))) return undefined;
    await release(client, { resource, object: found, finalizer });
    return undefined;
  },
});

function classesOfClaim(claim: KubernetesObject): string[] {
  return attributesClassesOf(claim as unknown as PersistentVolumeClaim);
}

function classesOfVolume(volume: KubernetesObject): string[] {
  const name = (volume as unknown as PersistentVolume).spec?.volumeAttributesClassName;
  return name ? [name] : [];
}

/** The classes that an object named and does not name any longer. */
function letGo({ type, object, previous }: ObjectChange, classesOf: (object: KubernetesObject) => string[]): string[] {
  if (type === 'DELETED') return classesOf(object);
  const kept = classesOf(object);
  return previous ? classesOf(previous).filter((name) => !kept.includes(name)) : [];
}
