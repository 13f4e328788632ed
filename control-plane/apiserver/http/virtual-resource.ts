import type { KubernetesObject } from '../../../shared/api/object.ts';
import type { Authenticator } from '../auth/authenticator.ts';
import type { Authorizer, RuleResolver } from '../auth/authorize.ts';
import type { UserInfo } from '../registry/registry.ts';

/** Resources that are computed and never stored: a client creates one and reads the answer out of it. */
export interface VirtualResource<T = KubernetesObject> {
  group: string;
  version: string;
  plural: string;
  kind: string;
  /** Name of its type in the generated schema tables. */
  schema: string;
  scope: 'Namespaced' | 'Cluster';
  /** `object` has been decoded; returns what the client gets, without its type. */
  create(object: T, context: VirtualContext): object | Promise<object>;
}

export interface VirtualContext {
  user: UserInfo;
  /** Of the request; empty for a resource of the cluster. */
  namespace: string;
  authorizer: Authorizer & RuleResolver;
  authenticator: Authenticator;
  /** Epoch ms. */
  nowMs: number;
}

/** Declares one. What `create` gets has the form of `T` because it was decoded by the schema of that name. */
export function defineVirtual<T extends { metadata: object }>(definition: VirtualResource<T>): VirtualResource {
  return definition as unknown as VirtualResource;
}

/** A user as `authentication.k8s.io` writes it. */
export function describeUser({ name, uid, groups, extra }: UserInfo): object {
  return { username: name, ...(uid ? { uid } : {}), groups: [...groups], ...(extra ? { extra } : {}) };
}
