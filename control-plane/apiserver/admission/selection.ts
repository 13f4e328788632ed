import { notFound } from '../../../shared/api/errors.ts';
import type { KubernetesObject } from '../../../shared/api/object.ts';
import type { LabelSelector } from '../../../shared/api/selectors.ts';
import type { AdmissionRule } from '../../../shared/kinds/admission-webhooks/validate-rules.ts';
import type { KindDefinition } from '../../../shared/kinds/define-kind.ts';
import type { KindRegistry } from '../../../shared/kinds/registry.ts';
import type { AdmissionRequest } from './admission.ts';
import { matchesRule } from './webhooks/match-rules.ts';

/** Which requests webhooks and policies mean, as both write it. */

export function selectsObject(selector: LabelSelector, { object, old }: AdmissionRequest): boolean {
  if (selector.isEmpty()) return true;
  const selects = (one: KubernetesObject | undefined) => one !== undefined && selector.matches(one.metadata?.labels);
  return selects(object) || selects(old);
}

/** Throws NotFound for a request in a Namespace that is not there. */
export function selectsNamespace(selector: LabelSelector, request: AdmissionRequest): boolean {
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

/** The form in which one of the rules names what the request is about: as the client does, or else in another version. */
export function formNamedBy(
  kinds: Pick<KindRegistry, 'all'>,
  request: AdmissionRequest,
  { rules, isExact }: { rules: readonly (AdmissionRule & { resourceNames?: readonly string[] })[]; isExact: boolean },
): KindDefinition | undefined {
  if (rules.length === 0) return undefined;
  const { kind, served, operation, subresource = '', name } = request;
  const isNamed = ({ group, version, plural, scope }: KindDefinition) => {
    const subject = { operation, group, version, plural, subresource, isNamespaced: scope === 'Namespaced' };
    return rules.some(
      (rule) => matchesRule(rule, subject) && (!rule.resourceNames?.length || rule.resourceNames.includes(name)),
    );
  };
  if (isNamed(served)) return served;
  if (isExact) return undefined;
  return kinds
    .all()
    .find((form) => form !== served && (form === kind || form.servedForm?.of === kind) && isNamed(form));
}
