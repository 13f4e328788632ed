import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { selfSigned } from '../../node-agent/http/testing/self-signed.ts';
import { startCluster, type TestCluster } from '../../testing/index.ts';
import { clientsOf, createSender, type SendRaw } from './clients.ts';
import { aPod } from './manifests.ts';
import { eventually, untilRunning } from './waits.ts';

const namespace = '/api/v1/namespaces/default';
const services = '/apis/apiregistration.k8s.io/v1/apiservices';
const things = '/apis/things.example/v1/namespaces/default/things';

let cluster: TestCluster;
let send: SendRaw;
let server: Server;

/** An API server of somebody else's: one resource, and it says who it was told is asking. */
async function extension(request: IncomingMessage, response: ServerResponse): Promise<void> {
  let body = '';
  for await (const chunk of request) body += chunk;
  const { method, url, headers } = request;
  response.setHeader('content-type', 'application/json');
  if (url === '/apis/things.example/v1') {
    const verbs = ['create', 'get', 'list'];
    const resource = { name: 'things', singularName: 'thing', namespaced: true, kind: 'Thing', verbs };
    const list = { kind: 'APIResourceList', apiVersion: 'v1', groupVersion: 'things.example/v1' };
    return void response.end(JSON.stringify({ ...list, resources: [resource] }));
  }
  if (url?.includes('watch=true')) {
    response.write(`${JSON.stringify({ type: 'ADDED', object: { kind: 'Thing' } })}\n`);
    return void response.end();
  }
  const { 'x-remote-user': user, 'x-remote-group': groups, authorization = null } = headers;
  response.statusCode = method === 'POST' ? 201 : 200;
  response.end(JSON.stringify({ kind: 'Thing', method, url, body, user, groups, authorization }));
}

async function must(path: string, body: unknown): Promise<void> {
  const { status, text } = await send(path, { method: 'POST', body });
  expect(status, text).toBeLessThan(300);
}

const availability = async () => {
  const { json } = await send(`${services}/v1.things.example`);
  const { conditions = [] } = json.status as { conditions?: { status: string; reason: string }[] };
  return conditions[0];
};

beforeAll(async () => {
  const own = await selfSigned('things.default.svc');
  const handle = (request: IncomingMessage, response: ServerResponse) => void extension(request, response);
  server = createServer({ key: own.key, cert: own.certificate }, handle) as unknown as Server;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  cluster = await startCluster({ nodes: [{ listener: () => port }] });
  send = createSender(cluster);
  await must(services, {
    metadata: { name: 'v1.things.example' },
    spec: {
      ...{ group: 'things.example', version: 'v1', groupPriorityMinimum: 100, versionPriority: 100 },
      service: { namespace: 'default', name: 'things' },
      caBundle: Buffer.from(own.certificate).toString('base64'),
    },
  });
}, 60_000);

afterAll(async () => {
  await cluster.stop();
  server.close();
});

describe('an aggregated API', () => {
  it('is not available while nobody is behind its Service', async () => {
    await eventually('the condition', async () => (await availability())?.reason === 'ServiceNotFound');
    expect((await send(things)).json).toMatchObject({ code: 503, message: 'service unavailable' });
  });

  it('is available once somebody is', async () => {
    const containers = [{ name: 'c', image: 'app', ports: [{ containerPort: 6443 }] }];
    await must(`${namespace}/pods`, {
      ...aPod('things'),
      metadata: { name: 'things', labels: { app: 'things' } },
      spec: { containers },
    });
    await untilRunning(clientsOf(cluster.kubeconfig).core, 'default', 'things');
    const ports = [{ port: 443, targetPort: 6443 }];
    await must(`${namespace}/services`, { metadata: { name: 'things' }, spec: { selector: { app: 'things' }, ports } });
    await eventually('the condition', async () => (await availability())?.status === 'True');
  });

  it('gets the requests of its group, and who makes them', async () => {
    const headers = { 'x-remote-user': 'somebody-else', 'x-remote-group': 'system:masters' };
    const { status, json } = await send(`${things}?limit=5`, { headers });
    expect({ status, json }).toMatchObject({
      status: 200,
      json: { method: 'GET', url: `${things}?limit=5`, user: 'kubernetes-admin', authorization: null },
    });
    expect(json.groups).toContain('system:authenticated');
    const created = await send(things, { method: 'POST', body: { kind: 'Thing', metadata: { name: 'a' } } });
    expect(created).toMatchObject({ status: 201 });
    expect(JSON.parse(String(created.json.body))).toEqual({ kind: 'Thing', metadata: { name: 'a' } });
  });

  it('is watched like any other', async () => {
    const { status, text } = await send(`${things}?watch=true`);
    expect({ status, event: JSON.parse(text) }).toEqual({
      status: 200,
      event: { type: 'ADDED', object: { kind: 'Thing' } },
    });
  });

  it('is found by clients, in either form of discovery', async () => {
    const { groups } = (await send('/apis')).json as unknown as { groups: { name: string }[] };
    expect(groups.map(({ name }) => name)).toContain('things.example');
    const accept = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';
    const { items } = (await send('/apis', { headers: { accept } })).json as unknown as {
      items: { metadata: { name: string }; versions: { resources: object[] }[] }[];
    };
    const found = items.find(({ metadata }) => metadata.name === 'things.example');
    expect(found?.versions).toMatchObject([{ resources: [{ resource: 'things', scope: 'Namespaced' }] }]);
    expect((await send('/apis/things.example')).json).toMatchObject({ preferredVersion: { version: 'v1' } });
    expect((await send('/apis/things.example/v1')).json).toMatchObject({ resources: [{ name: 'things' }] });
  });

  it('is for those who may', async () => {
    expect((await send(things, { token: 'nobody' })).status).toBe(401);
  });
});
