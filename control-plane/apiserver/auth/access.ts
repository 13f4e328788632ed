import { fromStatus, StatusError, unauthorized } from '../../../shared/api/errors.ts';
import type { Status } from '../../../shared/api/object.ts';
import type { UserInfo } from '../registry/registry.ts';
import type { Authenticator } from './authenticator.ts';
import { type Authorizer, anonymousUser, type RequestAttributes, requireAllowed } from './authorize.ts';
import type { Credential } from './credential.ts';
import { impersonate } from './impersonation.ts';

/** Who is there, and may they? The two questions that every request answers first. */
export interface Access {
  /** `credential` is absent without a bearer token. Throws Unauthorized. */
  authenticate(credential: Credential | undefined): UserInfo | Promise<UserInfo>;
  /**
   * Both at once. Without a credential the request is anonymous: it may read what the rules allow to anybody, and never
   * write. Throws Unauthorized or Forbidden.
   */
  admit(credential: Credential | undefined, attributes: RequestAttributes): UserInfo | Promise<UserInfo>;
}

const reads: ReadonlySet<string> = new Set(['get', 'list', 'watch', 'head']);

/** In the object that holds the credentials. */
export function createAccess({
  authenticator,
  authorizer,
}: {
  authenticator: Authenticator;
  authorizer: Authorizer;
}): Access {
  function authenticate(credential: Credential | undefined, attributes?: RequestAttributes) {
    const user = authenticator.authenticate(credential);
    const wanted = credential?.as;
    if (!wanted) return user;
    const become = (requestor: UserInfo) => impersonate({ authorizer, requestor, wanted, attributes }).user;
    return user instanceof Promise ? user.then(become) : become(user);
  }
  const permit = (user: UserInfo, attributes: RequestAttributes) => {
    requireAllowed(authorizer, user, attributes);
    return user;
  };
  return {
    authenticate: (credential) => authenticate(credential),
    admit(credential, attributes) {
      if (!credential) {
        if (!reads.has(attributes.verb)) throw unauthorized();
        return permit(anonymousUser, attributes);
      }
      const user = authenticate(credential, attributes);
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
    const question = JSON.stringify([credential?.hash, credential?.as, attributes]);
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
