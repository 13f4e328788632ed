import type { V1NamedRuleWithOperations } from '@kubernetes/client-node';
import type { MatchResources, Wire } from '../../../../shared/api/object.ts';
import { type LabelSelector, labelSelectorFromObject } from '../../../../shared/api/selectors.ts';
import type { KindDefinition } from '../../../../shared/kinds/define-kind.ts';
import type { KindRegistry } from '../../../../shared/kinds/registry.ts';
import type { AdmissionRequest } from '../admission.ts';
import { formNamedBy, selectsNamespace, selectsObject } from '../selection.ts';

type Rule = Wire<V1NamedRuleWithOperations>;

/** Which requests a policy or a binding means, ready to be asked. */
export interface Match {
  namespaceSelector: LabelSelector;
  objectSelector: LabelSelector;
  resourceRules: readonly Rule[];
  excludeResourceRules: readonly Rule[];
  isExact: boolean;
}

export function matchOf(resources: MatchResources | undefined): Match {
  return {
    namespaceSelector: labelSelectorFromObject(resources?.namespaceSelector ?? {}),
    objectSelector: labelSelectorFromObject(resources?.objectSelector ?? {}),
    resourceRules: resources?.resourceRules ?? [],
    excludeResourceRules: resources?.excludeResourceRules ?? [],
    isExact: resources?.matchPolicy === 'Exact',
  };
}

/** The form in which the rules name what the request is about; undefined for a request that is not meant. */
export function matchRequest(
  kinds: Pick<KindRegistry, 'all'>,
  match: Match,
  request: AdmissionRequest,
): KindDefinition | undefined {
  const { resourceRules, excludeResourceRules, isExact } = match;
  if (!selectsObject(match.objectSelector, request)) return undefined;
  const form =
    resourceRules.length === 0 ? request.served : formNamedBy(kinds, request, { rules: resourceRules, isExact });
  if (!form || !selectsNamespace(match.namespaceSelector, request)) return undefined;
  return formNamedBy(kinds, request, { rules: excludeResourceRules, isExact }) ? undefined : form;
}
