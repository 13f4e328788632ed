import { expect, test } from 'vitest';
import type { KubernetesObject } from '../../api/object.ts';
import clusterRole from '../cluster-role.ts';
import clusterRoleBinding from '../cluster-role-binding.ts';
import type { KindDefinition } from '../define-kind.ts';
import role from '../role.ts';
import roleBinding from '../role-binding.ts';
import { submit } from '../testing/submit.ts';

const refusals = (kind: KindDefinition, body: object, old?: object) =>
  (
    submit(kind, { metadata: { name: 'x' }, ...body }, { old: old && { metadata: { name: 'x' }, ...old } }).errors ?? []
  ).map(({ field, message }) => `${field}: ${message}`);

test('a rule names verbs and either resources or URLs', () => {
  expect(refusals(role, { rules: [{ verbs: [] }] })).toEqual([
    'rules[0].verbs: Required value: verbs must contain at least one value',
    'rules[0].apiGroups: Required value: resource rules must supply at least one api group',
    'rules[0].resources: Required value: resource rules must supply at least one resource',
  ]);
  const mixed = { rules: [{ verbs: ['get'], nonResourceURLs: ['/x'], resources: ['pods'] }] };
  const both =
    'rules[0].nonResourceURLs: Invalid value: ["/x"]: rules cannot apply to both regular resources and non-resource URLs';
  expect(refusals(clusterRole, mixed)).toEqual([both]);
  expect(refusals(role, mixed)).toEqual([
    'rules[0].nonResourceURLs: Invalid value: ["/x"]: namespaced rules cannot apply to non-resource URLs',
    both,
  ]);
});

test('an aggregation selects something', () => {
  expect(refusals(clusterRole, { aggregationRule: {} })).toEqual([
    'aggregationRule.clusterRoleSelectors: Required value: at least one clusterRoleSelector required if aggregationRule is non-nil',
  ]);
  expect(
    refusals(clusterRole, { aggregationRule: { clusterRoleSelectors: [{ matchLabels: { 'a b': 'c' } }] } }),
  ).toHaveLength(1);
});

const roleRef = { kind: 'ClusterRole', name: 'view' };

test('names of roles and bindings are segments of a path', () => {
  const named = (name: string) => submit(role, { metadata: { name } }).errors?.map(({ message }) => message);
  expect(named('system::leader:Locking')).toBeUndefined();
  expect(named('a/b')).toEqual([`Invalid value: "a/b": may not contain '/'`]);
});

test('a binding gets the groups of its role and subjects', () => {
  const { object } = submit(roleBinding, {
    metadata: { name: 'x' },
    roleRef,
    subjects: [
      { kind: 'User', name: 'jane' },
      { kind: 'Group', name: 'devs' },
      { kind: 'ServiceAccount', name: 'bot' },
    ],
  });
  expect(object).toMatchObject({
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', ...roleRef },
    subjects: [
      { apiGroup: 'rbac.authorization.k8s.io' },
      { apiGroup: 'rbac.authorization.k8s.io' },
      { kind: 'ServiceAccount', name: 'bot' },
    ],
  });
});

test('a binding refers to a role and to subjects that can be', () => {
  const subjects = [
    { kind: 'ServiceAccount', name: 'Bot' },
    { kind: 'User', name: '', apiGroup: 'other' },
    { kind: 'Pod', name: 'p' },
  ];
  expect(refusals(clusterRoleBinding, { roleRef: { kind: 'Role', name: '' }, subjects })).toEqual([
    'roleRef.kind: Unsupported value: "Role": supported values: "ClusterRole"',
    'roleRef.name: Required value',
    expect.stringMatching(/^subjects\[0\]\.name: Invalid value: "Bot": a lowercase RFC 1123 subdomain/),
    'subjects[0].namespace: Required value',
    'subjects[1].name: Required value',
    'subjects[1].apiGroup: Unsupported value: "other": supported values: "rbac.authorization.k8s.io"',
    'subjects[2].kind: Unsupported value: "Pod": supported values: "ServiceAccount", "User", "Group"',
  ]);
});

test('the role of a binding stays', () => {
  expect(refusals(roleBinding, { roleRef: { kind: 'ClusterRole', name: 'edit' } }, { roleRef })).toEqual([
    'roleRef: Invalid value: {"APIGroup":"rbac.authorization.k8s.io","Kind":"ClusterRole","Name":"edit"}: cannot change roleRef',
  ]);
  expect(refusals(roleBinding, { roleRef, subjects: [{ kind: 'User', name: 'jane' }] }, { roleRef })).toEqual([]);
});

test('tables show who is bound to what', () => {
  const object = {
    metadata: { name: 'x' },
    roleRef,
    subjects: [
      { kind: 'User', name: 'jane' },
      { kind: 'User', name: 'joe' },
      { kind: 'ServiceAccount', namespace: 'n', name: 'bot' },
    ],
  } as unknown as KubernetesObject;
  const cells = roleBinding.columns.map(({ name, cell }) => [name, cell(object, { nowMs: 0 })]);
  expect(Object.fromEntries(cells)).toMatchObject({
    Role: 'ClusterRole/view',
    Users: 'jane, joe',
    Groups: '',
    ServiceAccounts: 'n/bot',
  });
});
