import { decodeBody } from '../decoding.ts';
import { get } from '../get.ts';
import { adoptName, adoptNamespace } from '../identity.ts';
import { objectOutcome } from '../outcome.ts';
import { patchObject } from '../patch.ts';
import { modify } from '../pipeline.ts';
import type { Subresource } from './subresource.ts';

/** The same object, of which only the status (and labels and annotations) can be written. */
function statusAs(subresource: string): Subresource {
  return {
    get,
    update(context, request) {
      const object = decodeBody(context, request);
      adoptNamespace(object, context);
      adoptName(object, request.name);
      const change = () => object;
      return objectOutcome(context, modify(context, { name: request.name, scope: 'status', subresource, change }));
    },
    patch: (context, request) => patchObject(context, request, { scope: 'status', subresource }),
  };
}

/** `KIND/NAME/status`. */
export const status = statusAs('status');

/** `certificatesigningrequests/NAME/approval`: the part of the status that is an approver's, and not the signer's. */
export const approval = statusAs('approval');
