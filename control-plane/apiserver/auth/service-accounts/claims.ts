import { isJsonObject } from '../../../../shared/api/json.ts';
import type { KubernetesObject } from '../../../../shared/api/object.ts';
import type { UserInfo } from '../../registry/registry.ts';
import { authenticatedGroup } from '../authorize.ts';

/** What a ServiceAccount's token says, in the names of RFC 7519 and of Kubernetes. Times are seconds. */
export interface TokenClaims {
  iss: string;
  sub: string;
  aud: string[];
  exp: number;
  iat: number;
  nbf: number;
  /** Names the token in logs. */
  jti?: string;
  'kubernetes.io': BoundClaims;
}

export interface BoundClaims {
  namespace: string;
  serviceaccount: Reference;
  /** The object that the token stands or falls with, if there is one; with a Pod, also the node it is on. */
  pod?: Reference;
  secret?: Reference;
  node?: Reference;
  /** From here on the client should long have fetched a new token. */
  warnafter?: number;
}

export interface Reference {
  name: string;
  uid?: string;
}

export const serviceAccountPrefix = 'system:serviceaccount:';
const allServiceAccounts = 'system:serviceaccounts';
const extraPrefix = 'authentication.kubernetes.io';

export function serviceAccountUserName({ namespace, name }: { namespace: string; name: string }): string {
  return `${serviceAccountPrefix}${namespace}:${name}`;
}

const accountName = /^system:serviceaccount:([a-z0-9](?:[-a-z0-9]*[a-z0-9])?):([a-z0-9](?:[-a-z0-9.]*[a-z0-9])?)$/;

/** The ServiceAccount that a user of this name is, if it is one. */
export function splitServiceAccountName(userName: string): { namespace: string; name: string } | undefined {
  const [, namespace, name] = accountName.exec(userName) ?? [];
  return namespace !== undefined && name !== undefined ? { namespace, name } : undefined;
}

/** The groups that a ServiceAccount is in besides those of every user. */
export function serviceAccountGroups(namespace: string): string[] {
  return [allServiceAccounts, `${allServiceAccounts}:${namespace}`];
}

/** The user that a verified token speaks for. */
export function userOfClaims({ jti, 'kubernetes.io': bound }: TokenClaims): UserInfo {
  const { namespace, serviceaccount, pod, node } = bound;
  const extra: Record<string, string[]> = {};
  if (jti) extra[`${extraPrefix}/credential-id`] = [`JTI=${jti}`];
  if (node) {
    extra[`${extraPrefix}/node-name`] = [node.name];
    if (node.uid) extra[`${extraPrefix}/node-uid`] = [node.uid];
  }
  if (pod?.uid) {
    extra[`${extraPrefix}/pod-name`] = [pod.name];
    extra[`${extraPrefix}/pod-uid`] = [pod.uid];
  }
  return {
    name: serviceAccountUserName({ namespace, name: serviceaccount.name }),
    uid: serviceaccount.uid,
    groups: [...serviceAccountGroups(namespace), authenticatedGroup],
    ...(Object.keys(extra).length > 0 ? { extra } : {}),
  };
}

export function referenceTo({ metadata: { name = '', uid } }: KubernetesObject): Reference {
  return { name, ...(uid ? { uid } : {}) };
}

/** The `kubernetes.io` part of a payload, if it is one. Whatever a key of the cluster has signed has this form. */
export function readBoundClaims(value: unknown): BoundClaims | undefined {
  if (!isJsonObject(value) || typeof value.namespace !== 'string') return undefined;
  return isReference(value.serviceaccount) ? (value as unknown as BoundClaims) : undefined;
}

function isReference(value: unknown): value is Reference {
  return isJsonObject(value) && typeof value.name === 'string' && typeof value.uid === 'string';
}
