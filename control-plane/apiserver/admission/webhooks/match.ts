import type { KindDefinition } from '../../../../shared/kinds/define-kind.ts';
import type { KindRegistry } from '../../../../shared/kinds/registry.ts';
import type { AdmissionRequest } from '../admission.ts';
import { formNamedBy, selectsNamespace, selectsObject } from '../selection.ts';
import type { Hook } from './hooks.ts';

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
  const { rules = [], matchPolicy } = hook.webhook;
  const form = formNamedBy(deps.kinds, request, { rules, isExact: matchPolicy === 'Exact' });
  // What decides about a Namespace that is not there is only asked where the rules mean the request.
  if (!form || !selectsNamespace(hook.namespaceSelector, request)) return undefined;
  const target = { form };
  if (!hook.webhook.matchConditions?.length) return target;
  return deps.matchConditions(hook, request, target) ? target : undefined;
}
