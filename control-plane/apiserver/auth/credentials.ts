import { createHash, timingSafeEqual } from 'node:crypto';
import type { KubernetesObject } from '../../../shared/api/object.ts';
import type { CommitQueue } from '../../store/commit-queue.ts';
import type { Store, StoreTransaction } from '../../store/store.ts';
import type { UserInfo } from '../registry/registry.ts';
import type { BearerToken } from './credential.ts';
import { internalResource } from './internal-resources.ts';

/**
 * Bearer credentials of a cluster, kept in its store under a resource that no path leads to. A credential is named by
 * its SHA-256, so that the store never holds anything that could be used, and each user has one: a new one replaces it.
 */
export interface Credentials {
  find(credential: Pick<BearerToken, 'hash'>): UserInfo | undefined;
  /** Makes a credential for the user, replaces the one it had, and returns the token: the only time that it is seen. */
  issue(user: UserInfo): Promise<string>;
  /** Forgets the user's credential, if there is one. */
  revoke(userName: string): Promise<void>;
}

export interface CredentialsDeps {
  store: Pick<Store, 'get' | 'onCommit'>;
  commits: CommitQueue;
  /** 32 random bytes, base64url. */
  newToken(): string;
  uid(): string;
}

/** Storage name of credentials; not a kind, hence in no path and no discovery. */
export const credentialsResource = internalResource('credentials');

interface StoredCredential extends KubernetesObject {
  user: UserInfo;
}

/** Every request asks for a credential, few of them for many different ones. */
const maxRemembered = 1000;

export function createCredentials({ store, commits, newToken, uid }: CredentialsDeps): Credentials {
  const remembered = new Map<string, UserInfo>();
  store.onCommit((changes) => {
    if (changes.some(({ key }) => key.resource === credentialsResource)) remembered.clear();
  });

  return {
    find({ hash }) {
      const known = remembered.get(hash);
      if (known) return known;
      const stored = store.get(keyOf(hash));
      if (!stored) return undefined;
      const { user } = JSON.parse(stored.json) as StoredCredential;
      if (remembered.size >= maxRemembered) remembered.clear();
      remembered.set(hash, user);
      return user;
    },
    async issue(user) {
      const token = newToken();
      const name = hashToken(token);
      const id = uid();
      await commits.submit((tx) => {
        remove(tx, user.name);
        const json = JSON.stringify({ metadata: { name, uid: id, resourceVersion: String(tx.nextRevision) }, user });
        tx.put({ key: keyOf(name), uid: id, json, labels: {}, owners: [], claims: [claimOf(user.name)] });
      });
      return token;
    },
    revoke: (userName) => commits.submit((tx) => remove(tx, userName)),
  };
}

function remove(tx: StoreTransaction, userName: string): void {
  const held = tx.claimant(claimOf(userName));
  const stored = held && tx.get(held);
  if (stored) tx.delete(stored.key, stored.json);
}

function keyOf(tokenHash: string) {
  return { resource: credentialsResource, namespace: '', name: tokenHash };
}

function claimOf(userName: string): string {
  return `credential/${userName}`;
}

/** SHA-256 of a token, hex: the form in which credentials are looked up and compared. */
export function hashToken(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}

/** Compares two hex digests in constant time. */
export function sameHash(a: string, b: string): boolean {
  const [left, right] = [new TextEncoder().encode(a), new TextEncoder().encode(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}
