import { beforeEach, describe, expect, test } from 'vitest';
import { NodeNotConnected } from '../apiserver/proxy/exchange.ts';
import { ClusterFixture } from './testing/fixture.ts';

const hooks = '/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations';
const patch = { 'content-type': 'application/merge-patch+json' };
const caBundle = btoa('PEM');

let cluster: ClusterFixture;
/** What nodes were asked for, and which are connected. */
let asked: { node: string; request: Record<string, unknown> }[];
let connected: Set<string>;

beforeEach(async () => {
  cluster = await ClusterFixture.create();
  asked = [];
  connected = new Set();
  cluster.nodeHttp = async ({ node, message: { request } }, { body }) => {
    if (!connected.has(node)) throw new NodeNotConnected(`node "${node}" is not connected`);
    asked.push({ node, request });
    const review = JSON.parse(await new Response(body).text());
    const response = { uid: review.request.uid, allowed: true };
    const answer = { apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview', response };
    return { code: 200, headers: [], body: new Response(JSON.stringify(answer)).body! };
  };
});

async function join(name: string, { ready = 'True', declaredFeatures = ['FairleadOutsideCalls'] } = {}): Promise<void> {
  await cluster.call('POST', '/api/v1/nodes', { body: { metadata: { name } } });
  const status = { conditions: [{ type: 'Ready', status: ready }], declaredFeatures };
  await cluster.call('PATCH', `/api/v1/nodes/${name}/status`, { headers: patch, body: { status } });
  connected.add(name);
}

async function configure(clientConfig: object, resource = 'configmaps'): Promise<void> {
  const rules = [{ apiGroups: [''], apiVersions: ['v1'], resources: [resource], operations: ['CREATE'] }];
  const webhook = { name: 'h.example.com', sideEffects: 'None', admissionReviewVersions: ['v1'], rules, clientConfig };
  const { status, text } = await cluster.call('POST', hooks, {
    body: { metadata: { name: 'h' }, webhooks: [webhook] },
  });
  expect(status, text).toBe(201);
}

const create = async (name = 'x') =>
  (await cluster.call('POST', '/api/v1/namespaces/default/configmaps', { body: { metadata: { name } } })).json;

describe('a webhook by URL with a caBundle', () => {
  test('is called through a node that is ready and can, which looks at the certificate', async () => {
    await join('old', { declaredFeatures: [] });
    await join('broken', { ready: 'False' });
    await join('able');
    await configure({ url: 'https://hooks.example/check', caBundle });
    expect(await create()).toMatchObject({ kind: 'ConfigMap' });
    expect(asked).toMatchObject([
      {
        node: 'able',
        request: {
          ...{ kind: 'http', method: 'POST', scheme: 'https', host: 'hooks.example', port: 443, outside: true },
          path: '/check?timeout=10s',
          tls: { serverName: 'hooks.example', ca: 'PEM' },
        },
      },
    ]);
    expect(asked[0]?.request.headers).toContainEqual(['Host', 'hooks.example']);
  });

  test('follows the nodes as they come and go', async () => {
    await join('a');
    await configure({ url: 'https://[2001:db8::1]:8443/', caBundle });
    await create('first');
    await cluster.call('DELETE', '/api/v1/nodes/a');
    await join('b');
    await create('second');
    expect(asked.map(({ node }) => node)).toEqual(['a', 'b']);
    // An address is nothing that a server could be told as its name.
    expect(asked[0]?.request).toMatchObject({ host: '2001:db8::1', port: 8443, tls: { ca: 'PEM' } });
    expect(asked[0]?.request.tls).not.toHaveProperty('serverName');
  });

  test('is called through nodes with the label alone, once there is one', async () => {
    const label = { 'node-restriction.kubernetes.io/outside-calls': 'true' };
    for (const name of ['a', 'b', 'c']) await join(name);
    await configure({ url: 'https://hooks.example/', caBundle });
    await create('first');
    await cluster.call('PATCH', '/api/v1/nodes/c', { headers: patch, body: { metadata: { labels: label } } });
    asked = [];
    for (const name of ['s', 't', 'u', 'v']) await create(name);
    expect(asked.map(({ node }) => node)).toEqual(['c', 'c', 'c', 'c']);
    const status = { conditions: [{ type: 'Ready', status: 'False' }] };
    await cluster.call('PATCH', '/api/v1/nodes/c/status', { headers: patch, body: { status } });
    expect((await create('w')).message).toContain('connect: connection refused');
  });

  test('is called through another node where one is gone without a word', async () => {
    for (const name of ['a', 'b', 'c']) await join(name);
    connected = new Set(['b']);
    await configure({ url: 'https://hooks.example/', caBundle });
    expect(await create()).toMatchObject({ kind: 'ConfigMap' });
    expect(asked.map(({ node }) => node)).toEqual(['b']);
  });

  test('is left to the platform while no node is connected; what its certificate lacks is said then', async () => {
    await configure({ url: 'https://hooks.example/', caBundle });
    const message = async () => (await create()).message;
    const failed =
      'Internal error occurred: failed calling webhook "h.example.com": failed to call webhook: Post "https://hooks.example/?timeout=10s": ';
    const advice =
      '(caBundle is looked at by nodes alone, and none is connected: connect one, or give the server a certificate of a public authority)';
    cluster.outside = async () => {
      throw new Error("TLS peer's certificate is not trusted");
    };
    expect(await message()).toBe(`${failed}TLS peer's certificate is not trusted ${advice}`);
    cluster.outside = async () => new Response('', { status: 526 });
    expect(await message()).toBe(`${failed}tls: failed to verify certificate ${advice}`);
    cluster.outside = async () => {
      throw new Error('connect: connection refused');
    };
    expect(await message()).toBe(`${failed}connect: connection refused`);
  });

  test('is called the same way by the object that has the Events', async () => {
    await join('able');
    await configure({ url: 'https://hooks.example/', caBundle }, 'events');
    const shard = cluster.eventsShard();
    shard.nodeHttp = cluster.nodeHttp;
    const body = { metadata: { name: 'e' }, involvedObject: { namespace: 'default' } };
    expect((await shard.call('POST', '/api/v1/namespaces/default/events', { body })).status).toBe(201);
    expect(asked.map(({ node }) => node)).toEqual(['able']);
  });
});

test('a webhook by URL without a caBundle is the platform’s to call', async () => {
  await join('able');
  await configure({ url: 'https://hooks.example/' });
  expect((await create()).message).toContain('connect: connection refused');
  expect(asked).toEqual([]);
});

describe('a webhook behind a Service of type ExternalName', () => {
  const service = { namespace: 'default', name: 'hooks', port: 8443 };
  beforeEach(async () => {
    const spec = { type: 'ExternalName', externalName: 'hooks.example' };
    await cluster.call('POST', '/api/v1/namespaces/default/services', { body: { metadata: { name: 'hooks' }, spec } });
    await configure({ service, caBundle });
  });

  test('is called at that name, as the Service', async () => {
    await join('able');
    expect(await create()).toMatchObject({ kind: 'ConfigMap' });
    expect(asked[0]?.request).toMatchObject({
      ...{ host: 'hooks.example', port: 8443, outside: true },
      tls: { serverName: 'hooks.default.svc', ca: 'PEM' },
    });
    expect(asked[0]?.request.headers).toContainEqual(['Host', 'hooks.default.svc:8443']);
  });

  test('is nobody’s to call without a node', async () => {
    expect((await create()).message).toContain('no node of the cluster is connected that could call it');
  });
});
