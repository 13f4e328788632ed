import { jsonEqual } from '../../../shared/api/json.ts';
import type { DeleteOptions, KubernetesObject } from '../../../shared/api/object.ts';
import { areReadable } from '../../../shared/api/structured-merge/index.ts';
import { type AdmissionOperation, type AdmissionRequest, firstInvocation } from '../admission/admission.ts';
import { type BodyType, decodeAs, decodeBody } from './decoding.ts';
import { toStored } from './served-form.ts';
import { keyOf, type WriteContext } from './write-context.ts';

export interface AdmissionSubject {
  object?: KubernetesObject;
  old?: KubernetesObject;
  subresource?: string;
  /** What `object` is, where it is not of the request's own kind: the body that a subresource takes. */
  type?: BodyType;
  /** Of a deletion. */
  deleteOptions?: DeleteOptions;
  /** Where the object does not say it. */
  name?: string;
}

/** A write as admission sees it. The same request goes through both of its phases. */
export function admissionRequest(
  context: WriteContext,
  operation: AdmissionOperation,
  subject: AdmissionSubject,
): AdmissionRequest {
  const { kind, served, namespace, strategy, options, run, warnings, auditAnnotations, alongside } = context;
  const { object, old, subresource, type = kind, deleteOptions } = subject;
  const { settings, nowMs, random, get, list } = strategy;
  const name = subject.name ?? (object ?? old)?.metadata.name ?? '';
  const { dryRun = false, fieldManager, fieldValidation, user } = options;
  return {
    operation,
    kind,
    served,
    type,
    resource: keyOf(context, name).resource,
    namespace,
    name,
    subresource,
    object,
    old,
    user,
    settings,
    nowMs,
    random,
    run,
    get,
    list,
    options: { dryRun, fieldManager, fieldValidation, deleteOptions },
    warn: (text) => void warnings.push(text),
    alongside: (key, change) => void alongside.push({ key, change }),
    annotate(key, value) {
      auditAnnotations[key] ??= value;
    },
    decode(body, form) {
      // What an admission plugin makes of an object is pruned without a word, whatever the client wants to hear.
      const lenient = {
        ...context,
        served: form,
        options: { ...options, fieldValidation: 'Ignore' as const },
        warnings: [],
      };
      if (type !== kind) return decodeAs<KubernetesObject>(lenient, type, { body });
      return toStored(form, decodeBody(lenient, { body }));
    },
    invocation: firstInvocation(),
  };
}

/** As what admission sees an object that a subresource stands for: the Scale of a Deployment. */
export interface SeenAs {
  type: BodyType;
  show(object: KubernetesObject): KubernetesObject;
  /** Takes over what admission has made of it. */
  take(object: KubernetesObject, seen: KubernetesObject): void;
}

/** A change as admission sees it: of the object, or of what stands for it. */
export function changeRequest(
  context: WriteContext,
  { seen, subresource }: { seen?: SeenAs; subresource?: string },
  { next, current }: { next: KubernetesObject; current: KubernetesObject },
): AdmissionRequest {
  if (!seen) return admissionRequest(context, 'UPDATE', { object: next, old: current, subresource });
  const { type, show } = seen;
  return admissionRequest(context, 'UPDATE', { type, object: show(next), old: show(current), subresource });
}

/** The first phase. A plugin that leaves managed fields behind that nobody can read has not changed them. */
export function admit(context: WriteContext, admission: AdmissionRequest, object: KubernetesObject): void {
  const { managedFields } = object.metadata;
  context.deps.admission.admit(admission);
  const after = object.metadata.managedFields;
  if (after === managedFields || jsonEqual(after, managedFields)) return;
  if (Array.isArray(after) ? areReadable(after) : after === undefined) return;
  if (managedFields) object.metadata.managedFields = managedFields;
  else delete object.metadata.managedFields;
  context.warnings.push(
    '.metadata.managedFields was in an invalid state after admission; this could be caused by an outdated mutating admission controller; please fix your requests: error decoding managed fields',
  );
}

/** Admission of the body of a subresource that makes something happen, such as a Binding. May change the body. */
export function admitBody(
  context: WriteContext,
  body: { object: KubernetesObject; type: BodyType; name: string; subresource: string },
): void {
  const request = admissionRequest(context, 'CREATE', body);
  context.deps.admission.admit(request);
  context.deps.admission.validate(request);
}
