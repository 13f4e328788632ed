import { badRequest } from '../../../../shared/api/errors.ts';
import type { DeleteOptions, KubernetesObject } from '../../../../shared/api/object.ts';
import { admitBody } from '../admission-request.ts';
import { decodeAs } from '../decoding.ts';
import { deleteObject } from '../delete.ts';
import { successOutcome } from '../outcome.ts';
import type { Subresource } from './subresource.ts';

interface Eviction extends KubernetesObject {
  deleteOptions?: DeleteOptions;
}

const type = { group: 'policy', version: 'v1', kind: 'Eviction', schema: 'V1Eviction' };

/**
 * `pods/NAME/eviction`: a deletion that PodDisruptionBudgets may refuse. There are none yet, so that each one is
 * granted.
 */
export const eviction: Subresource = {
  create(context, request) {
    const body = decodeAs<Eviction>(context, type, request);
    if (body.metadata?.name && body.metadata.name !== request.name) {
      throw badRequest(`name in URL does not match name in Eviction object`);
    }
    const { name } = request;
    admitBody(context, { object: body, type, name, subresource: 'eviction' });
    deleteObject(context, request.name, body.deleteOptions ?? {});
    return successOutcome(context);
  },
};
