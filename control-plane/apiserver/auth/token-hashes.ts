import { hashToken } from './credentials.ts';

export interface TokenHashes {
  /** `hashToken`, remembered: a client sends the same token with every request. */
  of(token: string): string;
}

/** Few enough that the tokens in memory are those of the clients that are here now. */
const maxRemembered = 256;

export function createTokenHashes(): TokenHashes {
  const remembered = new Map<string, string>();
  return {
    of(token) {
      const known = remembered.get(token);
      if (known !== undefined) return known;
      const hash = hashToken(token);
      if (remembered.size >= maxRemembered) remembered.clear();
      remembered.set(token, hash);
      return hash;
    },
  };
}
