import type { KubernetesObject, ResourceQuota } from '../../../../shared/api/object.ts';
import type { KindDefinition } from '../../../../shared/kinds/define-kind.ts';
import { isInScopes, trackedBy, usageOf } from '../../../../shared/kinds/quota/measure.ts';
import {
  type Amounts,
  addAmounts,
  amountsOf,
  describeAmounts,
  onlyAmounts,
  subtractAmounts,
} from '../../../../shared/kinds/resources/amounts.ts';

/** A write as the quotas see it. */
export interface Use {
  kind: KindDefinition;
  object: KubernetesObject;
  /** State before; absent for a new object. */
  old?: KubernetesObject;
  nowMs: number;
}

/** What a quota is to be charged with. */
export interface Charge {
  name: string;
  amounts: Amounts;
}

export type Outcome = { charges: Charge[] } | { refusal: string };

/** Asks each quota that means the object; the first that has too little left refuses. */
export function chargesFor(quotas: readonly ResourceQuota[], use: Use): Outcome {
  const concerned: { quota: ResourceQuota; tracked: string[] }[] = [];
  for (const quota of quotas) {
    // What the controller has not taken note of yet is not in force yet.
    const tracked = trackedBy(use.kind, Object.keys(quota.status?.hard ?? {}));
    if (tracked.length === 0 || !isInScopes(quota, use.kind, use.object)) continue;
    const refusal = uncountable(quota, tracked, use);
    if (refusal) return { refusal };
    concerned.push({ quota, tracked });
  }
  const charges: Charge[] = [];
  for (const { quota, tracked } of concerned) {
    const amounts = onlyAmounts(change(quota, use), (name, { nano }) => tracked.includes(name) && nano > 0n);
    if (Object.keys(amounts).length === 0) continue;
    const refusal = exceeded(quota, amounts);
    if (refusal) return { refusal };
    charges.push({ name: quota.metadata.name ?? '', amounts });
  }
  return { charges };
}

function uncountable(quota: ResourceQuota, tracked: readonly string[], { kind, object }: Use): string | undefined {
  const name = quota.metadata.name ?? '';
  const why = kind.quota?.uncountable?.(object, tracked);
  if (why) return `failed quota: ${name}: ${why}`;
  const used = quota.status?.used ?? {};
  const isKnown = tracked.every((resource) => used[resource] !== undefined);
  return isKnown ? undefined : `status unknown for quota: ${name}, resources: ${tracked.join(',')}`;
}

/** What the write adds, if the quota has been charged with the object before. */
function change(quota: ResourceQuota, { kind, object, old, nowMs }: Use): Amounts {
  const usage = usageOf(kind, object, nowMs);
  if (!old || !isInScopes(quota, kind, old)) return usage;
  return subtractAmounts(usage, usageOf(kind, old, nowMs));
}

function exceeded({ metadata, status }: ResourceQuota, requested: Amounts): string | undefined {
  const hard = amountsOf(status?.hard);
  const used = amountsOf(status?.used);
  const sum = addAmounts(used, requested);
  const isExceeded = (name: string) =>
    requested[name] !== undefined && hard[name] !== undefined && sum[name]!.nano > hard[name].nano;
  if (!Object.keys(hard).some(isExceeded)) return undefined;
  const [asked, taken, limits] = [requested, used, hard].map((all) => describeAmounts(onlyAmounts(all, isExceeded)));
  return `exceeded quota: ${metadata.name}, requested: ${asked}, used: ${taken}, limited: ${limits}`;
}
