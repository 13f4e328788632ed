import type { KubernetesObject } from '../../../../shared/api/object.ts';
import { apiVersionOf, type KindDefinition } from '../../../../shared/kinds/define-kind.ts';
import { describeUser } from '../../http/virtual-resource.ts';
import { toServed } from '../../registry/served-form.ts';
import type { AdmissionRequest } from '../admission.ts';
import type { HookTarget } from './match.ts';

/** The request of an AdmissionReview as JSON text, all but its uid: what the answer depends on. */
export function reviewContent(request: AdmissionRequest, target: HookTarget): string {
  return JSON.stringify(reviewRequest(request, target));
}

/** The same as an object. */
export function reviewRequest(request: AdmissionRequest, { form }: HookTarget) {
  const { kind, served, type, subresource, name, namespace, operation, user, object, old, options } = request;
  // Only the forms of one kind are converted into each other, never the bodies of subresources.
  const isWhole = type === kind;
  const show = (one: KubernetesObject | undefined) => {
    if (one === undefined) return null;
    const shown = isWhole ? toServed(form, one) : one;
    return { ...shown, ...typeMeta(isWhole ? form : type) };
  };
  return {
    kind: kindOf(isWhole ? form : type),
    resource: resourceOf(form),
    ...(subresource ? { subResource: subresource } : {}),
    requestKind: kindOf(isWhole ? served : type),
    requestResource: resourceOf(served),
    ...(subresource ? { requestSubResource: subresource } : {}),
    ...(name ? { name } : {}),
    ...(namespace ? { namespace } : {}),
    operation,
    userInfo: describeUser(user),
    object: show(object),
    oldObject: show(old),
    dryRun: options.dryRun,
    options: optionsOf(request),
  };
}

interface Type {
  group: string;
  version: string;
  kind: string;
}

function typeMeta(type: Type) {
  return { apiVersion: apiVersionOf(type), kind: type.kind };
}

function kindOf({ group, version, kind }: Type) {
  return { group, version, kind };
}

function resourceOf({ group, version, plural }: KindDefinition) {
  return { group, version, resource: plural };
}

/** The whole review. `content` is a JSON object that is not empty. */
export function reviewText(content: string, { uid, version }: { uid: string; version: string }): string {
  const request = `{"uid":${JSON.stringify(uid)},${content.slice(1)}`;
  return `{"kind":"AdmissionReview","apiVersion":"admission.k8s.io/${version}","request":${request}}`;
}

const optionsKinds = { CREATE: 'CreateOptions', UPDATE: 'UpdateOptions', DELETE: 'DeleteOptions', CONNECT: undefined };

function optionsOf({ operation, options }: AdmissionRequest): object | null {
  const kind = optionsKinds[operation];
  if (!kind) return null;
  const { dryRun, fieldManager, fieldValidation, deleteOptions } = options;
  const rest =
    operation === 'DELETE'
      ? deleteOptions
      : { ...(fieldManager ? { fieldManager } : {}), ...(fieldValidation ? { fieldValidation } : {}) };
  const dry = dryRun ? { dryRun: ['All'] } : {};
  return { ...rest, ...dry, kind, apiVersion: 'meta.k8s.io/v1' };
}
