import { notFound } from '../../../../shared/api/errors.ts';
import type { KubernetesObject } from '../../../../shared/api/object.ts';
import type { LabelSelector } from '../../../../shared/api/selectors.ts';
import type { KindDefinition } from '../../../../shared/kinds/define-kind.ts';
import type { KindRegistry } from '../../../../shared/kinds/registry.ts';
import type { AdmissionRequest } from '../admission.ts';
import type { Hook } from './hooks.ts';
import { matchesRule } from './match-rules.ts';

/** As what a webhook gets a request: in the form that its rules name. */
export interface HookTarget {
  form: KindDefinition;
}

/** Evaluates `matchConditions`. Throws Forbidden where one of them cannot be evaluated and none is false. */
export type MatchConditions = (hook: Hook, request: AdmissionRequest, target: HookTarget) => boolean;

export interface MatchDeps {
  kinds: Pick<KindRegistry, 'all'>;
  matchConditions: MatchConditions;
}

/** The form in which a webhook is to be asked about a request; undefined if it is not to be asked. */
export function matchHook(deps: MatchDeps, hook: Hook, request: AdmissionRequest): HookTarget | undefined {
  if (!selectsObject(hook.objectSelector, request)) return undefined;
  const target = targetOf(deps, hook, request);
  // What decides about a Namespace that is not there is only asked where the rules mean the request.
  if (!target || !selectsNamespace(hook.namespaceSelector, request)) return undefined;
  if (!hook.webhook.matchConditions?.length) return target;
  return deps.matchConditions(hook, request, target) ? target : undefined;
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
  const found = get({ resource: 'namespaces', namespace: '', name: isNamespace ? name : namespace });
  if (!found) throw notFound({ resource: 'namespaces', name: namespace });
  return selector.matches(found.metadata.labels);
}

function targetOf({ kinds }: MatchDeps, { webhook }: Hook, request: AdmissionRequest): HookTarget | undefined {
  const { rules = [], matchPolicy } = webhook;
  const meets = (form: KindDefinition) => {
    const subject = subjectOf(request, form);
    return rules.some((rule) => matchesRule(rule, subject));
  };
  if (meets(request.served)) return { form: request.served };
  if (matchPolicy === 'Exact') return undefined;
  const form = otherForms(kinds, request).find(meets);
  return form && { form };
}

function subjectOf(
  { operation, subresource = '' }: AdmissionRequest,
  { group, version, plural, scope }: KindDefinition,
) {
  return { operation, group, version, plural, subresource, isNamespaced: scope === 'Namespaced' };
}

/** The same objects in other versions and groups. */
function otherForms(kinds: Pick<KindRegistry, 'all'>, { kind, served }: AdmissionRequest): KindDefinition[] {
  return kinds.all().filter((form) => form !== served && (form === kind || form.servedForm?.of === kind));
}
