import { fromStatus, StatusError, unauthorized } from '../../../shared/api/errors.ts';
import type { Status } from '../../../shared/api/object.ts';
import type { UserInfo } from '../registry/registry.ts';
import { type Authorizer, type RequestAttributes, requireAllowed } from './authorize.ts';

/** Who is there, and may they? The two questions that every request answers first. */
export interface Access {
  /** `tokenHash` is absent without a bearer token. Throws Unauthorized. */
  authenticate(tokenHash: string | undefined): UserInfo | Promise<UserInfo>;
  /** Both at once. Throws Unauthorized or Forbidden. */
  admit(tokenHash: string | undefined, attributes: RequestAttributes): UserInfo | Promise<UserInfo>;
}

/** Whom a bearer token speaks for, by its SHA-256 in hex. */
export interface TokenLookup {
  find(tokenHash: string): UserInfo | undefined;
}

/** In the object that holds the credentials: asks each kind of token in turn. */
export function createAccess({
  tokens,
  authorizer,
}: {
  tokens: readonly TokenLookup[];
  authorizer: Authorizer;
}): Access {
  const findUser = (tokenHash: string) => {
    for (const lookup of tokens) {
      const user = lookup.find(tokenHash);
      if (user) return user;
    }
    return undefined;
  };
  const authenticate = (tokenHash: string | undefined) => {
    const user = tokenHash === undefined ? undefined : findUser(tokenHash);
    if (!user) throw unauthorized();
    return user;
  };
  return {
    authenticate,
    admit(tokenHash, attributes) {
      const user = authenticate(tokenHash);
      requireAllowed(authorizer, user, attributes);
      return user;
    },
  };
}

/** An answer to `admit` that can cross to another object, which errors cannot. */
export type AccessResult = { user: UserInfo } | { status: Status };

export async function accessResult(ask: () => UserInfo | Promise<UserInfo>): Promise<AccessResult> {
  try {
    return { user: await ask() };
  } catch (error) {
    if (error instanceof StatusError) return { status: error.toStatus() };
    throw error;
  }
}

export interface RemoteAccessDeps {
  ask(tokenHash: string, attributes: RequestAttributes | undefined): Promise<AccessResult>;
  /** Epoch ms. */
  now(): number;
}

/** A withdrawn credential keeps working on a shard for at most this long. */
const rememberMs = 10_000;
const maxRemembered = 1000;

/** In a shard: asks the cluster's main object, and remembers what was allowed for a few seconds. */
export function createRemoteAccess({ ask, now }: RemoteAccessDeps): Access {
  const remembered = new Map<string, { user: UserInfo; until: number }>();

  async function admit(tokenHash: string | undefined, attributes: RequestAttributes | undefined): Promise<UserInfo> {
    if (tokenHash === undefined) throw unauthorized();
    const question = JSON.stringify([tokenHash, attributes]);
    const known = remembered.get(question);
    if (known && known.until > now()) return known.user;
    const result = await ask(tokenHash, attributes);
    if ('status' in result) throw fromStatus(result.status);
    if (remembered.size >= maxRemembered) remembered.clear();
    remembered.set(question, { user: result.user, until: now() + rememberMs });
    return result.user;
  }

  return { authenticate: (tokenHash) => admit(tokenHash, undefined), admit };
}
