import type {
  KubernetesObject,
  MutatingAdmissionPolicy,
  MutatingAdmissionPolicyBinding,
  ValidatingAdmissionPolicy,
  ValidatingAdmissionPolicyBinding,
} from '../../../../shared/api/object.ts';
import type { Store } from '../../../store/store.ts';
import { type Match, matchOf } from './match.ts';

export type Policy = ValidatingAdmissionPolicy | MutatingAdmissionPolicy;
export type Binding = ValidatingAdmissionPolicyBinding | MutatingAdmissionPolicyBinding;

/** A policy with all that puts it to use. */
export interface Bound<P extends Policy, B extends Binding, C> {
  policy: P;
  match: Match;
  bindings: readonly { binding: B; match: Match }[];
  /** Compiled when it is first asked for, and once for each form of the policy. */
  compiled(): C;
}

export interface PolicySource<P extends Policy, B extends Binding, C> {
  /** In the order of their names. */
  readonly active: readonly Bound<P, B, C>[];
}

interface SourceOptions<P extends Policy, C> {
  resources: { policies: string; bindings: string };
  compile(policy: P): C;
}

/**
 * The policies that have bindings. Read at the start and again after each change of one, never within a transaction:
 * what a write of a cluster without policies costs is a look at an empty list.
 */
export function createPolicySource<P extends Policy, B extends Binding, C>(
  store: Pick<Store, 'list' | 'onCommit'>,
  { resources, compile }: SourceOptions<P, C>,
): PolicySource<P, B, C> {
  const compiled = new Map<string, { generation: string; result: C }>();
  const all = <T extends KubernetesObject>(resource: string) =>
    store.list({ resource }).items.map(({ json }) => JSON.parse(json) as T);
  const compileOnce = (policy: P) => {
    const { uid = '', generation = 0 } = policy.metadata;
    const known = compiled.get(uid);
    if (known?.generation === String(generation)) return known.result;
    const result = compile(policy);
    compiled.set(uid, { generation: String(generation), result });
    return result;
  };
  const read = () => {
    const bindings = all<B>(resources.bindings);
    const policies = bindings.length === 0 ? [] : all<P>(resources.policies);
    const uids = new Set(policies.map(({ metadata }) => metadata.uid));
    for (const uid of compiled.keys()) if (!uids.has(uid)) compiled.delete(uid);
    return policies.flatMap((policy) => bind(policy, bindings, compileOnce));
  };
  let active = read();
  store.onCommit((changes) => {
    if (changes.some(({ key }) => key.resource === resources.policies || key.resource === resources.bindings)) {
      active = read();
    }
  });
  return {
    get active() {
      return active;
    },
  };
}

function bind<P extends Policy, B extends Binding, C>(
  policy: P,
  bindings: readonly B[],
  compile: (policy: P) => C,
): Bound<P, B, C>[] {
  const own = bindings.filter(({ spec }) => spec?.policyName === policy.metadata.name);
  if (own.length === 0) return [];
  return [
    {
      policy,
      match: matchOf(policy.spec?.matchConstraints),
      bindings: own.map((binding) => ({ binding, match: matchOf(binding.spec?.matchResources) })),
      compiled: () => compile(policy),
    },
  ];
}
