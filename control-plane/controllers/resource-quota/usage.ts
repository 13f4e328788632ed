import type { KubernetesObject, ResourceQuota } from '../../../shared/api/object.ts';
import { parseQuantity } from '../../../shared/api/quantity.ts';
import { type KindDefinition, resourceName } from '../../../shared/kinds/define-kind.ts';
import { isInScopes, trackedBy, usageOf } from '../../../shared/kinds/quota/measure.ts';
import type { KindRegistry } from '../../../shared/kinds/registry.ts';
import { type Amounts, addAmounts, onlyAmounts, sameAmounts } from '../../../shared/kinds/resources/amounts.ts';
import type { ClusterClient, ObjectChange } from '../../client.ts';
import { pages } from '../runtime/pages.ts';

const nothing = parseQuantity('0');

/** What is used of all that the quota limits and that any kind tracks, and when that changes by itself. */
export async function usedIn(
  quota: ResourceQuota,
  { client, kinds, nowMs }: { client: Pick<ClusterClient, 'list'>; kinds: KindRegistry; nowMs: number },
): Promise<{ used: Amounts; changesAt?: number }> {
  const limited = Object.keys(quota.spec?.hard ?? {});
  const { namespace = '' } = quota.metadata;
  let used: Amounts = {};
  let changesAt = Number.POSITIVE_INFINITY;
  for (const [resource, kind] of byResource(kinds)) {
    const tracked = trackedBy(kind, limited);
    if (tracked.length === 0) continue;
    used = addAmounts(used, Object.fromEntries(tracked.map((name) => [name, nothing])));
    for await (const page of pages(client, { resource, namespace })) {
      for (const object of page) {
        used = addAmounts(used, shareOf(quota, { kind, object, tracked, nowMs }));
        const at = kind.quota?.changesAt?.(object) ?? changesAt;
        if (at >= nowMs) changesAt = Math.min(changesAt, at);
      }
    }
  }
  return Number.isFinite(changesAt) ? { used, changesAt } : { used };
}

/** Whether a change of an object that has been counted changes the count. */
export function isCountedAnew(quota: ResourceQuota, kind: KindDefinition, change: ObjectChange): boolean {
  const tracked = trackedBy(kind, Object.keys(quota.spec?.hard ?? {}));
  if (tracked.length === 0) return false;
  const { type, object, previous } = change;
  if (type === 'DELETED' || !previous) return true;
  if (kind.quota?.changesAt?.(object) !== kind.quota?.changesAt?.(previous)) return true;
  const [after, before] = [object, previous].map((state) => shareOf(quota, { kind, object: state, tracked, nowMs: 0 }));
  return !sameAmounts(after!, before!);
}

/** Of several versions of a resource one is enough: they show the same objects. */
function byResource(kinds: KindRegistry): Map<string, KindDefinition> {
  return new Map(kinds.all().map((kind) => [resourceName(kind), kind]));
}

interface Counted {
  kind: KindDefinition;
  object: KubernetesObject;
  tracked: readonly string[];
  nowMs: number;
}

function shareOf(quota: ResourceQuota, { kind, object, tracked, nowMs }: Counted): Amounts {
  if (!isInScopes(quota, kind, object)) return {};
  return onlyAmounts(usageOf(kind, object, nowMs), (name) => tracked.includes(name));
}
