import { Buffer } from 'node:buffer';
import { isJsonObject } from '../../../../shared/api/json.ts';
import type { Store } from '../../../store/store.ts';
import type { TokenVerifier, Verdict } from '../authenticator.ts';
import { boundObjects, checkBoundObjects, leewaySeconds } from './bound-objects.ts';
import { type BoundClaims, readBoundClaims, serviceAccountUserName, type TokenClaims, userOfClaims } from './claims.ts';
import { createRememberedTokens, type VerifiedToken } from './remembered.ts';
import { type SigningKeys, signingAlgorithm, signingKeysResource } from './signing-keys.ts';

export interface TokenToIssue {
  audiences: readonly string[];
  lifetimeSeconds: number;
  bound: BoundClaims;
}

/** Issues and verifies the tokens with which ServiceAccounts, and so the programs in Pods, speak to the API. */
export interface ServiceAccountTokens extends TokenVerifier {
  issue(token: TokenToIssue): Promise<string>;
}

export interface ServiceAccountTokensDeps {
  store: Pick<Store, 'get' | 'onCommit'>;
  keys: SigningKeys;
  /** The `iss` of every token. */
  issuer: string;
  /** Epoch ms. */
  now(): number;
  uid(): string;
}

/** A few hundred clients at a time; each takes about 1 KiB. */
const maxRemembered = 1000;

export function createServiceAccountTokens(deps: ServiceAccountTokensDeps): ServiceAccountTokens {
  const { store, keys, issuer, now, uid } = deps;
  const remembered = createRememberedTokens({ limit: maxRemembered });
  store.onCommit((changes) => {
    // What a key has signed goes with it.
    if (changes.some(({ key, type }) => type === 'DELETED' && key.resource === signingKeysResource)) remembered.clear();
    remembered.changed(changes);
  });

  /** Signature and times. */
  async function open(jwt: string): Promise<VerifiedToken | { refused: string }> {
    // Only who uses such tokens pays for loading this.
    const { errors, jwtVerify } = await import('jose');
    try {
      const keyOf = async (id = '') => {
        const key = await keys.verifier(id);
        if (key) return key;
        throw new errors.JWKSNoMatchingKey();
      };
      const { payload } = await jwtVerify(jwt, ({ kid }) => keyOf(kid), {
        issuer,
        algorithms: [signingAlgorithm],
        clockTolerance: leewaySeconds,
        currentDate: new Date(now()),
        requiredClaims: ['exp', 'aud'],
      });
      const bound = readBoundClaims(payload['kubernetes.io']);
      if (!bound) return { refused: 'service account token claims could not be validated' };
      const audiences = typeof payload.aud === 'string' ? [payload.aud] : (payload.aud ?? []);
      const claims = { ...payload, aud: audiences, 'kubernetes.io': bound } as TokenClaims;
      return { claims, objects: boundObjects(bound), checkedUntil: 0 };
    } catch (error) {
      if (error instanceof errors.JWTExpired) return { refused: 'service account token has expired' };
      if (error instanceof errors.JWTClaimValidationFailed)
        return { refused: 'service account token is not valid yet' };
      if (error instanceof errors.JWKSNoMatchingKey) return { refused: 'invalid signature, no keys found' };
      if (error instanceof errors.JOSEError) return { refused: 'go-jose/go-jose: error in cryptographic primitive' };
      throw error;
    }
  }

  /** Whether what the token stands for is still there. */
  function check(token: VerifiedToken, wanted: readonly string[]): Verdict {
    const { claims, objects } = token;
    const nowMs = now();
    if (nowMs > (claims.exp + leewaySeconds) * 1000) return { refused: 'service account token has expired' };
    const audiences = claims.aud.filter((audience) => wanted.includes(audience));
    if (audiences.length === 0) {
      return {
        refused: `token audiences ${quoted(claims.aud)} is invalid for the target audiences ${quoted(wanted)}`,
      };
    }
    if (token.checkedUntil <= nowMs) {
      const result = checkBoundObjects(store, objects, nowMs);
      if ('refused' in result) return result;
      token.checkedUntil = result.until;
    }
    return { user: userOfClaims(claims), audiences };
  }

  return {
    async issue({ audiences, lifetimeSeconds, bound }) {
      const { SignJWT } = await import('jose');
      const { id, key } = await keys.current();
      const issuedAt = Math.floor(now() / 1000);
      const { namespace, serviceaccount } = bound;
      const claims: TokenClaims = {
        aud: [...audiences],
        exp: issuedAt + lifetimeSeconds,
        iat: issuedAt,
        iss: issuer,
        jti: uid(),
        'kubernetes.io': bound,
        nbf: issuedAt,
        sub: serviceAccountUserName({ namespace, name: serviceaccount.name }),
      };
      return new SignJWT({ ...claims }).setProtectedHeader({ alg: signingAlgorithm, kid: id }).sign(key);
    },
    async verify({ hash, jwt = '' }, audiences) {
      const known = remembered.get(hash);
      if (known) return check(known, audiences);
      if (issuerOf(jwt) !== issuer) return undefined;
      const opened = await open(jwt);
      if ('refused' in opened) return opened;
      const verdict = check(opened, audiences);
      if ('user' in verdict) remembered.set(hash, opened);
      return verdict;
    },
  };
}

/** Who says to have made a JWT: before any signature is looked at, it tells whose business the token is. */
export function issuerOf(jwt: string): string | undefined {
  const [, payload = ''] = jwt.split('.');
  try {
    const claims: unknown = JSON.parse(new TextDecoder().decode(Buffer.from(payload, 'base64url')));
    return isJsonObject(claims) && typeof claims.iss === 'string' ? claims.iss : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** A list of strings as Go prints it. */
function quoted(texts: readonly string[]): string {
  return `[${texts.map((text) => JSON.stringify(text)).join(' ')}]`;
}
