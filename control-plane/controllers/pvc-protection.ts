import type { KubernetesObject, Pod } from '../../shared/api/object.ts';
import { defineController } from './runtime/controller.ts';
import { namespacedKey, splitKey } from './runtime/key.ts';
import { isHeldBy, release } from './volumes/release.ts';

const resource = 'persistentvolumeclaims';
const finalizer = 'kubernetes.io/pvc-protection';

/**
 * Lets a claim that is being deleted go when no Pod that a node has got uses it. A Pod without a node does not hold it:
 * no node starts Pods whose claim is on its way out. Key: namespace and name of the claim.
 */
export default defineController({
  name: 'pvc-protection-controller',
  watches: [
    {
      resource,
      toKeys: ({ type, object }) => (type !== 'DELETED' && isHeldBy(object, finalizer) ? [namespacedKey(object)] : []),
    },
    {
      resource: 'pods',
      toKeys: ({ type, object, key }) =>
        type === 'DELETED' ? claimNames(object as unknown as Pod).map((name) => `${key.namespace}/${name}`) : [],
    },
  ],
  async reconcile(key, { client }) {
    const { namespace, name } = splitKey(key);
    const claim = await client.get<KubernetesObject>({ resource, namespace, name });
    if (!claim || !isHeldBy(claim, finalizer)) return undefined;
    const { items } = await client.list<KubernetesObject>({ resource: 'pods', namespace });
    const pods = items as unknown as Pod[];
    if (pods.some((pod) => pod.spec?.nodeName && claimNames(pod).includes(name))) return undefined;
    await release(client, { resource, object: claim, finalizer });
    return undefined;
  },
});

/** The claims that a Pod mounts, those that were made for it included. */
function claimNames({ metadata, spec }: Pod): string[] {
  return (spec?.volumes ?? []).flatMap(({ name, persistentVolumeClaim, ephemeral }) => {
    if (persistentVolumeClaim) return [persistentVolumeClaim.claimName];
    return ephemeral ? [`${metadata.name}-${name}`] : [];
  });
}
