import { jsonEqual } from '../../../../shared/api/json.ts';
import type { KubernetesObject, PolicyRule, RbacSubject } from '../../../../shared/api/object.ts';
import { compactRules, uncovered } from '../rbac/covers.ts';
import { autoUpdateAnnotation } from './policy.ts';

/** The fields of roles and bindings that a new version may have more in. */
interface PolicyFields {
  rules?: PolicyRule[];
  aggregationRule?: { clusterRoleSelectors?: object[] };
  subjects?: RbacSubject[];
  roleRef?: object;
}

/**
 * An object of the policy as it should be: with everything that this version grants and with what somebody has added.
 * Undefined: it stays as it is, because nothing is missing, or because somebody wants it so.
 */
export function reconciled(expected: KubernetesObject, live: KubernetesObject): KubernetesObject | undefined {
  const { annotations = {}, labels = {} } = live.metadata;
  if (annotations[autoUpdateAnnotation] !== undefined && annotations[autoUpdateAnnotation] !== 'true') return undefined;
  const [wanted, held] = [expected as PolicyFields, live as PolicyFields];
  // What a binding refers to cannot be changed, and nobody but its owner knows whether it should.
  if (!jsonEqual(wanted.roleRef ?? null, held.roleRef ?? null)) return undefined;
  const next: KubernetesObject = {
    ...live,
    metadata: {
      ...live.metadata,
      labels: { ...labels, ...expected.metadata.labels },
      annotations: { ...annotations, ...expected.metadata.annotations },
    },
    ...(wanted.aggregationRule ? withSelectors(wanted, held) : withRules(wanted, held)),
    ...withSubjects(wanted, held),
  };
  return jsonEqual(next, live) ? undefined : next;
}

function withRules({ rules }: PolicyFields, held: PolicyFields): PolicyFields {
  if (!rules) return {};
  const missing = uncovered(held.rules ?? [], rules);
  return missing.length === 0 ? {} : { rules: [...(held.rules ?? []), ...compactRules(missing)] };
}

/** The rules of an aggregated role are the business of its controller. */
function withSelectors({ aggregationRule }: PolicyFields, held: PolicyFields): PolicyFields {
  const selectors = held.aggregationRule?.clusterRoleSelectors ?? [];
  const missing = without(aggregationRule?.clusterRoleSelectors ?? [], selectors);
  return missing.length === 0 ? {} : { aggregationRule: { clusterRoleSelectors: [...selectors, ...missing] } };
}

function withSubjects({ subjects = [] }: PolicyFields, held: PolicyFields): PolicyFields {
  const missing = without(subjects, held.subjects ?? []);
  return missing.length === 0 ? {} : { subjects: [...(held.subjects ?? []), ...missing] };
}

function without<T extends object>(wanted: readonly T[], held: readonly T[]): T[] {
  return wanted.filter((item) => !held.some((known) => jsonEqual(known, item)));
}
