import { publishedSeconds, type SigningKeys, signingAlgorithm } from '../auth/service-accounts/signing-keys.ts';
import type { Extension } from './cluster-core.ts';
import type { RequestAccess } from './request-access.ts';
import { methodNotAllowed } from './resource-handler.ts';

const configurationPath = '/.well-known/openid-configuration';
const keysPath = '/openid/v1/jwks';

export interface OpenIdDeps {
  access: RequestAccess;
  signingKeys: SigningKeys;
  issuer: string;
}

/** By what others than the API verify tokens of ServiceAccounts: OpenID Connect discovery, and the public keys. */
export function openIdExtension({ access, signingKeys, issuer }: OpenIdDeps): Extension {
  const documents: Readonly<Record<string, { type: string; document(): Promise<object> }>> = {
    [configurationPath]: {
      type: 'application/json',
      document: async () => ({
        issuer,
        jwks_uri: `${issuer.replace(/\/$/, '')}${keysPath}`,
        response_types_supported: ['id_token'],
        subject_types_supported: ['public'],
        id_token_signing_alg_values_supported: [signingAlgorithm],
      }),
    },
    [keysPath]: {
      type: 'application/jwk-set+json',
      document: async () => ({ keys: await signingKeys.published() }),
    },
  };
  return async (request, path) => {
    const found = Object.hasOwn(documents, path) ? documents[path] : undefined;
    if (!found) return undefined;
    await access.admit(request, { verb: request.method.toLowerCase(), path });
    if (request.method !== 'GET') throw methodNotAllowed();
    const headers = { 'content-type': found.type, 'cache-control': `public, max-age=${publishedSeconds}` };
    return new Response(JSON.stringify(await found.document()), { headers });
  };
}
