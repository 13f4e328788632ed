import type { ObjectKey } from '../../../../shared/api/object.ts';
import type { Change } from '../../../store/store.ts';
import type { BoundObject } from './bound-objects.ts';
import type { TokenClaims } from './claims.ts';

/** A token whose signature has been verified. */
export interface VerifiedToken {
  claims: TokenClaims;
  objects: readonly BoundObject[];
  /** Epoch ms until which its objects need not be looked at again. */
  checkedUntil: number;
}

/** Tokens that were verified, by their hash. */
export interface RememberedTokens {
  get(hash: string): VerifiedToken | undefined;
  set(hash: string, token: VerifiedToken): void;
  clear(): void;
  /** What was committed: the tokens that are bound to it have to be checked again. */
  changed(changes: readonly Change[]): void;
}

export function createRememberedTokens({ limit }: { limit: number }): RememberedTokens {
  const tokens = new Map<string, VerifiedToken>();
  const byObject = new Map<string, Set<string>>();

  function forget(hash: string): void {
    for (const { key } of tokens.get(hash)?.objects ?? []) {
      const hashes = byObject.get(identify(key));
      hashes?.delete(hash);
      if (hashes?.size === 0) byObject.delete(identify(key));
    }
    tokens.delete(hash);
  }

  return {
    get: (hash) => tokens.get(hash),
    set(hash, token) {
      forget(hash);
      // The one that was verified longest ago has to make room.
      const [oldest] = tokens.keys();
      if (tokens.size >= limit && oldest !== undefined) forget(oldest);
      tokens.set(hash, token);
      for (const { key } of token.objects) {
        const hashes = byObject.get(identify(key)) ?? new Set();
        byObject.set(identify(key), hashes.add(hash));
      }
    },
    clear() {
      tokens.clear();
      byObject.clear();
    },
    changed(changes) {
      if (byObject.size === 0) return;
      for (const { key } of changes) {
        for (const hash of byObject.get(identify(key)) ?? []) tokens.get(hash)!.checkedUntil = 0;
      }
    },
  };
}

function identify({ resource, namespace, name }: ObjectKey): string {
  return `${resource}/${namespace}/${name}`;
}
