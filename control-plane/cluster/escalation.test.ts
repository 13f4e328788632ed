import { beforeAll, describe, expect, it } from 'vitest';
import { ClusterFixture } from './testing/fixture.ts';

const rbac = '/apis/rbac.authorization.k8s.io/v1';
const inDefault = `${rbac}/namespaces/default`;
const readPods = { verbs: ['get', 'list'], apiGroups: [''], resources: ['pods'] };
const readSecrets = { verbs: ['get', 'list'], apiGroups: [''], resources: ['secrets'] };
const roleAdmin = {
  verbs: ['create', 'update', 'patch'],
  apiGroups: ['rbac.authorization.k8s.io'],
  resources: ['roles', 'rolebindings', 'clusterroles', 'clusterrolebindings'],
};

let cluster: ClusterFixture;
let jane: string;

/** What somebody holds over the whole cluster. */
async function grant(user: string, rules: object[]) {
  const name = `${user}-may`;
  await cluster.call('POST', `${rbac}/clusterroles`, { body: { metadata: { name }, rules } });
  const roleRef = { kind: 'ClusterRole', name };
  const body = { metadata: { name }, roleRef, subjects: [{ kind: 'User', name: user }] };
  expect((await cluster.call('POST', `${rbac}/clusterrolebindings`, { body })).status).toBe(201);
  return cluster.cluster.credentials.issue({ name: user, groups: ['devs', 'system:authenticated'] });
}

async function attempt(token: string, path: string, body: object, method = 'POST') {
  const { status, json } = await cluster.call(method, path, { token, body });
  return { status, message: json.message };
}

const bindingTo = (name: string, roleRef: object) => ({
  metadata: { name },
  roleRef,
  subjects: [{ kind: 'User', name: 'joe' }],
});

beforeAll(async () => {
  cluster = await ClusterFixture.create();
  jane = await grant('jane', [roleAdmin, readPods]);
});

describe('a role', () => {
  it('of what one has can be given', async () => {
    expect((await attempt(jane, `${inDefault}/roles`, { metadata: { name: 'mine' }, rules: [readPods] })).status).toBe(
      201,
    );
  });

  it('of what one has not cannot', async () => {
    const rules = [readSecrets, { ...readPods, verbs: ['delete'] }];
    expect(await attempt(jane, `${inDefault}/roles`, { metadata: { name: 'more' }, rules })).toEqual({
      status: 403,
      message:
        'roles.rbac.authorization.k8s.io "more" is forbidden: user "jane" (groups=["devs" "system:authenticated"]) is attempting to grant RBAC permissions not currently held:\n' +
        '{APIGroups:[""], Resources:["pods"], Verbs:["delete"]}\n' +
        '{APIGroups:[""], Resources:["secrets"], Verbs:["get" "list"]}',
    });
  });

  it('cannot be widened, but it can be narrowed', async () => {
    await cluster.call('POST', `${inDefault}/roles`, { body: { metadata: { name: 'wide' }, rules: [readPods] } });
    const put = (rules: object[]) =>
      attempt(jane, `${inDefault}/roles/wide`, { metadata: { name: 'wide' }, rules }, 'PUT');
    expect((await put([readPods, readSecrets])).status).toBe(403);
    expect((await put([{ ...readPods, verbs: ['get'] }])).status).toBe(200);
  });

  it('of more than one has may be let go of', async () => {
    const metadata = { name: 'held', finalizers: ['example.com/wait'] };
    await cluster.call('POST', `${inDefault}/roles`, { body: { metadata, rules: [readSecrets] } });
    const path = `${inDefault}/roles/held`;
    const headers = { 'content-type': 'application/merge-patch+json' };
    const patch = async (body: object) => (await cluster.call('PATCH', path, { token: jane, body, headers })).status;
    expect(await patch({ metadata: { finalizers: null } })).toBe(200);
    expect(await patch({ metadata: { labels: { a: 'b' } } })).toBe(403);
  });

  it('that selects others is for those who have everything', async () => {
    const body = {
      metadata: { name: 'collects' },
      aggregationRule: { clusterRoleSelectors: [{ matchLabels: { a: 'b' } }] },
    };
    expect(await attempt(jane, `${rbac}/clusterroles`, body)).toEqual({
      status: 403,
      message:
        'clusterroles.rbac.authorization.k8s.io "collects" is forbidden: must have cluster-admin privileges to use the aggregationRule',
    });
  });

  it('of more than one has is for those who may escalate', async () => {
    const ann = await grant('ann', [roleAdmin, { ...roleAdmin, verbs: ['escalate'], resources: ['roles'] }]);
    const body = { metadata: { name: 'escalated' }, rules: [readSecrets] };
    expect((await attempt(ann, `${inDefault}/roles`, body)).status).toBe(201);
    expect((await attempt(ann, `${rbac}/clusterroles`, body)).status).toBe(403);
  });
});

describe('a binding', () => {
  it('to what one has can be made', async () => {
    await cluster.call('POST', `${inDefault}/roles`, { body: { metadata: { name: 'pods' }, rules: [readPods] } });
    const body = bindingTo('pods', { kind: 'Role', name: 'pods' });
    expect((await attempt(jane, `${inDefault}/rolebindings`, body)).status).toBe(201);
  });

  it('to what one has not cannot', async () => {
    const body = bindingTo('admins', { kind: 'ClusterRole', name: 'cluster-admin' });
    expect(await attempt(jane, `${rbac}/clusterrolebindings`, body)).toEqual({
      status: 403,
      message:
        'clusterrolebindings.rbac.authorization.k8s.io "admins" is forbidden: user "jane" (groups=["devs" "system:authenticated"]) is attempting to grant RBAC permissions not currently held:\n' +
        '{APIGroups:["*"], Resources:["*"], Verbs:["*"]}\n' +
        '{NonResourceURLs:["*"], Verbs:["*"]}',
    });
  });

  it('to what is not there cannot either', async () => {
    const body = bindingTo('gone', { kind: 'Role', name: 'gone' });
    expect(await attempt(jane, `${inDefault}/rolebindings`, body)).toMatchObject({ status: 404 });
  });

  it('to one role can be allowed by name', async () => {
    const bind = { verbs: ['bind'], apiGroups: roleAdmin.apiGroups, resources: ['clusterroles'] };
    const bob = await grant('bob', [roleAdmin, { ...bind, resourceNames: ['view'] }]);
    const make = (name: string) =>
      attempt(bob, `${inDefault}/rolebindings`, bindingTo(`bob-${name}`, { kind: 'ClusterRole', name }));
    expect((await make('view')).status).toBe(201);
    expect((await make('edit')).status).toBe(403);
  });
});
