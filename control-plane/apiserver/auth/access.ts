import { fromStatus, StatusError, unauthorized } from '../../../shared/api/errors.ts';
import type { Status } from '../../../shared/api/object.ts';
import type { UserInfo } from '../registry/registry.ts';
import type { Authenticator } from './authenticator.ts';
import { type Authorizer, anonymousUser, type RequestAttributes, requireAllowed } from './authorize.ts';
import type { Credential } from './credential.ts';

/** Who is there, and may they? The two questions that every request answers first. */
export interface Access {
  /** `credential` is absent without a bearer token. Throws Unauthorized. */
  authenticate(credential: Credential | undefined): UserInfo | Promise<UserInfo>;
  /**
   * Both at once. Without a credential the request is anonymous: it is served where the rules allow that, and asked for a
   * credential everywhere else. Throws Unauthorized or Forbidden.
   */
  admit(credential: Credential | undefined, attributes: RequestAttributes): UserInfo | Promise<UserInfo>;
}

/** In the object that holds the credentials. */
export function createAccess(deps: { authenticator: Authenticator; authorizer: Authorizer }): Access {
  const { authenticate } = deps.authenticator;
  const permit = (user: UserInfo, attributes: RequestAttributes) => {
    requireAllowed(deps.authorizer, user, attributes);
    return user;
  };
  return {
    authenticate,
    admit(credential, attributes) {
      if (!credential) {
        if (deps.authorizer.authorize(anonymousUser, attributes).allowed) return anonymousUser;
        throw unauthorized();
      }
      const user = authenticate(credential);
      return user instanceof Promise ? user.then((found) => permit(found, attributes)) : permit(user, attributes);
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
  ask(credential: Credential | undefined, attributes: RequestAttributes | undefined): Promise<AccessResult>;
  /** Epoch ms. */
  now(): number;
}

/** A withdrawn credential keeps working on a shard for at most this long. */
const rememberMs = 10_000;
const maxRemembered = 1000;

/** In a shard: asks the cluster's main object, and remembers what was allowed for a few seconds. */
export function createRemoteAccess({ ask, now }: RemoteAccessDeps): Access {
  const remembered = new Map<string, { user: UserInfo; until: number }>();

  async function admit(credential: Credential | undefined, attributes?: RequestAttributes): Promise<UserInfo> {
    const question = JSON.stringify([credential?.hash, attributes]);
    const known = remembered.get(question);
    if (known && known.until > now()) return known.user;
    const result = await ask(credential, attributes);
    if ('status' in result) throw fromStatus(result.status);
    if (remembered.size >= maxRemembered) remembered.clear();
    remembered.set(question, { user: result.user, until: now() + rememberMs });
    return result.user;
  }

  return { authenticate: (credential) => admit(credential), admit };
}
