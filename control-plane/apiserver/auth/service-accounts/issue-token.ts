import type { TokenRequest } from '../../../../shared/api/object.ts';
import type { UserInfo } from '../../registry/registry.ts';
import { expirationOf, type ObjectLookup, resolveTokenRequest } from './token-request.ts';
import type { ServiceAccountTokens } from './tokens.ts';

/**
 * Answers a TokenRequest for the ServiceAccount NAMESPACE/NAME with the token in it. Whether the user may ask for tokens
 * of that account at all has been decided before; what a node may ask for is decided here. Throws StatusError.
 */
export type IssueToken = (
  user: UserInfo,
  target: { namespace: string; name: string },
  request: TokenRequest,
) => Promise<TokenRequest>;

export interface TokenIssuerDeps {
  get: ObjectLookup;
  tokens: Pick<ServiceAccountTokens, 'issue'>;
  /** The names under which the API itself is addressed. */
  audiences: readonly string[];
  /** Epoch ms. */
  now(): number;
}

export function createTokenIssuer({ get, tokens, audiences, now }: TokenIssuerDeps): IssueToken {
  return async (user, target, request) => {
    const { request: resolved, issue } = resolveTokenRequest(request, target, { user, get, audiences, nowMs: now() });
    const expirationTimestamp = expirationOf(resolved);
    return { ...resolved, status: { token: await tokens.issue(issue), expirationTimestamp } };
  };
}
