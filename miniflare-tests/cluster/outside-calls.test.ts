import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { selfSigned } from '../../node-agent/http/testing/self-signed.ts';
import { startCluster, type TestCluster } from '../../testing/index.ts';
import { createSender, type SendRaw } from './clients.ts';
import { eventually } from './waits.ts';

const namespace = '/api/v1/namespaces/default';
const hooks = '/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations';
const jsonPatch = { 'content-type': 'application/json-patch+json' };

interface OwnServer {
  server: Server;
  port: number;
  caBundle: string;
}

let cluster: TestCluster;
let send: SendRaw;
/** Each has a certificate that vouches for itself, for one name. */
let servers: Record<'hooks.example' | 'things.default.svc' | 'localhost', OwnServer>;
/** Of requests that came through. */
let paths: string[] = [];

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  let body = '';
  for await (const chunk of request) body += chunk;
  const path = request.url ?? '';
  paths.push(path);
  if (path.startsWith('/elsewhere')) {
    response.writeHead(307, { location: 'https://hooks.example/mutate' });
    return void response.end();
  }
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify(path.startsWith('/apis/') ? things(path) : reviewed(path, JSON.parse(body))));
}

function things(path: string): object {
  if (path !== '/apis/things.example/v1') return { kind: 'ThingList', path };
  const resource = { name: 'things', singularName: 'thing', namespaced: true, kind: 'Thing', verbs: ['list'] };
  return { kind: 'APIResourceList', apiVersion: 'v1', groupVersion: 'things.example/v1', resources: [resource] };
}

interface Review {
  request: { uid: string; desiredAPIVersion: string; objects: object[] };
}

function reviewed(path: string, { request, ...type }: Review): object {
  const { uid } = request;
  if (path.startsWith('/convert')) {
    const convertedObjects = request.objects.map((one) => ({
      ...one,
      apiVersion: request.desiredAPIVersion,
      to: 'v2',
    }));
    return { ...type, response: { uid, convertedObjects, result: { status: 'Success' } } };
  }
  const patch = btoa(JSON.stringify([{ op: 'add', path: '/data', value: { hooked: 'yes' } }]));
  return { ...type, response: { uid, allowed: true, patchType: 'JSONPatch', patch } };
}

async function startServer(name: string): Promise<OwnServer> {
  const { key, certificate } = await selfSigned(name);
  const server = createServer({ key, cert: certificate }, (request, response) => void answer(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    server,
    port: (server.address() as AddressInfo).port,
    caBundle: Buffer.from(certificate).toString('base64'),
  };
}

async function must(path: string, body: unknown): Promise<void> {
  const { status, text } = await send(path, { method: 'POST', body });
  expect(status, text).toBeLessThan(300);
}

/** What becomes of a write that this webhook is asked about. */
async function outcome(clientConfig: object): Promise<{ data?: object; message?: string }> {
  const rules = [{ apiGroups: [''], apiVersions: ['v1'], resources: ['configmaps'], operations: ['CREATE'] }];
  const hook = { name: 'h.example.com', sideEffects: 'None', admissionReviewVersions: ['v1'], rules, clientConfig };
  await must(hooks, { metadata: { name: 'h' }, webhooks: [hook] });
  const body = { metadata: { generateName: 'x-' } };
  const { json } = await send(`${namespace}/configmaps?dryRun=All`, { method: 'POST', body });
  await send(`${hooks}/h`, { method: 'DELETE' });
  return json as { data?: object; message?: string };
}

const failed = (url: string) =>
  `Internal error occurred: failed calling webhook "h.example.com": failed to call webhook: Post "${url}?timeout=10s": `;

beforeAll(async () => {
  const [hook, api, local] = await Promise.all(['hooks.example', 'things.default.svc', 'localhost'].map(startServer));
  servers = { 'hooks.example': hook!, 'things.default.svc': api!, localhost: local! };
  cluster = await startCluster();
  send = createSender(cluster);
}, 60_000);

afterAll(async () => {
  await cluster.stop();
  for (const { server } of Object.values(servers)) server.close();
});

it('without a node a webhook is the platform’s to call, which says what it cannot do', async () => {
  const { port, caBundle } = servers.localhost;
  const { message } = await outcome({ url: `https://localhost:${port}/mutate`, caBundle });
  expect(message).toContain(
    '(caBundle is looked at by nodes alone, and none is connected: connect one, or give the server a certificate of a public authority)',
  );
  expect(paths).toEqual([]);
});

it('a webhook by URL is called through a node, which looks at its certificate', async () => {
  const own = servers['hooks.example'];
  // A network in which two names lead to servers of this test; every other is looked for in earnest.
  const network: Record<string, number> = {
    'hooks.example:443': own.port,
    'alias.example:443': own.port,
    'things.example:8443': servers['things.default.svc'].port,
  };
  await cluster.addNode({ listener: ({ ip, port }) => network[`${ip}:${port}`] });
  const { caBundle } = own;
  expect(await outcome({ url: 'https://hooks.example/mutate', caBundle })).toMatchObject({ data: { hooked: 'yes' } });
  expect(paths).toEqual(['/mutate?timeout=10s']);
  const unverified = 'tls: failed to verify certificate: x509: ';
  const stranger = await outcome({ url: 'https://hooks.example/mutate', caBundle: servers.localhost.caBundle });
  expect(stranger.message).toBe(
    `${failed('https://hooks.example/mutate')}${unverified}certificate signed by unknown authority`,
  );
  const misnamed = await outcome({ url: 'https://alias.example/mutate', caBundle });
  expect(misnamed.message).toContain(`${failed('https://alias.example/mutate')}${unverified}`);
  expect(paths).toHaveLength(1);
  expect((await outcome({ url: 'https://hooks.example/elsewhere', caBundle })).message).toContain('status code 307');
  expect(paths).toEqual(['/mutate?timeout=10s', '/elsewhere?timeout=10s']);
});

it('a node is no way to itself or to what only it reaches', async () => {
  paths = [];
  const { port, caBundle } = servers.localhost;
  for (const host of ['localhost', '127.0.0.1', '[::1]', '169.254.169.254']) {
    const url = `https://${host}:${port}/mutate`;
    const { message } = await outcome({ url, caBundle });
    const refused = JSON.stringify(host.replace(/[[\]]/g, ''));
    expect(message).toBe(`${failed(url)}address not allowed: ${refused} is the node itself or on its link alone`);
  }
  expect(paths).toEqual([]);
});

it('custom resources are converted by a webhook by URL', async () => {
  const { caBundle } = servers['hooks.example'];
  const clientConfig = { url: 'https://hooks.example/convert', caBundle };
  const schema = { openAPIV3Schema: { type: 'object', properties: { to: { type: 'string' } } } };
  await must('/apis/apiextensions.k8s.io/v1/customresourcedefinitions', {
    metadata: { name: 'notes.stable.example' },
    spec: {
      ...{ group: 'stable.example', scope: 'Namespaced', names: { plural: 'notes', kind: 'Note' } },
      conversion: { strategy: 'Webhook', webhook: { clientConfig, conversionReviewVersions: ['v1'] } },
      versions: ['v1', 'v2'].map((name) => ({ name, served: true, storage: name === 'v1', schema })),
    },
  });
  const notes = (version: string) => `/apis/stable.example/${version}/namespaces/default/notes`;
  const body = { apiVersion: 'stable.example/v1', kind: 'Note', metadata: { name: 'n' } };
  await eventually('the note', async () => (await send(notes('v1'), { method: 'POST', body })).status === 201);
  expect((await send(`${notes('v2')}/n`)).json).toMatchObject({ apiVersion: 'stable.example/v2', to: 'v2' });
});

it('a Service of type ExternalName leads outside, for webhooks and for APIs, under its own name', async () => {
  const { caBundle } = servers['things.default.svc'];
  const service = { namespace: 'default', name: 'things', port: 8443 };
  await must('/apis/apiregistration.k8s.io/v1/apiservices', {
    metadata: { name: 'v1.things.example' },
    spec: {
      ...{ group: 'things.example', version: 'v1', groupPriorityMinimum: 100, versionPriority: 100 },
      ...{ service, caBundle },
    },
  });
  const spec = { type: 'ExternalName', externalName: 'things.example' };
  await must(`${namespace}/services`, { metadata: { name: 'things' }, spec });
  const status = async () => {
    const { json } = await send('/apis/apiregistration.k8s.io/v1/apiservices/v1.things.example');
    return (json.status as { conditions?: { status: string; reason: string; message: string }[] }).conditions?.[0];
  };
  await eventually('the API is available', async () => (await status())?.reason === 'Passed');
  const path = '/apis/things.example/v1/namespaces/default/things';
  expect((await send(path)).json).toMatchObject({ kind: 'ThingList', path });
  expect(await outcome({ service: { ...service, path: '/mutate' }, caBundle })).toMatchObject({
    data: { hooked: 'yes' },
  });
  await send('/apis/apiregistration.k8s.io/v1/apiservices/v1.things.example', {
    method: 'PATCH',
    headers: jsonPatch,
    body: [{ op: 'replace', path: '/spec/caBundle', value: servers.localhost.caBundle }],
  });
  await eventually('the server is a stranger', async () => (await status())?.reason === 'FailedDiscoveryCheck');
  expect((await status())?.message).toContain(
    'failing or missing response from https://things.example:8443/apis/things.example/v1',
  );
});
