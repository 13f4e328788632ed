import type { KubernetesObject } from '../../../shared/api/object.ts';
import type { ClusterClient } from '../../client.ts';
import { keyOf, sameState, writeAll } from '../runtime/write.ts';

export function isHeldBy({ metadata }: KubernetesObject, finalizer: string): boolean {
  return metadata.deletionTimestamp !== undefined && metadata.finalizers?.includes(finalizer) === true;
}

/** Takes away what keeps an object that is being deleted. */
export async function release(
  client: ClusterClient,
  { resource, object, finalizer }: { resource: string; object: KubernetesObject; finalizer: string },
): Promise<void> {
  const finalizers = (object.metadata.finalizers ?? []).filter((name) => name !== finalizer);
  const patch = { metadata: { finalizers } };
  await writeAll(client, [{ verb: 'patch', key: keyOf(resource, object), patch, preconditions: sameState(object) }]);
}
