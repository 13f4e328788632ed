import { badRequest } from '../../../../shared/api/errors.ts';
import type { TokenReview } from '../../../../shared/api/object.ts';
import { bearerToken } from '../../auth/credential.ts';
import { defineVirtual, describeUser } from '../virtual-resource.ts';

/** By which services that were shown a token ask who has shown it. */
export const tokenReview = defineVirtual<TokenReview>({
  group: 'authentication.k8s.io',
  version: 'v1',
  plural: 'tokenreviews',
  kind: 'TokenReview',
  schema: 'V1TokenReview',
  scope: 'Cluster',
  async create({ metadata, spec }, { authenticator }) {
    const { token, audiences } = spec;
    if (!token) throw badRequest('token is required for TokenReview in authentication');
    const verdict = await authenticator.review(bearerToken(token), audiences?.length ? audiences : undefined);
    const status =
      'refused' in verdict
        ? { user: {}, error: verdict.refused }
        : { authenticated: true, user: describeUser(verdict.user), audiences: [...verdict.audiences] };
    return { metadata, spec, status };
  },
});
