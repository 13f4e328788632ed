import { beforeAll, describe, expect, it } from 'vitest';
import { ClusterFixture } from './testing/fixture.ts';

const rbac = '/apis/rbac.authorization.k8s.io/v1';

let cluster: ClusterFixture;
let jane: string;

beforeAll(async () => {
  cluster = await ClusterFixture.create();
  jane = await cluster.cluster.credentials.issue({ name: 'jane', groups: ['devs', 'system:authenticated'] });
});

async function grant(name: string, rules: object[], namespace: string) {
  await cluster.call('POST', `${rbac}/namespaces/${namespace}/roles`, { body: { metadata: { name }, rules } });
  const roleRef = { kind: 'Role', name };
  const body = { metadata: { name }, roleRef, subjects: [{ kind: 'User', name: 'jane' }] };
  expect((await cluster.call('POST', `${rbac}/namespaces/${namespace}/rolebindings`, { body })).status).toBe(201);
}

describe('a user without a role', () => {
  it.each(['/api', '/apis', '/apis/rbac.authorization.k8s.io/v1', '/version', '/healthz', '/readyz'])(
    'may look at %s',
    async (path) => expect((await cluster.call('GET', path, { token: jane })).status).toBe(200),
  );

  it.each([
    [
      'GET',
      '/api/v1/namespaces/default/pods',
      'pods is forbidden: User "jane" cannot list resource "pods" in API group "" in the namespace "default"',
    ],
    [
      'GET',
      '/api/v1/pods',
      'pods is forbidden: User "jane" cannot list resource "pods" in API group "" at the cluster scope',
    ],
    [
      'GET',
      '/api/v1/namespaces/default/pods/a/log',
      'pods "a" is forbidden: User "jane" cannot get resource "pods/log" in API group "" in the namespace "default"',
    ],
    [
      'DELETE',
      `${rbac}/clusterroles/view`,
      'clusterroles.rbac.authorization.k8s.io "view" is forbidden: User "jane" cannot delete resource "clusterroles" in API group "rbac.authorization.k8s.io" at the cluster scope',
    ],
    ['GET', '/metrics', 'forbidden: User "jane" cannot get path "/metrics"'],
    ['GET', '/fairlead/v1/tokens', 'forbidden: User "jane" cannot get path "/fairlead/v1/tokens"'],
  ])('may not %s %s', async (method, path, message) => {
    const { status, json } = await cluster.call(method, path, { token: jane });
    expect({ status, message: json.message }).toEqual({ status: 403, message });
  });
});

describe('a user with a role', () => {
  it('may do what it says, from the next request on', async () => {
    const pods = '/api/v1/namespaces/default/pods';
    await grant('pod-reader', [{ verbs: ['list'], apiGroups: [''], resources: ['pods'] }], 'default');
    expect((await cluster.call('GET', pods, { token: jane })).status).toBe(200);
    expect((await cluster.call('GET', '/api/v1/namespaces/kube-system/pods', { token: jane })).status).toBe(403);
    await cluster.call('DELETE', `${rbac}/namespaces/default/rolebindings/pod-reader`);
    expect((await cluster.call('GET', pods, { token: jane })).status).toBe(403);
  });
});

describe('a user with a role for one object', () => {
  const rule = (verbs: string[], resource: string, more = {}) => ({
    verbs,
    apiGroups: [''],
    resources: [resource],
    ...more,
  });
  const get = async (path: string) => (await cluster.call('GET', path, { token: jane })).status;

  it('may ask for it by its name, in any way', async () => {
    const secrets = '/api/v1/namespaces/default/secrets';
    await grant('one-secret', [rule(['get', 'list', 'watch'], 'secrets', { resourceNames: ['a'] })], 'default');
    expect(await get(`${secrets}/a`)).toBe(404);
    expect(await get(`${secrets}?fieldSelector=metadata.name%3Da`)).toBe(200);
    expect(await get(`${secrets}?fieldSelector=metadata.name%3Da&watch=true`)).toBe(200);
    for (const selector of ['metadata.name%3Db', 'metadata.name!%3Da', 'metadata.namespace%3Ddefault', 'a%5C']) {
      expect(await get(`${secrets}?fieldSelector=${selector}`), selector).toBe(403);
    }
    expect(await get(secrets)).toBe(403);
  });

  it('may look at its namespace, but not at others', async () => {
    await grant('namespace', [rule(['get'], 'namespaces')], 'kube-public');
    expect(await get('/api/v1/namespaces/kube-public')).toBe(200);
    expect(await get('/api/v1/namespaces')).toBe(403);
    expect((await cluster.call('GET', '/api/v1/namespaces/kube-system', { token: jane })).json.message).toBe(
      'namespaces "kube-system" is forbidden: User "jane" cannot get resource "namespaces" in API group "" in the namespace "kube-system"',
    );
  });
});

describe('somebody who acts for others', () => {
  const whoami = '/apis/authentication.k8s.io/v1/selfsubjectreviews';

  it('is served as they would be', async () => {
    const headers = { 'impersonate-user': 'joe', 'impersonate-group': 'devs' };
    const { json } = await cluster.call('POST', whoami, { headers, body: {} });
    expect(json.status.userInfo).toEqual({ username: 'joe', groups: ['devs', 'system:authenticated'] });
    expect((await cluster.call('GET', '/api/v1/secrets', { headers })).json.message).toBe(
      'secrets is forbidden: User "joe" cannot list resource "secrets" in API group "" at the cluster scope',
    );
  });

  it('must be allowed to', async () => {
    const headers = { 'impersonate-user': 'joe' };
    expect((await cluster.call('GET', '/api', { token: jane, headers })).json).toMatchObject({
      code: 403,
      message: 'forbidden: User "jane" cannot impersonate-on:user-info:get path "/api"',
    });
  });

  it('is not confused with themselves where Events are', async () => {
    const shard = cluster.eventsShard();
    const events = '/api/v1/events';
    expect((await shard.call('GET', events)).status).toBe(200);
    expect((await shard.call('GET', events, { headers: { 'impersonate-user': 'joe' } })).status).toBe(403);
  });
});

describe('nobody', () => {
  it.each(['/healthz', '/livez', '/readyz', '/version'])('may see %s', async (path) => {
    expect((await cluster.call('GET', path, { token: undefined })).status).toBe(200);
  });

  it.each([
    ['/api', 'forbidden: User "system:anonymous" cannot get path "/api"'],
    [
      '/api/v1/pods',
      'pods is forbidden: User "system:anonymous" cannot list resource "pods" in API group "" at the cluster scope',
    ],
    ['/healthz/etcd', 'forbidden: User "system:anonymous" cannot get path "/healthz/etcd"'],
  ])('may not see %s', async (path, message) => {
    const { status, json } = await cluster.call('GET', path, { token: undefined });
    expect({ status, message: json.message }).toEqual({ status: 403, message });
  });

  it('may write only what roles say', async () => {
    const pods = '/api/v1/namespaces/default/pods';
    const refused = await cluster.call('DELETE', pods, { token: undefined });
    expect([refused.status, refused.json.message]).toEqual([
      403,
      'pods is forbidden: User "system:anonymous" cannot deletecollection resource "pods" in API group "" in the namespace "default"',
    ]);
    const rules = [{ verbs: ['*'], apiGroups: [''], resources: ['pods'] }];
    await cluster.call('POST', `${rbac}/clusterroles`, { body: { metadata: { name: 'pods' }, rules } });
    const roleRef = { kind: 'ClusterRole', name: 'pods' };
    const subjects = [{ kind: 'User', name: 'system:anonymous' }];
    await cluster.call('POST', `${rbac}/clusterrolebindings`, {
      body: { metadata: { name: 'careless' }, roleRef, subjects },
    });
    expect((await cluster.call('GET', pods, { token: undefined })).status).toBe(200);
    expect((await cluster.call('DELETE', pods, { token: undefined })).status).toBe(200);
    expect((await cluster.call('DELETE', pods, { token: 'wrong' })).status).toBe(401);
    expect((await cluster.call('POST', '/api/v1/namespaces', { token: undefined, body: {} })).status).toBe(403);
  });

  it('with a wrong credential may not even see that', async () => {
    expect((await cluster.call('GET', '/healthz', { token: 'wrong' })).status).toBe(401);
  });

  it('may what somebody grants to everybody', async () => {
    const roleRef = { kind: 'ClusterRole', name: 'system:discovery' };
    const subjects = [{ kind: 'Group', name: 'system:unauthenticated' }];
    await cluster.call('POST', `${rbac}/clusterrolebindings`, {
      body: { metadata: { name: 'open' }, roleRef, subjects },
    });
    expect((await cluster.call('GET', '/apis', { token: undefined })).status).toBe(200);
  });
});
