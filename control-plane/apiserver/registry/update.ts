import { decodeBody } from './decoding.ts';
import { adoptName, adoptNamespace, requireResourceVersion } from './identity.ts';
import { trackUpdate } from './managed-fields.ts';
import { objectOutcome } from './outcome.ts';
import { insert, modify } from './pipeline.ts';
import type { UpdateRequest, WriteOutcome } from './registry.ts';
import type { WriteContext } from './write-context.ts';

export function update(context: WriteContext, request: UpdateRequest): WriteOutcome {
  const object = decodeBody(context, request);
  adoptNamespace(object, context);
  adoptName(object, request.name);
  const written = modify(context, {
    name: request.name,
    scope: 'main',
    change() {
      requireResourceVersion(context.served, object.metadata);
      return object;
    },
    orCreate: context.kind.createOnUpdate
      ? () => {
          trackUpdate(context, object);
          return insert(context, object);
        }
      : undefined,
  });
  return objectOutcome(context, written);
}
