import type { CryptoKey, JWK } from 'jose';
import type { KubernetesObject } from '../../../../shared/api/object.ts';
import type { CommitQueue } from '../../../store/commit-queue.ts';
import type { Store } from '../../../store/store.ts';
import { internalResource } from '../internal-resources.ts';

/** The algorithm of every key; relying parties learn it from the key set. */
export const signingAlgorithm = 'ES256';

/** A key as relying parties see it (RFC 7517). */
export interface PublicKey {
  kty: 'EC';
  crv: 'P-256';
  x: string;
  y: string;
  /** Thumbprint of the key (RFC 7638). */
  kid: string;
  alg: typeof signingAlgorithm;
  use: 'sig';
}

/** The keys with which a cluster signs the tokens of its ServiceAccounts. The first one is made when it is needed. */
export interface SigningKeys {
  /** The key that signs now. */
  current(): Promise<{ id: string; key: CryptoKey }>;
  /** The public half of a key that is valid; undefined for any other id. */
  verifier(id: string): Promise<CryptoKey | undefined>;
  /** All valid keys, the oldest first. */
  published(): Promise<PublicKey[]>;
  /**
   * Adds a key. The one before goes on signing until relying parties, which may remember the published keys for
   * `publishedSeconds`, must have seen the new one.
   */
  rotate(): Promise<string>;
  /** Forgets a key, and with it everything that it has signed; false for an unknown id. */
  remove(id: string): Promise<boolean>;
}

/** How long the published keys may be remembered. */
export const publishedSeconds = 3600;

export interface SigningKeysDeps {
  store: Pick<Store, 'list' | 'onCommit'>;
  commits: CommitQueue;
  /** Epoch ms. */
  now(): number;
  uid(): string;
}

interface StoredKey extends KubernetesObject {
  privateKey: JWK;
  createdMs: number;
}

interface Key {
  id: string;
  createdMs: number;
  signer: CryptoKey;
  verifier: CryptoKey;
  published: PublicKey;
}

export const signingKeysResource = internalResource('serviceaccountkeys');

export function createSigningKeys({ store, commits, now, uid }: SigningKeysDeps): SigningKeys {
  let loaded: Promise<Key[]> | undefined;
  store.onCommit((changes) => {
    if (changes.some(({ key }) => key.resource === signingKeysResource)) loaded = undefined;
  });

  const load = () => {
    const { items } = store.list({ resource: signingKeysResource });
    // Two may be of the same moment, but not of the same revision.
    items.sort((a, b) => a.revision - b.revision);
    return Promise.all(items.map(({ json }) => importKey(JSON.parse(json) as StoredKey)));
  };
  const known = () => {
    loaded ??= load();
    return loaded;
  };

  /** With `onlyFirst`, nothing is added where a key is there already. */
  async function add({ onlyFirst }: { onlyFirst: boolean }): Promise<string> {
    const { id, privateKey } = await generateKey();
    await commits.submit((tx) => {
      if (onlyFirst && tx.list({ resource: signingKeysResource, limit: 1 }).items.length > 0) return;
      const objectId = uid();
      const metadata = { name: id, uid: objectId, resourceVersion: String(tx.nextRevision) };
      const json = JSON.stringify({ metadata, privateKey, createdMs: now() });
      tx.put({ key: keyOf(id), uid: objectId, json, labels: {}, owners: [], claims: [] });
    });
    return id;
  }

  async function atLeastOne(): Promise<Key[]> {
    const keys = await known();
    if (keys.length > 0) return keys;
    await add({ onlyFirst: true });
    return known();
  }

  return {
    async current() {
      const keys = await atLeastOne();
      const announced = keys.findLast(({ createdMs }) => createdMs <= now() - publishedSeconds * 1000);
      const { id, signer } = announced ?? keys[0]!;
      return { id, key: signer };
    },
    verifier: async (id) => (await known()).find((key) => key.id === id)?.verifier,
    published: async () => (await atLeastOne()).map(({ published }) => published),
    async rotate() {
      await atLeastOne();
      return add({ onlyFirst: false });
    },
    remove: (id) =>
      commits.submit((tx) => {
        const found = tx.get(keyOf(id));
        if (found) tx.delete(found.key, found.json);
        return found !== undefined;
      }),
  };
}

function keyOf(id: string) {
  return { resource: signingKeysResource, namespace: '', name: id };
}

async function generateKey(): Promise<{ id: string; privateKey: JWK }> {
  const { calculateJwkThumbprint, exportJWK, generateKeyPair } = await import('jose');
  const pair = await generateKeyPair(signingAlgorithm, { extractable: true });
  return { id: await calculateJwkThumbprint(pair.publicKey), privateKey: await exportJWK(pair.privateKey) };
}

async function importKey({ metadata, privateKey, createdMs }: StoredKey): Promise<Key> {
  const { importJWK } = await import('jose');
  const id = metadata.name ?? '';
  const { x = '', y = '' } = privateKey;
  const half = { kty: 'EC', crv: 'P-256', x, y } as const;
  // An EC key in JWK form always becomes a CryptoKey.
  const [signer, verifier] = (await Promise.all([
    importJWK(privateKey, signingAlgorithm),
    importJWK(half, signingAlgorithm),
  ])) as [CryptoKey, CryptoKey];
  return { id, createdMs, signer, verifier, published: { ...half, kid: id, alg: signingAlgorithm, use: 'sig' } };
}
