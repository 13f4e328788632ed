import { hasReason, StatusError } from '../../../shared/api/errors.ts';
import { isJsonObject, type JsonObject } from '../../../shared/api/json.ts';
import type { KubernetesObject } from '../../../shared/api/object.ts';
import { applyJsonPatch } from '../../../shared/api/patch/json-patch.ts';
import { applyMergePatch } from '../../../shared/api/patch/merge-patch.ts';
import { applyStrategicMergePatch } from '../../../shared/api/patch/strategic-merge-patch.ts';
import { fieldErrors } from '../../../shared/api/validation.ts';
import type { StrictFindings } from '../../../shared/schema/decode.ts';
import { findDuplicates, hasDuplicates } from '../../../shared/schema/duplicates.ts';
import type { ObjectSchema } from '../../../shared/schema/model.ts';
import { schemaOf } from '../../../shared/schema/registry.ts';
import { applyObject } from './apply.ts';
import { decodeBody } from './decoding.ts';
import { adoptName, adoptNamespace } from './identity.ts';
import { objectOutcome } from './outcome.ts';
import { modify, type Scope } from './pipeline.ts';
import type { PatchRequest, WriteOutcome } from './registry.ts';
import type { WriteContext } from './write-context.ts';

export function patch(context: WriteContext, request: PatchRequest): WriteOutcome {
  return patchObject(context, request, { scope: 'main' });
}

/** Patches an object, or the part of it that a subresource stands for. */
export function patchObject(
  context: WriteContext,
  request: PatchRequest,
  part: { scope: Scope; subresource?: string },
): WriteOutcome {
  if (request.patchType === 'apply') return applyObject(context, request, part);
  const { schema } = context.served;
  const findings = duplicatesOf(request, schemaOf(context.served));
  const written = modify(context, {
    name: request.name,
    ...part,
    change(current) {
      const body = patched(request, { schema, current });
      const object = decodePatched(body, () => decodeBody(context, { body, findings }));
      adoptNamespace(object, context);
      adoptName(object, request.name);
      return object;
    },
  });
  return objectOutcome(context, written);
}

/** Keys that are twice in a patch that has the form of the object. */
function duplicatesOf({ raw, body, patchType }: PatchRequest, schema: ObjectSchema): StrictFindings | undefined {
  if (raw === undefined || patchType === 'json' || !isJsonObject(body) || !hasDuplicates(raw, body)) return undefined;
  const warnings = findDuplicates(schema, raw);
  return warnings.length > 0 ? { warnings, cause: warnings.join(', ') } : undefined;
}

/** What the patch of a request makes of `current`: JSON that has not been decoded yet. */
export function patched(
  request: PatchRequest,
  target: { schema: string | ObjectSchema; current: KubernetesObject },
): unknown {
  const current = target.current as unknown as JsonObject;
  switch (request.patchType) {
    case 'json':
      return applyJsonPatch(current, request.body);
    case 'merge':
      return applyMergePatch(current, request.body);
    case 'strategic':
      return applyStrategicMergePatch(schemaOf(target), current, request.body);
    case 'apply':
      throw new StatusError(
        'UnsupportedMediaType',
        'the body of the request was in an unknown format - accepted media types include: application/json-patch+json, application/merge-patch+json, application/strategic-merge-patch+json',
      );
  }
}

/** A patch whose result cannot be read is an invalid patch, not a bad request: as Kubernetes has it. */
export function decodePatched<T>(body: unknown, decode: () => T): T {
  try {
    return decode();
  } catch (error) {
    if (!hasReason(error, 'BadRequest')) throw error;
    const why = error.message.replace(/^.* cannot be handled as a \w+: /, '');
    const { field, reason, message } = fieldErrors.invalidValue('patch', JSON.stringify(body), why);
    throw new StatusError('Invalid', ` "" is invalid: ${field}: ${message}`, { causes: [{ reason, message, field }] });
  }
}
