import { unauthorized } from '../../../shared/api/errors.ts';
import type { ClientCertificate } from './client-certificate.ts';
import { hashToken } from './credentials.ts';
import type { Impersonation } from './impersonation-headers.ts';

/** What a request shows of who sends it: a token, a certificate, or both. */
export interface Credential {
  token?: BearerToken;
  certificate?: ClientCertificate;
  /** The user that the client asks to be instead of its own. */
  as?: Impersonation;
}

export interface BearerToken {
  /** SHA-256 of the token, hex: what credentials are looked up, remembered and compared by. */
  hash: string;
  /** The token itself, where it has the form of a JWT: such a token is verified, the others are looked up. */
  jwt?: string;
  /** The public part of the token, where it has the form of a bootstrap token. */
  bootstrapId?: string;
}

/**
 * Reads an `Authorization` header; undefined without one. Throws Unauthorized for anything but a bearer token. Of
 * whatever is no JWT only the hash remains.
 */
export type TokenReader = (authorization: string | null) => BearerToken | undefined;

/** Few enough that the credentials in memory are those of the clients that are here now. */
const maxRemembered = 256;
/** A ServiceAccount token has about 1 KiB. */
const maxTokenLength = 16 * 1024;
const bootstrapForm = /^([a-z0-9]{6})\.[a-z0-9]{16}$/;
const jwtForm = /^[\w-]+\.[\w-]+\.[\w-]+$/;

/** Remembers what it has hashed: a client sends the same header with every request. */
export function createTokenReader(): TokenReader {
  const remembered = new Map<string, BearerToken>();
  return (authorization) => {
    if (authorization === null) return undefined;
    const known = remembered.get(authorization);
    if (known !== undefined) return known;
    const token = /^bearer +(\S+)$/i.exec(authorization.trim())?.[1];
    if (!token || token.length > maxTokenLength) throw unauthorized();
    const bearer = bearerToken(token);
    if (remembered.size >= maxRemembered) remembered.clear();
    remembered.set(authorization, bearer);
    return bearer;
  };
}

/** A token that is too long to be one is looked up, like any other text, and not found. */
export function bearerToken(token: string): BearerToken {
  const isJwt = token.length <= maxTokenLength && jwtForm.test(token);
  const bootstrapId = bootstrapForm.exec(token)?.[1];
  return { hash: hashToken(token), ...(isJwt ? { jwt: token } : {}), ...(bootstrapId ? { bootstrapId } : {}) };
}
