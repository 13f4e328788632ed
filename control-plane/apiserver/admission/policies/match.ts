import type { V1NamedRuleWithOperations } from '@kubernetes/client-node';
import { notFound } from '../../../../shared/api/errors.ts';
import type { KubernetesObject, MatchResources, Wire } from '../../../../shared/api/object.ts';
import { type LabelSelector, labelSelectorFromObject } from '../../../../shared/api/selectors.ts';
import type { KindDefinition } from '../../../../shared/kinds/define-kind.ts';
import type { KindRegistry } from '../../../../shared/kinds/registry.ts';
import type { AdmissionRequest } from '../admission.ts';
import { matchesRule } from '../webhooks/match-rules.ts';

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
  if (!selectsObject(match.objectSelector, request)) return undefined;
  const form = match.resourceRules.length === 0 ? request.served : formOf(kinds, match, match.resourceRules, request);
  if (!form || !selectsNamespace(match.namespaceSelector, request)) return undefined;
  return formOf(kinds, match, match.excludeResourceRules, request) ? undefined : form;
}

function selectsObject(selector: LabelSelector, { object, old }: AdmissionRequest): boolean {
  if (selector.isEmpty()) return true;
  const selects = (one: KubernetesObject | undefined) => one !== undefined && selector.matches(one.metadata?.labels);
  return selects(object) || selects(old);
}

function selectsNamespace(selector: LabelSelector, request: AdmissionRequest): boolean {
  if (selector.isEmpty()) return true;
  const { resource, namespace, name, object, operation, subresource, get } = request;
  const isNamespace = resource === 'namespaces';
  // Nothing exempts what is in no namespace.
  if (namespace === '' && !isNamespace) return true;
  if (isNamespace && !subresource && operation !== 'DELETE') return selector.matches(object?.metadata.labels);
  const key = { resource: 'namespaces', namespace: '', name: isNamespace ? name : namespace };
  const found = get(key);
  if (!found) throw notFound({ resource: 'namespaces', name: key.name });
  return selector.matches(found.metadata.labels);
}

function formOf(
  kinds: Pick<KindRegistry, 'all'>,
  { isExact }: Match,
  rules: readonly Rule[],
  request: AdmissionRequest,
): KindDefinition | undefined {
  if (rules.length === 0) return undefined;
  const meets = (form: KindDefinition) => rules.some((rule) => meetsRule(rule, request, form));
  if (meets(request.served)) return request.served;
  if (isExact) return undefined;
  const { kind, served } = request;
  // The same objects in other versions and groups.
  return kinds.all().find((form) => form !== served && (form === kind || form.servedForm?.of === kind) && meets(form));
}

function meetsRule(rule: Rule, request: AdmissionRequest, form: KindDefinition): boolean {
  const { operation, subresource = '', name } = request;
  const { group, version, plural, scope } = form;
  const subject = { operation, group, version, plural, subresource, isNamespaced: scope === 'Namespaced' };
  return matchesRule(rule, subject) && (!rule.resourceNames?.length || rule.resourceNames.includes(name));
}
