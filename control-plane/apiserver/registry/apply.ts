import { badRequest, conflict } from '../../../shared/api/errors.ts';
import { isJsonObject } from '../../../shared/api/json.ts';
import type { KubernetesObject } from '../../../shared/api/object.ts';
import { checkType, copyOf, decodeBody } from './decoding.ts';
import { adoptName, adoptNamespace } from './identity.ts';
import { applyFields } from './managed-fields.ts';
import { objectOutcome } from './outcome.ts';
import { insert, modify, type Scope } from './pipeline.ts';
import type { PatchRequest, WriteOutcome } from './registry.ts';
import { subjectOf, type WriteContext } from './write-context.ts';

/** Server-side apply: of an object that need not exist yet, or to a subresource of one that must. */
export function applyObject(
  context: WriteContext,
  request: PatchRequest,
  part: { scope: Scope; subresource?: string },
): WriteOutcome {
  const applied = readApplied(context, request);
  const change = (live: KubernetesObject | undefined) => {
    const { subresource } = part;
    const result = applyFields(context, applied, { live, subresource, force: request.force ?? false });
    const object = decodeBody(context, { body: result.object });
    adoptNamespace(object, context);
    adoptName(object, request.name);
    report(context, request);
    if (result.managedFields) object.metadata.managedFields = result.managedFields;
    return object;
  };
  const written = modify(context, {
    name: request.name,
    ...part,
    tracked: true,
    change,
    orCreate: part.subresource
      ? undefined
      : () => {
          refuseUid(context, applied);
          return insert(context, change(undefined));
        },
  });
  return objectOutcome(context, written);
}

/** What a strict reader says of the text comes after what the apply itself has to object to. */
function report({ options, warnings }: WriteContext, { findings }: PatchRequest): void {
  if (!findings || options.fieldValidation === 'Ignore') return;
  if (options.fieldValidation === 'Strict') {
    throw badRequest(`error strict decoding YAML: error converting YAML to JSON: ${findings.cause}`);
  }
  warnings.push(...findings.warnings);
}

/**
 * The configuration as it was sent. It is not pruned: that the schema lacks a field is an error of an apply, whatever
 * `fieldValidation` says.
 */
function readApplied(context: WriteContext, request: PatchRequest): KubernetesObject {
  const applied = copyOf(request.body);
  if (!isJsonObject(applied)) throw badRequest('error decoding YAML: the configuration must be an object');
  checkType(context, context.served, applied);
  const object = { ...applied, metadata: isJsonObject(applied.metadata) ? applied.metadata : {} } as KubernetesObject;
  adoptNamespace(object, context);
  adoptName(object, request.name);
  return object;
}

/** Whoever names a uid means an object that exists. */
function refuseUid({ served }: WriteContext, { metadata }: KubernetesObject): void {
  if (!metadata.uid) return;
  const why = `uid mismatch: the provided object specified uid ${metadata.uid}, and no existing object was found`;
  throw conflict(subjectOf(served, metadata.name), why);
}
