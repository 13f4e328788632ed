import type { JWTPayload } from 'jose';
import type { JsonObject } from '../../../../shared/api/json.ts';
import type { JwtAuthenticator } from '../../../../shared/authentication/jwt-authenticator.ts';
import { CelError } from '../../../../shared/cel/cel.ts';
import type { UserInfo } from '../../registry/registry.ts';
import type { TokenVerifier } from '../authenticator.ts';
import { issuerOf } from '../service-accounts/tokens.ts';
import { createIssuerKeys, type IssuerKeysDeps } from './issuer-keys.ts';
import { ClaimsError, createMapClaims, type MapClaims } from './map-claims.ts';

export interface OidcTokensDeps extends Omit<IssuerKeysDeps, 'issuer'> {
  authenticator: JwtAuthenticator;
  /** The names under which the API itself is addressed. */
  audiences: readonly string[];
}

const algorithms = ['RS256', 'RS384', 'RS512', 'ES256', 'ES384', 'ES512', 'PS256', 'PS384', 'PS512'];
/** So long a token is known without being verified again: keys that were withdrawn work on for as long. */
const rememberMs = 5 * 60_000;
const maxRemembered = 1000;

/** Tokens of an issuer elsewhere, by OpenID Connect. */
export function createOidcTokens({ authenticator, audiences, ...deps }: OidcTokensDeps): TokenVerifier {
  const { issuer } = authenticator;
  const keys = createIssuerKeys({ ...deps, issuer });
  const remembered = new Map<string, { user: UserInfo; untilMs: number }>();
  let mapClaims: MapClaims | undefined;

  async function open(jwt: string): Promise<JWTPayload> {
    const { errors, jwtVerify } = await import('jose');
    const verify = async (unknownKey: boolean) => {
      const { payload } = await jwtVerify(jwt, await keys.get({ unknownKey }), {
        issuer: issuer.url,
        audience: issuer.audiences,
        algorithms,
        currentDate: new Date(deps.now()),
        requiredClaims: ['exp'],
      });
      return payload;
    };
    return verify(false).catch((error: unknown) => {
      // The issuer may have a new key since.
      if (error instanceof errors.JWKSNoMatchingKey) return verify(true);
      throw error;
    });
  }

  async function judge(jwt: string): Promise<{ user: UserInfo; untilMs: number } | { refused: string }> {
    let payload: JWTPayload;
    try {
      payload = await open(jwt);
    } catch (error) {
      // By its nature this is about the token, or about the issuer: neither is a failure of the API.
      return { refused: `oidc: verify token: ${error instanceof Error ? error.message : String(error)}` };
    }
    try {
      mapClaims ??= createMapClaims(authenticator);
      const user = mapClaims(payload as JsonObject);
      return { user, untilMs: Math.min((payload.exp ?? 0) * 1000, deps.now() + rememberMs) };
    } catch (error) {
      if (error instanceof ClaimsError || error instanceof CelError) return { refused: error.message };
      throw error;
    }
  }

  return {
    async verify({ hash, jwt = '' }, wanted) {
      const known = remembered.get(hash);
      const isKnown = known !== undefined && known.untilMs > deps.now();
      if (!isKnown && issuerOf(jwt) !== issuer.url) return undefined;
      const verdict = isKnown ? known : await judge(jwt);
      if ('refused' in verdict) return verdict;
      if (!isKnown) {
        if (remembered.size >= maxRemembered) remembered.clear();
        remembered.set(hash, verdict);
      }
      const meant = audiences.filter((audience) => wanted.includes(audience));
      return meant.length > 0 ? { user: verdict.user, audiences: meant } : { refused: 'invalid bearer token' };
    },
  };
}
