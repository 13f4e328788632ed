import type { Authenticator } from '../auth/authenticator.ts';
import type { Authorizer } from '../auth/authorize.ts';
import type { UserInfo } from '../registry/registry.ts';

/** Resources that are computed and never stored: a client creates one and reads the answer out of it. */
export interface VirtualResource {
  group: string;
  version: string;
  plural: string;
  kind: string;
  /** Name of its type in the generated schema tables. */
  schema: string;
  /** `body` is the parsed object; returns what the client gets. */
  create(body: unknown, context: VirtualContext): object | Promise<object>;
}

export interface VirtualContext {
  user: UserInfo;
  authorizer: Authorizer;
  authenticator: Authenticator;
}

/** A user as `authentication.k8s.io` writes it. */
export function describeUser({ name, uid, groups, extra }: UserInfo): object {
  return { username: name, ...(uid ? { uid } : {}), groups: [...groups], ...(extra ? { extra } : {}) };
}
