import { jsonEqual } from '../../shared/api/json.ts';
import type { KubernetesObject, ResourceQuota } from '../../shared/api/object.ts';
import type { KindRegistry } from '../../shared/kinds/registry.ts';
import { amountsOf, onlyAmounts, sameAmounts, textsOf } from '../../shared/kinds/resources/amounts.ts';
import type { ObjectChange } from '../client.ts';
import { isCountedAnew, usedIn } from './resource-quota/usage.ts';
import { defineController, type Reader } from './runtime/controller.ts';
import { namespacedKey, splitKey } from './runtime/key.ts';
import { writeAll } from './runtime/write.ts';

const resource = 'resourcequotas';

/**
 * Takes note of what a quota limits and counts what is used of it: when the quota changes, and when something has left
 * its namespace or uses another amount. What is added is charged by admission, in the transaction that adds it.
 * Key: namespace and name of the quota.
 */
export default defineController({
  name: 'resourcequota-controller',
  watches: [
    { resource, toKeys: (change) => (isToBeNoted(change) ? [namespacedKey(change.object)] : []) },
    { resource: '*', toKeys: (change, { reader, kinds }) => quotasConcerned(change, reader, kinds) },
  ],
  async reconcile(key, { client, clock, kinds }) {
    const quota = await client.get<ResourceQuota>({ resource, ...splitKey(key) });
    if (!quota) return undefined;
    const hard = quota.spec?.hard ?? {};
    const known = amountsOf(quota.status?.used);
    const nowMs = clock.now();
    const { used: counted, changesAt } = await usedIn(quota, { client, kinds, nowMs });
    const again = changesAt === undefined ? undefined : { requeueAfterMs: changesAt - nowMs + 1 };
    // What nobody can count keeps its number.
    const used = onlyAmounts({ ...known, ...counted }, (name) => hard[name] !== undefined);
    const isNoted = quota.status?.used !== undefined && jsonEqual(quota.status.hard, hard);
    if (isNoted && sameAmounts(used, known)) return again;
    // Its resourceVersion is that of before the count: what was charged meanwhile makes this fail and start again.
    const object = { ...quota, status: { hard, used: textsOf(used) } } as unknown as KubernetesObject;
    await writeAll(client, [{ verb: 'update', resource, object, subresource: 'status' }], { ignore: ['NotFound'] });
    return again;
  },
});

/**
 * Also when the limits in the status change, as they do by this controller's own hand: only from then on is charged
 * what is added, and something may have been added while it counted.
 */
function isToBeNoted({ type, object, previous }: ObjectChange): boolean {
  if (type !== 'MODIFIED') return type === 'ADDED';
  const [after, before] = [object, previous] as unknown as [ResourceQuota, ResourceQuota | undefined];
  return !jsonEqual(after.spec, before?.spec) || !jsonEqual(after.status?.hard, before?.status?.hard);
}

async function quotasConcerned(change: ObjectChange, reader: Reader, kinds: KindRegistry): Promise<string[]> {
  const { type, key } = change;
  const kind = kinds.byResource(key.resource);
  if (!kind || !key.namespace || type === 'ADDED' || (type === 'MODIFIED' && !kind.quota?.usage)) return [];
  const { items } = await reader.list<ResourceQuota>({ resource, namespace: key.namespace });
  return items
    .filter((quota) => isCountedAnew(quota, kind, change))
    .map((quota) => `${key.namespace}/${quota.metadata.name}`);
}
