import { badRequest } from '../../../shared/api/errors.ts';
import { isJsonObject } from '../../../shared/api/json.ts';
import { credentialOfToken } from '../auth/credential.ts';
import { describeUser, type VirtualResource } from './virtual-resource.ts';

/** By which services that were shown a token ask who has shown it. */
export const tokenReview: VirtualResource = {
  group: 'authentication.k8s.io',
  version: 'v1',
  plural: 'tokenreviews',
  kind: 'TokenReview',
  schema: 'V1TokenReview',
  async create(body, { authenticator }) {
    const { metadata = {}, spec = {} } = isJsonObject(body) ? body : {};
    const { token, audiences } = isJsonObject(spec) ? spec : {};
    if (typeof token !== 'string' || token === '')
      throw badRequest('token is required for TokenReview in authentication');
    const wanted = Array.isArray(audiences) ? audiences.filter((audience) => typeof audience === 'string') : [];
    const verdict = await authenticator.review(credentialOfToken(token), wanted.length > 0 ? wanted : undefined);
    const status =
      'refused' in verdict
        ? { user: {}, error: verdict.refused }
        : { authenticated: true, user: describeUser(verdict.user), audiences: [...verdict.audiences] };
    return { kind: 'TokenReview', apiVersion: 'authentication.k8s.io/v1', metadata, spec, status };
  },
};
