import { unauthorized } from '../../../shared/api/errors.ts';
import type { UserInfo } from '../registry/registry.ts';
import type { Credential } from './credential.ts';

/** What becomes of a token. The audiences are those that it is for among those that were asked about. */
export type Verdict = { user: UserInfo; audiences: readonly string[] } | { refused: string };

/** Whom tokens of one sort speak for that are looked up, by their hash. They are for the API and nobody else. */
export interface TokenLookup {
  find(credential: Credential): UserInfo | undefined;
}

/** Whom tokens of one sort speak for that are verified. */
export interface TokenVerifier {
  /** Undefined: not a token of this sort. */
  verify(credential: Credential, audiences: readonly string[]): Promise<Verdict | undefined>;
}

export interface Authenticator {
  /** At once for a token that is looked up. Throws Unauthorized, or rejects with it. */
  authenticate(credential: Credential | undefined): UserInfo | Promise<UserInfo>;
  /** What somebody else is told who was shown a token; without audiences, those of the API. */
  review(credential: Credential, audiences?: readonly string[]): Promise<Verdict>;
}

export interface AuthenticatorDeps {
  tokens: readonly TokenLookup[];
  verifiers: readonly TokenVerifier[];
  /** The names under which the API itself is addressed. */
  audiences: readonly string[];
}

/** Asks each sort of token in turn. */
export function createAuthenticator({ tokens, verifiers, audiences }: AuthenticatorDeps): Authenticator {
  function lookUp(credential: Credential): UserInfo | undefined {
    for (const lookup of tokens) {
      const user = lookup.find(credential);
      if (user) return user;
    }
    return undefined;
  }

  async function verify(credential: Credential, wanted: readonly string[]): Promise<Verdict> {
    const refusals: string[] = [];
    for (const verifier of credential.jwt === undefined ? [] : verifiers) {
      const verdict = await verifier.verify(credential, wanted);
      if (verdict && 'user' in verdict) return verdict;
      if (verdict) refusals.push(verdict.refused);
    }
    return { refused: refusals.length > 1 ? `[${refusals.join(', ')}]` : (refusals[0] ?? 'invalid bearer token') };
  }

  return {
    authenticate(credential) {
      if (!credential) throw unauthorized();
      const known = lookUp(credential);
      if (known) return known;
      if (credential.jwt === undefined) throw unauthorized();
      return verify(credential, audiences).then((verdict) => {
        if ('refused' in verdict) throw unauthorized();
        return verdict.user;
      });
    },
    async review(credential, wanted = audiences) {
      const known = lookUp(credential);
      if (!known) return verify(credential, wanted);
      const common = audiences.filter((audience) => wanted.includes(audience));
      return common.length > 0 ? { user: known, audiences: common } : { refused: 'invalid bearer token' };
    },
  };
}
