import { fromStatus, StatusError } from '../../../shared/api/errors.ts';
import type { Status } from '../../../shared/api/object.ts';
import type { UserInfo } from '../registry/registry.ts';
import type { Authenticator } from './authenticator.ts';
import { type Authorizer, anonymousUser, type Decision, forbiddenError, type RequestAttributes } from './authorize.ts';
import type { Credential } from './credential.ts';
import { type Impersonated, impersonate } from './impersonation.ts';
import type { Impersonation } from './impersonation-headers.ts';

/** What was found out on the way to an answer, whichever it was: for the audit log. */
export interface AccessNotes {
  /** Who sends the request. */
  user?: UserInfo;
  /** As whom it is served, if that is somebody else. */
  impersonated?: Impersonated;
  decision?: Decision;
}

/** Who is there, and may they? The two questions that every request answers first. */
export interface Access {
  /** Throws Unauthorized, or Forbidden for who may not be somebody else. */
  authenticate(credential: Credential | undefined, notes?: AccessNotes): UserInfo | Promise<UserInfo>;
  /**
   * Both at once. Without a credential the request is anonymous, and may what the rules allow to anybody. Throws
   * Unauthorized or Forbidden.
   */
  admit(
    credential: Credential | undefined,
    attributes: RequestAttributes,
    notes?: AccessNotes,
  ): UserInfo | Promise<UserInfo>;
}

export interface AccessDeps {
  authenticator: Authenticator;
  authorizer: Authorizer;
}

/** In the object that holds the credentials. */
export function createAccess({ authenticator, authorizer }: AccessDeps): Access {
  function become(
    requestor: UserInfo,
    wanted: Impersonation | undefined,
    notes: AccessNotes,
    attributes?: RequestAttributes,
  ) {
    notes.user = requestor;
    if (!wanted) return requestor;
    notes.impersonated = impersonate({ authorizer, requestor, wanted, attributes });
    return notes.impersonated.user;
  }

  function authenticate(credential: Credential | undefined, notes: AccessNotes, attributes?: RequestAttributes) {
    const user = authenticator.authenticate(credential);
    return user instanceof Promise
      ? user.then((found) => become(found, credential?.as, notes, attributes))
      : become(user, credential?.as, notes, attributes);
  }

  function permit(user: UserInfo, attributes: RequestAttributes, notes: AccessNotes): UserInfo {
    notes.decision = authorizer.authorize(user, attributes);
    if (!notes.decision.allowed) throw forbiddenError(user, attributes, notes.decision.reason);
    return user;
  }

  return {
    authenticate: (credential, notes = {}) => authenticate(credential, notes),
    admit(credential, attributes, notes = {}) {
      if (!credential) {
        notes.user = anonymousUser;
        return permit(anonymousUser, attributes, notes);
      }
      const user = authenticate(credential, notes, attributes);
      return user instanceof Promise
        ? user.then((found) => permit(found, attributes, notes))
        : permit(user, attributes, notes);
    },
  };
}

/** An answer to `admit` that can cross to another object, which errors cannot. */
export type AccessResult = ({ user: UserInfo } | { status: Status }) & { notes?: AccessNotes };

export async function accessResult(ask: (notes: AccessNotes) => UserInfo | Promise<UserInfo>): Promise<AccessResult> {
  const notes: AccessNotes = {};
  try {
    return { user: await ask(notes), notes };
  } catch (error) {
    if (error instanceof StatusError) return { status: error.toStatus(), notes };
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
  const remembered = new Map<string, { user: UserInfo; notes: AccessNotes; until: number }>();

  async function admit(
    credential: Credential | undefined,
    attributes?: RequestAttributes,
    notes: AccessNotes = {},
  ): Promise<UserInfo> {
    const question = JSON.stringify([
      credential?.token?.hash,
      credential?.certificate?.fingerprint,
      credential?.as,
      attributes,
    ]);
    const known = remembered.get(question);
    if (known && known.until > now()) {
      Object.assign(notes, known.notes);
      return known.user;
    }
    const result = await ask(credential, attributes);
    Object.assign(notes, result.notes);
    if ('status' in result) throw fromStatus(result.status);
    if (remembered.size >= maxRemembered) remembered.clear();
    remembered.set(question, { user: result.user, notes: { ...result.notes }, until: now() + rememberMs });
    return result.user;
  }

  return { authenticate: (credential, notes) => admit(credential, undefined, notes), admit };
}
