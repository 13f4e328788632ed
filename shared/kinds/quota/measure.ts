import type { KubernetesObject, ResourceQuota } from '../../api/object.ts';
import { parseQuantity } from '../../api/quantity.ts';
import { type KindDefinition, resourceName } from '../define-kind.ts';
import { type Amounts, addAmounts } from '../resources/amounts.ts';
import { scopesOf } from './scope.ts';

const one = parseQuantity('1');

/** The names under which the objects of a kind are counted: `count/deployments.apps`. */
function countNames(kind: KindDefinition): string[] {
  const alias = kind.quota?.countAlias;
  return [`count/${resourceName(kind)}`, ...(alias ? [alias] : [])];
}

/** Those of the limited resources that objects of this kind use up, sorted. */
export function trackedBy(kind: KindDefinition, limited: Iterable<string>): string[] {
  if (kind.scope !== 'Namespaced' || kind.quota?.isExempt) return [];
  const counts = countNames(kind);
  return [...limited].filter((name) => counts.includes(name) || kind.quota?.tracks?.(name)).sort();
}

/** What one object uses of everything that could be limited. */
export function usageOf(kind: KindDefinition, object: KubernetesObject, nowMs: number): Amounts {
  const counts = Object.fromEntries(countNames(kind).map((name) => [name, one]));
  return addAmounts(counts, kind.quota?.usage?.(object, nowMs) ?? {});
}

/** Whether a quota means this object; what it limits is another question. */
export function isInScopes(quota: ResourceQuota, kind: KindDefinition, object: KubernetesObject): boolean {
  return scopesOf(quota).every((scope) => kind.quota?.isInScope?.(object, scope) ?? false);
}
