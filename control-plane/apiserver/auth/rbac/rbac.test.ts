import { describe, expect, it } from 'vitest';
import { createStore } from '../../../store/create-store.ts';
import type { Store } from '../../../store/store.ts';
import { openNodeDatabase } from '../../../store/testing/node-sqlite.ts';
import { rbacResources } from './policy.ts';
import { createPolicyCache } from './policy-cache.ts';
import { type RbacHarness, rbacContract } from './rbac.contract.ts';
import { createRbac } from './rbac.ts';

function put(
  store: Store,
  resource: string,
  { namespace = '', name }: { namespace?: string; name: string },
  body: object,
) {
  store.transaction((tx) => {
    const json = JSON.stringify({ metadata: { name, namespace }, ...body });
    tx.put({ key: { resource, namespace, name }, uid: name, json, labels: {}, owners: [], claims: [] });
  });
}

function open(): RbacHarness & { store: Store } {
  const store = createStore({ sql: openNodeDatabase(), now: () => 0 });
  const remove = (resource: string, namespace: string, name: string) =>
    store.transaction((tx) => tx.delete({ resource, namespace, name }, '{}'));
  const { roles, clusterRoles, roleBindings, clusterRoleBindings } = rbacResources;
  return {
    store,
    rbac: createRbac(createPolicyCache(store)),
    role: (name, rules, namespace) => put(store, namespace ? roles : clusterRoles, { name, namespace }, { rules }),
    bind(name, role, subjects, namespace) {
      const [kind, roleName] = role.split('/');
      put(
        store,
        namespace ? roleBindings : clusterRoleBindings,
        { name, namespace },
        {
          roleRef: { kind, name: roleName },
          subjects: subjects.map((subject) => {
            const [subjectKind = '', named = ''] = subject.split(' ');
            if (subjectKind !== 'ServiceAccount' || !named.includes('/')) return { kind: subjectKind, name: named };
            const [of, account] = named.split('/');
            return { kind: subjectKind, namespace: of, name: account };
          }),
        },
      );
    },
    removeRole: (name, namespace = '') => remove(namespace ? roles : clusterRoles, namespace, name),
    unbind: (name, namespace = '') => remove(namespace ? roleBindings : clusterRoleBindings, namespace, name),
  };
}

describe('RBAC over the store', () => {
  rbacContract(open);

  it('does not remember what was read in a transaction that failed', () => {
    const { store, rbac, role } = open();
    role('r', [{ verbs: ['get'], apiGroups: [''], resources: ['pods'] }]);
    const asked = { verb: 'get', group: '', resource: 'pods', subresource: '', namespace: 'n', name: 'a' };
    const jane = { name: 'jane', groups: [] };
    const json = JSON.stringify({
      metadata: { name: 'b', namespace: 'n' },
      roleRef: { kind: 'ClusterRole', name: 'r' },
      subjects: [{ kind: 'User', name: 'jane' }],
    });
    const key = { resource: rbacResources.roleBindings, namespace: 'n', name: 'b' };
    expect(() =>
      store.transaction((tx) => {
        tx.put({ key, uid: 'b', json, labels: {}, owners: [], claims: [] });
        expect(rbac.authorize(jane, asked).allowed).toBe(true);
        throw new Error('undone');
      }),
    ).toThrow('undone');
    expect(rbac.authorize(jane, asked).allowed).toBe(false);
  });

  it('asks the store once for what it decides many times', () => {
    const { store, rbac, role, bind } = open();
    role('r', [{ verbs: ['get'], apiGroups: [''], resources: ['pods'] }]);
    bind('b', 'ClusterRole/r', ['User jane'], 'n');
    const decide = (name: string) =>
      rbac.authorize(
        { name, groups: ['system:authenticated'] },
        { verb: 'get', group: '', resource: 'pods', subresource: '', namespace: 'n', name: 'a' },
      );
    decide('jane');
    const { rowsRead } = store.counters;
    for (let index = 0; index < 50; index++) decide(index % 2 ? 'jane' : `user-${index}`);
    expect(store.counters.rowsRead).toBe(rowsRead);
  });
});
