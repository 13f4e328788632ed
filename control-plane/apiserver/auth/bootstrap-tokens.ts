import { badRequest, notFound } from '../../../shared/api/errors.ts';
import type { Secret } from '../../../shared/api/object.ts';
import { bytesOfText } from '../../../shared/certificates/pem.ts';
import {
  bootstrapTokenEnd,
  bootstrapTokenNamespace,
  bootstrapTokenType,
  textOfSecret,
} from '../../../shared/kinds/secret/bootstrap-token.ts';
import type { ClusterClient } from '../../client.ts';
import { writeAll } from '../../controllers/runtime/write.ts';
import type { StoreReader } from '../../store/store.ts';
import type { UserInfo } from '../registry/registry.ts';
import type { TokenLookup } from './authenticator.ts';
import { authenticatedGroup } from './authorize.ts';
import { hashToken, sameHash } from './credentials.ts';

/** A bootstrap token as it is listed: without its secret. */
export interface BootstrapToken {
  id: string;
  description?: string;
  /** RFC 3339; absent: never. */
  expiresAt?: string;
}

/**
 * Tokens with which machines join, in Kubernetes' format `ID.SECRET`. Each is a Secret of type
 * `bootstrap.kubernetes.io/token` in `kube-system`, whoever made it.
 */
export interface BootstrapTokens extends TokenLookup {
  list(): BootstrapToken[];
  /** `ttlSeconds` 0 or absent: does not expire. The answer carries the whole token. */
  create(options: { ttlSeconds?: number; description?: string }): Promise<BootstrapToken & { token: string }>;
  /** Throws NotFound. */
  remove(id: string): Promise<void>;
}

export interface BootstrapTokensDeps {
  reader: StoreReader;
  client(): Pick<ClusterClient, 'write'>;
  /** Epoch ms. */
  now(): number;
  /** A string of this many random characters of `[a-z0-9]`. */
  randomText(length: number): string;
}

/** The group of those who may join machines and nothing else. */
export const bootstrappersGroup = 'system:bootstrappers';
const namePrefix = 'bootstrap-token-';
const extraGroup = /^system:bootstrappers:[a-z0-9:-]{0,255}[a-z0-9]$/;
const maxTtlSeconds = 10 * 365 * 86_400;

export function createBootstrapTokens({ reader, client, now, randomText }: BootstrapTokensDeps): BootstrapTokens {
  const stored = (id: string): Secret | undefined => {
    const found = reader.get(keyOf(id));
    const secret = found && (JSON.parse(found.json) as Secret);
    return secret?.type === bootstrapTokenType && !secret.metadata.deletionTimestamp ? secret : undefined;
  };

  return {
    list() {
      const { items } = reader.list({ resource: 'secrets', namespace: bootstrapTokenNamespace });
      return items
        .map(({ json }) => JSON.parse(json) as Secret)
        .filter((secret) => secret.type === bootstrapTokenType && !hasExpired(secret, now()))
        .map(describe);
    },
    async create({ ttlSeconds = 0, description }) {
      if (!Number.isInteger(ttlSeconds) || ttlSeconds < 0 || ttlSeconds > maxTtlSeconds) {
        throw badRequest(`ttlSeconds: Invalid value: must be an integer between 0 and ${maxTtlSeconds}`);
      }
      if (description !== undefined && (typeof description !== 'string' || description.length > 1024)) {
        throw badRequest('description: Invalid value: must be a string of at most 1024 characters');
      }
      const [id, secret] = [randomText(6), randomText(16)];
      const expiresAt = ttlSeconds > 0 ? wholeSeconds(now() + ttlSeconds * 1000) : undefined;
      const texts = {
        'token-id': id,
        'token-secret': secret,
        'usage-bootstrap-authentication': 'true',
        ...(description === undefined ? {} : { description }),
        ...(expiresAt === undefined ? {} : { expiration: expiresAt }),
      };
      const data = Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, bytesOfText(text)]));
      const { namespace, name } = keyOf(id);
      const metadata = { namespace, name };
      const object = { apiVersion: 'v1', kind: 'Secret', metadata, type: bootstrapTokenType, data };
      await writeAll(client(), [{ verb: 'create', resource: 'secrets', object }]);
      return { id, description, expiresAt, token: `${id}.${secret}` };
    },
    async remove(id) {
      if (!stored(id)) throw notFound({ resource: 'bootstraptokens', name: id });
      await writeAll(client(), [{ verb: 'delete', key: keyOf(id) }]);
    },
    find({ hash, bootstrapId }) {
      const secret = bootstrapId === undefined ? undefined : stored(bootstrapId);
      if (!secret || bootstrapId === undefined || textOfSecret(secret, 'token-id') !== bootstrapId) return undefined;
      if (!sameHash(hash, hashToken(`${bootstrapId}.${textOfSecret(secret, 'token-secret')}`))) return undefined;
      if (hasExpired(secret, now()) || textOfSecret(secret, 'usage-bootstrap-authentication') !== 'true')
        return undefined;
      const groups = groupsOf(secret);
      return groups && { name: `system:bootstrap:${bootstrapId}`, groups: [...groups, authenticatedGroup] };
    },
  };
}

function hasExpired(secret: Secret, nowMs: number): boolean {
  const end = bootstrapTokenEnd(secret);
  return end !== undefined && end <= nowMs;
}

/** Undefined where one of those that the Secret names is not for bootstrapping: then the token is for nothing. */
function groupsOf(secret: Secret): UserInfo['groups'] | undefined {
  const extra = textOfSecret(secret, 'auth-extra-groups');
  const named = extra === '' ? [] : extra.split(',').map((group) => group.trim());
  return named.every((group) => extraGroup.test(group)) ? [...new Set([bootstrappersGroup, ...named])] : undefined;
}

function describe(secret: Secret): BootstrapToken {
  return {
    id: textOfSecret(secret, 'token-id'),
    description: textOfSecret(secret, 'description') || undefined,
    expiresAt: textOfSecret(secret, 'expiration') || undefined,
  };
}

function keyOf(id: string) {
  return { resource: 'secrets', namespace: bootstrapTokenNamespace, name: namePrefix + id };
}

function wholeSeconds(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}
