import type { PolicyRule } from '../../../../shared/api/object.ts';
import type { UserInfo } from '../../registry/registry.ts';
import type { Decision, RequestAttributes } from '../authorize.ts';
import { type RoleRef, roleNotFound } from './policy.ts';
import type { Grants, PolicyCache } from './policy-cache.ts';
import { ruleAllows } from './rules.ts';

/** Decisions out of the cluster's roles and bindings. */
export interface Rbac {
  authorize(user: UserInfo, attributes: RequestAttributes): Decision;
  /** All rules that a user has in a namespace, those over the whole cluster included. */
  rulesFor(user: UserInfo, namespace: string): ResolvedRules;
  /** What a role says. Throws NotFound. `namespace` is that of the binding which refers to it, or empty. */
  rulesOfRole(role: RoleRef, namespace: string): readonly PolicyRule[];
}

export interface ResolvedRules {
  rules: PolicyRule[];
  /** What stood in the way of finding all. */
  errors: string[];
}

export function createRbac(policy: PolicyCache): Rbac {
  function rulesOfRole(role: RoleRef, namespace: string): readonly PolicyRule[] {
    const rules = policy.rules(role, namespace);
    if (!rules) throw roleNotFound(role);
    return rules;
  }

  return {
    authorize(user, attributes) {
      const visit = new Visit(policy, user, (rule) => ruleAllows(rule, attributes));
      const namespace = 'path' in attributes ? '' : attributes.namespace;
      const source = visit.cluster() ?? (namespace === '' ? undefined : visit.namespace(namespace));
      if (source !== undefined) return { allowed: true, reason: `RBAC: allowed by ${source}` };
      return visit.errors.length > 0
        ? { allowed: false, reason: `RBAC: ${aggregate(visit.errors)}` }
        : { allowed: false };
    },
    rulesFor(user, namespace) {
      const rules: PolicyRule[] = [];
      const visit = new Visit(policy, user, (rule) => {
        rules.push(rule);
        return false;
      });
      visit.cluster();
      if (namespace !== '') visit.namespace(namespace);
      return { rules, errors: visit.errors };
    },
    rulesOfRole,
  };
}

/** One walk over the rules of a user, which ends at the first that is the right one. */
class Visit {
  readonly errors: string[] = [];
  readonly #policy: PolicyCache;
  readonly #user: UserInfo;
  readonly #isRight: (rule: PolicyRule) => boolean;

  constructor(policy: PolicyCache, user: UserInfo, isRight: (rule: PolicyRule) => boolean) {
    this.#policy = policy;
    this.#user = user;
    this.#isRight = isRight;
  }

  /** The binding that led to the right rule. */
  cluster(): string | undefined {
    return this.#among(this.#policy.clusterGrants(), '');
  }

  namespace(namespace: string): string | undefined {
    return this.#among(this.#policy.namespaceGrants(namespace), namespace);
  }

  #among({ users, groups }: Grants, namespace: string): string | undefined {
    const found = this.#held(users.get(this.#user.name), namespace);
    if (found !== undefined) return found;
    for (const group of this.#user.groups) {
      const byGroup = this.#held(groups.get(group), namespace);
      if (byGroup !== undefined) return byGroup;
    }
    return undefined;
  }

  #held(grants: ReturnType<Grants['users']['get']>, namespace: string): string | undefined {
    if (!grants) return undefined;
    for (const { role, source } of grants.values()) {
      const rules = this.#policy.rules(role, namespace);
      if (!rules) this.errors.push(roleNotFound(role).message);
      else if (rules.some(this.#isRight)) return source;
    }
    return undefined;
  }
}

/** Several errors in one text; each is told once. */
export function aggregate(errors: readonly string[]): string {
  const distinct = [...new Set(errors)];
  return distinct.length === 1 ? distinct[0]! : `[${distinct.join(', ')}]`;
}
