import {
  type Authorizer,
  adminGroup,
  authenticatedGroup,
  createAuthorizer,
} from '../../../control-plane/apiserver/auth/authorize.ts';
import { bootstrapPolicy } from '../../../control-plane/apiserver/auth/bootstrap-policy/policy.ts';
import { rbacResources } from '../../../control-plane/apiserver/auth/rbac/policy.ts';
import { createPolicyCache } from '../../../control-plane/apiserver/auth/rbac/policy-cache.ts';
import { createRbac } from '../../../control-plane/apiserver/auth/rbac/rbac.ts';
import type { UserInfo } from '../../../control-plane/apiserver/registry/registry.ts';
import { createStore } from '../../../control-plane/store/create-store.ts';
import { openNodeDatabase } from '../../../control-plane/store/testing/node-sqlite.ts';

/** Whose request is judged. */
export const users: Readonly<Record<'admin' | 'viewer' | 'member' | 'stranger', UserInfo>> = {
  admin: { name: 'admin', groups: [adminGroup, authenticatedGroup] },
  viewer: { name: 'viewer', groups: [authenticatedGroup] },
  member: { name: 'member', groups: ['team-1', 'team-2', 'team-3', authenticatedGroup] },
  stranger: { name: 'stranger', groups: [authenticatedGroup] },
};

const namespace = 'team';

/** The authorizer of a cluster with the roles that every cluster has, and `bindings` of other users in the namespace. */
export function authorizerWith(bindings: number): Authorizer {
  const store = createStore({ sql: openNodeDatabase(), now: () => 0 });
  const put = (resource: string, within: string, object: { metadata: { name?: string } }) => {
    const key = { resource, namespace: within, name: object.metadata.name ?? '' };
    store.transaction((tx) =>
      tx.put({ key, uid: key.name, json: JSON.stringify(object), labels: {}, owners: [], claims: [] }),
    );
  };
  const bind = (name: string, role: string, subject: object) =>
    put(rbacResources.roleBindings, namespace, {
      metadata: { name },
      ...{ roleRef: { kind: 'ClusterRole', name: role }, subjects: [subject] },
    });
  for (const { resource, object } of bootstrapPolicy()) put(resource, object.metadata.namespace ?? '', object);
  for (let index = 0; index < bindings; index++)
    bind(`other-${index}`, 'edit', { kind: 'User', name: `user-${index}` });
  bind('viewer', 'view', { kind: 'User', name: users.viewer.name });
  bind('team-3', 'edit', { kind: 'Group', name: 'team-3' });
  const nodeRules = { decide: () => ({ allowed: false }) };
  return createAuthorizer({ nodeRules, rbac: createRbac(createPolicyCache(store)) });
}

const warmup = 20_000;
const count = 200_000;

/** Microseconds that one decision takes on average. */
export function decisionTime(authorizer: Authorizer, user: UserInfo): number {
  const decide = (name: string) =>
    authorizer.authorize(user, { verb: 'get', group: '', resource: 'configmaps', subresource: '', namespace, name });
  for (let index = 0; index < warmup; index++) decide('a');
  const startedAt = performance.now();
  for (let index = 0; index < count; index++) decide('a');
  return ((performance.now() - startedAt) * 1000) / count;
}
