import { unauthorized } from '../../../shared/api/errors.ts';
import type { ErrorLog } from '../http/respond.ts';
import type { UserInfo } from '../registry/registry.ts';
import { anonymousUser } from './authorize.ts';
import type { CertificateVerifier } from './certificates/client-certificates.ts';
import type { BearerToken, Credential } from './credential.ts';

/** What becomes of a token. The audiences are those that it is for among those that were asked about. */
export type Verdict = { user: UserInfo; audiences: readonly string[] } | { refused: string };

/** Whom tokens of one sort speak for that are looked up, by their hash. They are for the API and nobody else. */
export interface TokenLookup {
  find(token: BearerToken): UserInfo | undefined;
}

/** Whom tokens of one sort speak for that are verified. */
export interface TokenVerifier {
  /** Undefined: not a token of this sort. */
  verify(token: BearerToken, audiences: readonly string[]): Promise<Verdict | undefined>;
}

export interface Authenticator {
  /**
   * At once for a certificate, and for a token that is looked up. A certificate that names nobody is nobody's. Throws
   * Unauthorized, or rejects with it.
   */
  authenticate(credential: Credential | undefined): UserInfo | Promise<UserInfo>;
  /** What somebody else is told who was shown a token; without audiences, those of the API. */
  review(token: BearerToken, audiences?: readonly string[]): Promise<Verdict>;
}

export interface AuthenticatorDeps {
  certificates: CertificateVerifier;
  tokens: readonly TokenLookup[];
  verifiers: readonly TokenVerifier[];
  /** The names under which the API itself is addressed. */
  audiences: readonly string[];
  log: ErrorLog;
}

/** Asks the certificate, and then each sort of token in turn: the first that is good counts. */
export function createAuthenticator(deps: AuthenticatorDeps): Authenticator {
  const { certificates, tokens, verifiers, audiences, log } = deps;

  function lookUp(token: BearerToken): UserInfo | undefined {
    for (const lookup of tokens) {
      const user = lookup.find(token);
      if (user) return user;
    }
    return undefined;
  }

  async function verify(token: BearerToken, wanted: readonly string[]): Promise<Verdict> {
    const refusals: string[] = [];
    for (const verifier of token.jwt === undefined ? [] : verifiers) {
      const verdict = await verifier.verify(token, wanted);
      if (verdict && 'user' in verdict) return verdict;
      if (verdict) refusals.push(verdict.refused);
    }
    return { refused: refusals.length > 1 ? `[${refusals.join(', ')}]` : (refusals[0] ?? 'invalid bearer token') };
  }

  function authenticateToken(token: BearerToken): UserInfo | Promise<UserInfo> {
    const known = lookUp(token);
    if (known) return known;
    if (token.jwt === undefined) throw unauthorized();
    return verify(token, audiences).then((verdict) => {
      if ('refused' in verdict) throw unauthorized();
      return verdict.user;
    });
  }

  function authenticateCertificate({ certificate, token }: Credential): UserInfo | Promise<UserInfo> {
    const verdict = certificate && certificates.verify(certificate);
    if (verdict && 'user' in verdict) return verdict.user;
    if (token) return authenticateToken(token);
    if (!verdict) return anonymousUser;
    log('a client could not be authenticated', { error: verdict.refused });
    throw unauthorized();
  }

  return {
    authenticate(credential) {
      if (credential?.certificate) return authenticateCertificate(credential);
      if (!credential?.token) throw unauthorized();
      return authenticateToken(credential.token);
    },
    async review(token, wanted = audiences) {
      const known = lookUp(token);
      if (!known) return verify(token, wanted);
      const common = audiences.filter((audience) => wanted.includes(audience));
      return common.length > 0 ? { user: known, audiences: common } : { refused: 'invalid bearer token' };
    },
  };
}
