import type { KubernetesObject } from '../../../shared/api/object.ts';
import type { LabelSelector } from '../../../shared/api/selectors.ts';
import type { ClusterClient, WriteOperation } from '../../client.ts';
import { controllerOf } from '../pods/pod-state.ts';
import { referenceTo } from '../replication/replica-owner.ts';
import { keyOf, sameState, writeAll } from '../runtime/write.ts';

export interface Claimant {
  apiVersion: string;
  kind: string;
  object: KubernetesObject;
  selector: LabelSelector;
}

/**
 * The objects of a resource that belong to a controller, after taking those that match and have no controller (and that
 * it may have: `mayAdopt`) and letting go of those that no longer match. One that is being deleted keeps what it has.
 */
export async function claimObjects<T extends KubernetesObject>(
  client: ClusterClient,
  resource: string,
  { object, selector, ...owner }: Claimant,
  mayAdopt: (candidate: T) => boolean = () => true,
): Promise<T[]> {
  const { namespace, uid, deletionTimestamp } = object.metadata;
  const [owned, matching] = await Promise.all([
    client.list<T>({ resource, namespace, owner: uid }),
    client.list<T>({ resource, namespace, labelSelector: selector.toString() }),
  ]);
  const mine = owned.items.filter((item) => controllerOf(item)?.uid === uid);
  if (deletionTimestamp) return mine;
  const isFree = (item: T) => !controllerOf(item) && !item.metadata.deletionTimestamp;
  const orphans = matching.items.filter((item) => isFree(item) && mayAdopt(item));
  const strangers = mine.filter((item) => !selector.matches(item.metadata.labels));
  const withOwners = (item: T, ownerReferences: unknown[]): WriteOperation => ({
    ...{ verb: 'patch', key: keyOf(resource, item), preconditions: sameState(item) },
    patch: { metadata: { ownerReferences } },
  });
  await writeAll(client, [
    ...orphans.map((item) => withOwners(item, [...(item.metadata.ownerReferences ?? []), referenceTo(owner, object)])),
    ...strangers.map((item) => {
      const others = (item.metadata.ownerReferences ?? []).filter((reference) => reference.uid !== uid);
      return withOwners(item, others);
    }),
  ]);
  return [...mine.filter((item) => !strangers.includes(item)), ...orphans];
}
