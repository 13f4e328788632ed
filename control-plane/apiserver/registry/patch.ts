import { StatusError } from '../../../shared/api/errors.ts';
import { isJsonObject, type JsonObject } from '../../../shared/api/json.ts';
import type { KubernetesObject } from '../../../shared/api/object.ts';
import { decodeBody } from './decoding.ts';
import { adoptName, adoptNamespace } from './identity.ts';
import { objectOutcome } from './outcome.ts';
import { modify, type Scope } from './pipeline.ts';
import type { PatchRequest, WriteOutcome } from './registry.ts';
import type { WriteContext } from './write-context.ts';

export function patch(context: WriteContext, request: PatchRequest): WriteOutcome {
  return patchObject(context, request, { scope: 'main' });
}

export function patchObject(
  context: WriteContext,
  request: PatchRequest,
  part: { scope: Scope; subresource?: string },
): WriteOutcome {
  const { schema } = context.kind;
  const written = modify(context, {
    name: request.name,
    ...part,
    change(current) {
      const object = decodeBody(context, patched(context, request, { schema, current }));
      adoptNamespace(object, context);
      adoptName(object, request.name);
      return object;
    },
  });
  return objectOutcome(context, written);
}

export function patched(
  _context: WriteContext,
  request: PatchRequest,
  target: { schema: string; current: KubernetesObject },
): unknown {
  if (request.patchType !== 'merge') throw new StatusError('UnsupportedMediaType', 'not yet');
  return mergeInto(target.current as unknown as JsonObject, request.body as JsonObject);
}

function mergeInto(target: JsonObject, body: JsonObject): JsonObject {
  const result = { ...target };
  for (const [key, value] of Object.entries(body)) {
    if (value === null) delete result[key];
    else if (isJsonObject(value)) {
      const inner = result[key];
      result[key] = mergeInto(isJsonObject(inner) ? inner : {}, value);
    } else result[key] = value;
  }
  return result;
}
