import type { Store } from '../../../store/store.ts';
import type { AdmissionPlugin } from '../admission.ts';
import { compileMutatingPolicy, compileValidatingPolicy } from './compile.ts';
import { type MutatingPolicies, mutatingPolicies } from './mutating.ts';
import { createParamAccess } from './param-access.ts';
import { createPolicySource } from './source.ts';
import { type PolicyDeps, type ValidatingPolicies, validatingPolicies } from './validating.ts';

const group = 'admissionregistration.k8s.io';

/**
 * The two plugins that evaluate policies, and one that looks at who writes them. What they need is in the cluster's own
 * store, so that nobody waits.
 */
export function createPolicies(
  store: Pick<Store, 'list' | 'onCommit'>,
  deps: PolicyDeps,
): { mutating: AdmissionPlugin; validating: AdmissionPlugin; paramAccess: AdmissionPlugin } {
  const validating: ValidatingPolicies = createPolicySource(store, {
    resources: {
      policies: `validatingadmissionpolicies.${group}`,
      bindings: `validatingadmissionpolicybindings.${group}`,
    },
    compile: compileValidatingPolicy,
  });
  const mutating: MutatingPolicies = createPolicySource(store, {
    resources: { policies: `mutatingadmissionpolicies.${group}`, bindings: `mutatingadmissionpolicybindings.${group}` },
    compile: compileMutatingPolicy,
  });
  return {
    mutating: mutatingPolicies(deps, mutating),
    validating: validatingPolicies(deps, validating),
    paramAccess: createParamAccess(deps),
  };
}
