import { jsonEqual } from '../../api/json.ts';
import type { ClusterRole, PolicyRule } from '../../api/object.ts';
import { type LabelSelector, labelSelectorFromObject } from '../../api/selectors.ts';

/** The selectors of an aggregated role; none for any other role. */
export function aggregationSelectors({ aggregationRule }: ClusterRole): LabelSelector[] {
  return (aggregationRule?.clusterRoleSelectors ?? []).map(labelSelectorFromObject);
}

/**
 * The rules that an aggregated role has to have: those of the roles that each of its selectors finds, in turn and by
 * name, each rule once.
 */
export function aggregatedRules(role: ClusterRole, all: readonly ClusterRole[]): PolicyRule[] {
  const others = all.filter(({ metadata }) => metadata.name !== role.metadata.name).sort(byName);
  const rules: PolicyRule[] = [];
  for (const selector of aggregationSelectors(role)) {
    for (const other of others) {
      if (!selector.matches(other.metadata.labels ?? {})) continue;
      for (const rule of other.rules ?? []) {
        if (!rules.some((known) => jsonEqual(known, rule))) rules.push(rule);
      }
    }
  }
  return rules;
}

function byName(a: ClusterRole, b: ClusterRole): number {
  return (a.metadata.name ?? '') < (b.metadata.name ?? '') ? -1 : 1;
}
