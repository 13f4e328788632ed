import { admissionBindings, type Bindings, type ExpressionAuthorizer } from '../../../shared/cel/cel.ts';
import type { KindDefinition } from '../../../shared/kinds/define-kind.ts';
import type { AdmissionRequest } from './admission.ts';
import { reviewRequest } from './webhooks/review.ts';

/** One request in one form, as expressions see it. */
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
