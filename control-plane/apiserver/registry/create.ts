import { decodeBody } from './decoding.ts';
import { adoptName, adoptNamespace } from './identity.ts';
import { trackUpdate } from './managed-fields.ts';
import { objectOutcome } from './outcome.ts';
import { insert } from './pipeline.ts';
import type { CreateRequest, WriteOutcome } from './registry.ts';
import type { WriteContext } from './write-context.ts';

export function create(context: WriteContext, request: CreateRequest): WriteOutcome {
  const object = decodeBody(context, request);
  adoptNamespace(object, context);
  if (request.name) adoptName(object, request.name);
  trackUpdate(context, object);
  return objectOutcome(context, insert(context, object));
}
