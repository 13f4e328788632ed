import type { KubernetesObject, PersistentVolume } from '../../shared/api/object.ts';
import { defineController } from './runtime/controller.ts';
import { isHeldBy, release } from './volumes/release.ts';

const resource = 'persistentvolumes';
const finalizer = 'kubernetes.io/pv-protection';

/** Lets a volume that is being deleted go when it is not bound to a claim. Key: its name. */
export default defineController({
  name: 'pv-protection-controller',
  watches: [
    {
      resource,
      toKeys: ({ type, object }) =>
        type !== 'DELETED' && isHeldBy(object, finalizer) ? [object.metadata.name ?? ''] : [],
    },
  ],
  async reconcile(name, { client }) {
    const volume = await client.get<KubernetesObject>({ resource, namespace: '', name });
    if (!volume || !isHeldBy(volume, finalizer)) return undefined;
    if ((volume as unknown as PersistentVolume).status?.phase === 'Bound') return undefined;
    await release(client, { resource, object: volume, finalizer });
    return undefined;
  },
});
