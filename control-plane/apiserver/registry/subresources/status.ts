import { decodeBody } from '../decoding.ts';
import { get } from '../get.ts';
import { adoptName, adoptNamespace } from '../identity.ts';
import { objectOutcome } from '../outcome.ts';
import { patchObject } from '../patch.ts';
import { modify } from '../pipeline.ts';
import type { Subresource } from './subresource.ts';

/** `KIND/NAME/status`: the same object, of which only the status (and labels and annotations) can be written. */
export const status: Subresource = {
  get,
  update(context, request) {
    const object = decodeBody(context, request);
    adoptNamespace(object, context);
    adoptName(object, request.name);
    const change = () => object;
    return objectOutcome(
      context,
      modify(context, { name: request.name, scope: 'status', subresource: 'status', change }),
    );
  },
  patch(context, request) {
    return patchObject(context, request, { scope: 'status', subresource: 'status' });
  },
};
