import type { KubernetesObject } from '../../../../shared/api/object.ts';
import {
  admissionBindings,
  type Bindings,
  type Budget,
  ComposedVariables,
  type ExpressionAuthorizer,
  evaluateMatchConditions,
  type MatchOutcome,
  objectValue,
} from '../../../../shared/cel/cel.ts';
import type { KindDefinition } from '../../../../shared/kinds/define-kind.ts';
import type { AdmissionRequest } from '../admission.ts';
import { reviewRequest } from '../webhooks/review.ts';
import type { CompiledHead } from './compile.ts';

/** One request in one form, as the expressions of policies see it. */
export interface RequestView {
  /** Of an object of a Namespace, that Namespace. */
  bindings: Bindings;
  /** The same for match conditions, to which Kubernetes does not give the Namespace. */
  conditionBindings: Bindings;
}

/** What expressions see of a request, made once for each form of it. */
export function requestViews(
  request: AdmissionRequest,
  authorizer: ExpressionAuthorizer,
): (form: KindDefinition) => RequestView {
  const views = new Map<KindDefinition, RequestView>();
  return (form) => {
    const known = views.get(form) ?? viewOf(request, form, authorizer);
    views.set(form, known);
    return known;
  };
}

export function viewOf(request: AdmissionRequest, form: KindDefinition, authorizer: ExpressionAuthorizer): RequestView {
  const { object, oldObject, ...rest } = reviewRequest(request, { form });
  const { namespace, get } = request;
  const namespaceObject = namespace ? get({ resource: 'namespaces', namespace: '', name: namespace }) : undefined;
  const input = {
    request: rest,
    authorizer,
    ...(object ? { object } : {}),
    ...(oldObject ? { oldObject } : {}),
  };
  const conditionBindings = admissionBindings(input);
  const bindings = namespaceObject ? admissionBindings({ ...input, namespaceObject }) : conditionBindings;
  return { bindings, conditionBindings };
}

/** The variables of a policy's expressions: those of the request, the parameters, and the policy's own. */
export function policyBindings(
  { composition }: CompiledHead,
  bindings: Bindings,
  { param, budget }: { param: KubernetesObject | undefined; budget: Budget },
): Bindings {
  const all = { ...bindings, params: objectValue(param) };
  return { ...all, variables: new ComposedVariables(composition, all, budget) };
}

export function meetsConditions(
  compiled: CompiledHead,
  { conditionBindings }: RequestView,
  param: KubernetesObject | undefined,
): MatchOutcome {
  const bind = (budget: Budget) => policyBindings(compiled, conditionBindings, { param, budget });
  return evaluateMatchConditions(compiled.conditions, bind);
}
