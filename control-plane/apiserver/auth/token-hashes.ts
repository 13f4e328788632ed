import { unauthorized } from '../../../shared/api/errors.ts';
import { hashToken } from './credentials.ts';

/**
 * From an `Authorization` header to the SHA-256 of its bearer token, hex; undefined without a header. Throws Unauthorized
 * for anything but a bearer token.
 */
export type TokenHashes = (authorization: string | null) => string | undefined;

/** Few enough that the credentials in memory are those of the clients that are here now. */
const maxRemembered = 256;

/** Remembers what it has hashed: a client sends the same header with every request. */
export function createTokenHashes(): TokenHashes {
  const remembered = new Map<string, string>();
  return (authorization) => {
    if (authorization === null) return undefined;
    const known = remembered.get(authorization);
    if (known !== undefined) return known;
    const token = /^bearer +(\S+)$/i.exec(authorization.trim())?.[1];
    if (!token) throw unauthorized();
    const hash = hashToken(token);
    if (remembered.size >= maxRemembered) remembered.clear();
    remembered.set(authorization, hash);
    return hash;
  };
}
