import { beforeEach, describe, expect, it } from 'vitest';
import bootstrapTokenCleaner from '../controllers/bootstrap-token-cleaner.ts';
import { startTestCluster } from '../controllers/testing/test-cluster.ts';
import { ClusterFixture } from './testing/fixture.ts';

const secrets = '/api/v1/namespaces/kube-system/secrets';
const [id, secret] = ['abcdef', '0123456789abcdef'];
const token = `${id}.${secret}`;

/** A Secret as an administrator writes it. */
function aToken(data: Record<string, string> = {}, more: object = {}) {
  const stringData = { 'token-id': id, 'token-secret': secret, 'usage-bootstrap-authentication': 'true', ...data };
  const metadata = { name: `bootstrap-token-${id}`, namespace: 'kube-system' };
  return { metadata, type: 'bootstrap.kubernetes.io/token', stringData, ...more };
}

describe('a bootstrap token', () => {
  let cluster: ClusterFixture;
  beforeEach(async () => {
    cluster = await ClusterFixture.create();
  });
  const whoIs = async (shown = token) => {
    const path = '/apis/authentication.k8s.io/v1/tokenreviews';
    const { json } = await cluster.call('POST', path, { body: { spec: { token: shown } } });
    return json.status.user;
  };
  const make = async (...args: Parameters<typeof aToken>) => {
    expect((await cluster.call('POST', secrets, { body: aToken(...args) })).status).toBe(201);
  };

  it('is a Secret, and speaks for its own user with the groups that it names', async () => {
    await make({ 'auth-extra-groups': 'system:bootstrappers:workers, system:bootstrappers:a:b' });
    expect(await whoIs()).toEqual({
      username: `system:bootstrap:${id}`,
      groups: [
        'system:bootstrappers',
        'system:bootstrappers:workers',
        'system:bootstrappers:a:b',
        'system:authenticated',
      ],
    });
    expect(await whoIs(`${id}.0123456789abcdeX`)).toEqual({});
    expect(await whoIs(`${id}.0123456789abcdee`)).toEqual({});
    await cluster.call('DELETE', `${secrets}/bootstrap-token-${id}`);
    expect(await whoIs()).toEqual({});
  });

  it.each<[string, ...Parameters<typeof aToken>]>([
    ['is not for authentication', { 'usage-bootstrap-authentication': 'false' }],
    ['has expired', { expiration: '2026-01-02T03:04:05Z' }],
    ['says its end in a form that nobody reads', { expiration: 'tomorrow' }],
    ['names a group of others', { 'auth-extra-groups': 'system:masters' }],
    ['has another id', { 'token-id': 'ghijkl' }],
    ['is of another type', {}, { type: 'Opaque' }],
  ])('is nobody’s if it %s', async (_what, ...args) => {
    await make(...args);
    expect(await whoIs()).toEqual({});
  });

  it('that is made for a machine is one of them', async () => {
    const made = await cluster.call('POST', '/fairlead/v1/tokens', { body: { ttlSeconds: 60, description: 'shop' } });
    const [known] = made.json.token.split('.');
    const stored = (await cluster.call('GET', `${secrets}/bootstrap-token-${known}`)).json;
    expect([stored.type, atob(stored.data.description), atob(stored.data.expiration)]).toEqual([
      'bootstrap.kubernetes.io/token',
      'shop',
      '2026-01-02T03:05:05Z',
    ]);
    const join = await cluster.call('POST', '/fairlead/v1/join', { body: { nodeName: 'n1' }, token: made.json.token });
    expect(join.status).toBe(201);
    cluster.nowMs += 60_000;
    expect(await whoIs(made.json.token)).toEqual({});
  });
});

it('an expired token is removed, at its time', async () => {
  const cluster = await startTestCluster();
  cluster.startControllers([bootstrapTokenCleaner]);
  await cluster.create('namespaces', { metadata: { name: 'kube-system' } });
  const end = new Date(cluster.nowMs + 60_000).toISOString();
  const { stringData, ...token } = aToken({ expiration: end });
  const data = Object.fromEntries(Object.entries(stringData).map(([key, text]) => [key, btoa(text)]));
  await cluster.create('secrets', { ...token, data } as never);
  await cluster.settle();
  const key = { resource: 'secrets', namespace: 'kube-system', name: `bootstrap-token-${id}` };
  expect(await cluster.client.get(key)).toBeDefined();
  await cluster.advance(61_000);
  expect(await cluster.client.get(key)).toBeUndefined();
});
