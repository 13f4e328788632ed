import { isJsonObject, type Json } from '../../../../shared/api/json.ts';
import type { KubernetesObject } from '../../../../shared/api/object.ts';
import { decodeBody } from '../decoding.ts';
import { adoptName } from '../identity.ts';
import { objectOutcome } from '../outcome.ts';
import { modify } from '../pipeline.ts';
import type { Subresource } from './subresource.ts';

/** `namespaces/NAME/finalize`: the only way to change `spec.finalizers`, and with the last one the object goes. */
export const finalize: Subresource = {
  update(context, request) {
    const object = decodeBody(context, request);
    adoptName(object, request.name);
    const finalizers = specFinalizers(object);
    const written = modify(context, {
      name: request.name,
      scope: 'any',
      subresource: 'finalize',
      change: (current) => ({
        ...current,
        metadata: object.metadata,
        spec: { ...(isJsonObject(current.spec) ? current.spec : {}), finalizers },
      }),
    });
    return objectOutcome(context, written);
  },
};

function specFinalizers({ spec }: KubernetesObject): Json {
  return isJsonObject(spec) ? (spec.finalizers ?? []) : [];
}
