import { badRequest, notFound } from '../../../shared/api/errors.ts';
import type { KubernetesObject } from '../../../shared/api/object.ts';
import type { CommitQueue } from '../../store/commit-queue.ts';
import type { StoredObject, StoreReader } from '../../store/store.ts';
import type { UserInfo } from '../registry/registry.ts';
import { authenticatedGroup } from './authorize.ts';
import { hashToken } from './credentials.ts';
import { internalResource } from './internal-resources.ts';

/** A bootstrap token as it is listed: without its secret, which is not kept. */
export interface BootstrapToken {
  id: string;
  description?: string;
  /** RFC 3339; absent: never. */
  expiresAt?: string;
}

/** Tokens with which machines join, in Kubernetes' format `ID.SECRET`. Only a hash of each is stored. */
export interface BootstrapTokens {
  list(): BootstrapToken[];
  /** `ttlSeconds` 0 or absent: does not expire. The answer carries the whole token, once. */
  create(options: { ttlSeconds?: number; description?: string }): Promise<BootstrapToken & { token: string }>;
  /** Throws NotFound. */
  remove(id: string): Promise<void>;
  /** Whom a token that has not expired speaks for; `tokenHash` is the SHA-256 of the whole token, hex. */
  find(tokenHash: string): UserInfo | undefined;
}

export interface BootstrapTokensDeps {
  reader: StoreReader;
  commits: CommitQueue;
  /** Epoch ms. */
  now(): number;
  /** A string of this many random characters of `[a-z0-9]`. */
  randomText(length: number): string;
  uid(): string;
}

/** Storage name; not a kind. Expired ones are removed with everything else that expires. */
export const bootstrapTokensResource = internalResource('bootstraptokens');
/** The group of those who may join machines and nothing else. */
export const bootstrappersGroup = 'system:bootstrappers';

const maxTtlSeconds = 10 * 365 * 86_400;

interface StoredToken extends KubernetesObject {
  description?: string;
  expiresAt?: string;
}

export function createBootstrapTokens(deps: BootstrapTokensDeps): BootstrapTokens {
  const { reader, commits, now, randomText, uid } = deps;
  const isLive = ({ expiresAt }: StoredToken) => expiresAt === undefined || Date.parse(expiresAt) > now();

  return {
    list: () => {
      const stored = reader.list({ resource: bootstrapTokensResource }).items.map(parse);
      return stored.filter(isLive).map(describe);
    },
    async create({ ttlSeconds = 0, description }) {
      if (!Number.isInteger(ttlSeconds) || ttlSeconds < 0 || ttlSeconds > maxTtlSeconds) {
        throw badRequest(`ttlSeconds: Invalid value: must be an integer between 0 and ${maxTtlSeconds}`);
      }
      if (description !== undefined && (typeof description !== 'string' || description.length > 1024)) {
        throw badRequest('description: Invalid value: must be a string of at most 1024 characters');
      }
      const [id, secret, objectId] = [randomText(6), randomText(16), uid()];
      const expiresAtMs = ttlSeconds > 0 ? now() + ttlSeconds * 1000 : undefined;
      const expiresAt = expiresAtMs === undefined ? undefined : new Date(expiresAtMs).toISOString();
      await commits.submit((tx) => {
        const metadata = { name: id, uid: objectId, resourceVersion: String(tx.nextRevision) };
        const json = JSON.stringify({ metadata, description, expiresAt });
        const claims = [claimOf(hashToken(`${id}.${secret}`))];
        tx.put({ key: keyOf(id), uid: objectId, json, labels: {}, owners: [], claims, expiresAtMs });
      });
      return { id, description, expiresAt, token: `${id}.${secret}` };
    },
    remove: (id) =>
      commits.submit((tx) => {
        const stored = tx.get(keyOf(id));
        if (!stored) throw notFound({ resource: 'bootstraptokens', name: id });
        tx.delete(stored.key, stored.json);
      }),
    find(tokenHash) {
      const key = reader.claimant(claimOf(tokenHash));
      const stored = key && reader.get(key);
      const token = stored && parse(stored);
      if (!token || !isLive(token)) return undefined;
      return { name: `system:bootstrap:${token.metadata.name}`, groups: [bootstrappersGroup, authenticatedGroup] };
    },
  };
}

function keyOf(id: string) {
  return { resource: bootstrapTokensResource, namespace: '', name: id };
}

function claimOf(tokenHash: string): string {
  return `bootstraptoken/${tokenHash}`;
}

function parse(stored: StoredObject): StoredToken {
  return JSON.parse(stored.json) as StoredToken;
}

function describe({ metadata, description, expiresAt }: StoredToken): BootstrapToken {
  return { id: metadata.name ?? '', description, expiresAt };
}
