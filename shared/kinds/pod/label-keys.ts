import type { PodSpec } from '../../api/object.ts';

type Labels = Readonly<Record<string, string>>;
type Term = NonNullable<
  NonNullable<NonNullable<PodSpec['affinity']>['podAffinity']>['requiredDuringSchedulingIgnoredDuringExecution']
>[number];
type LabelSelector = NonNullable<Term['labelSelector']>;

/**
 * Selectors that say "the Pods that have the same value of this label as I" get the value that the Pod has, so that they
 * can be understood without the Pod. A label that the Pod lacks says nothing.
 */
export function resolveLabelKeys(spec: PodSpec, labels: Labels): void {
  const { podAffinity, podAntiAffinity } = spec.affinity ?? {};
  for (const affinity of [podAffinity, podAntiAffinity]) {
    const preferred = affinity?.preferredDuringSchedulingIgnoredDuringExecution ?? [];
    const required = affinity?.requiredDuringSchedulingIgnoredDuringExecution ?? [];
    for (const term of [...required, ...preferred.map(({ podAffinityTerm }) => podAffinityTerm)]) {
      narrow(term.labelSelector, { keys: term.matchLabelKeys, operator: 'In', labels });
      narrow(term.labelSelector, { keys: term.mismatchLabelKeys, operator: 'NotIn', labels });
    }
  }
  for (const { labelSelector, matchLabelKeys } of spec.topologySpreadConstraints ?? []) {
    narrow(labelSelector, { keys: matchLabelKeys, operator: 'In', labels });
  }
}

interface Requirements {
  keys: readonly string[] | undefined;
  operator: 'In' | 'NotIn';
  labels: Labels;
}

/** A selector that is absent selects nothing, and goes on doing so. */
function narrow(selector: LabelSelector | undefined, { keys = [], operator, labels }: Requirements): void {
  if (!selector) return;
  const added = keys.flatMap((key) => {
    const value = Object.hasOwn(labels, key) ? labels[key] : undefined;
    return value === undefined ? [] : [{ key, operator, values: [value] }];
  });
  if (added.length > 0) selector.matchExpressions = [...(selector.matchExpressions ?? []), ...added];
}
