import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createSecureServer, get as httpsGet } from 'node:https';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { createGunzip, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { selfSigned } from '../../node-agent/http/testing/self-signed.ts';
import { startCluster, type TestCluster } from '../../testing/index.ts';
import { type Clients, clientsOf, createSender, type SendRaw } from './clients.ts';
import { aPod } from './manifests.ts';
import { eventually, untilRunning } from './waits.ts';

const namespace = '/api/v1/namespaces/default';
const web = `${namespace}/pods/web/proxy`;
const service = `${namespace}/services/web/proxy`;

let cluster: TestCluster;
let send: SendRaw;
let core: Clients['core'];
const servers: Server[] = [];
/** By the port that the container says it listens on. */
const listeners = new Map<number, number>();

async function listen(containerPort: number, server: Server): Promise<void> {
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  listeners.set(containerPort, (server.address() as AddressInfo).port);
}

const page = `<!doctype html><p title="/not/a/link">grüße</p>
<a class=x href='/a?b=1&amp;c'>a</a><img src="b.png"><img src=/c.png><a href="https://other.example/d">d</a>
<form action="/e/"><script src="//other.example/f.js">"<a href='/not'>"</script></form><!-- <a href="/not"> -->`;
/** That the client has had the first part of a page. */
const firstSeen = Promise.withResolvers<void>();

async function application(request: IncomingMessage, response: ServerResponse): Promise<void> {
  let body = '';
  for await (const chunk of request) body += chunk;
  const { method, url, headers } = request;
  if (url === '/redirect') return void response.writeHead(302, { location: '/elsewhere?x=1' }).end();
  if (url === '/away') return void response.writeHead(302, { location: 'https://other.example/' }).end();
  if (url === '/large') return void response.end('x'.repeat(3_000_000));
  if (url?.startsWith('/page')) {
    const type = url === '/page.txt' ? 'text/plain' : 'text/html; charset=utf-8';
    const isZipped = url === '/page.gz';
    response.writeHead(200, { 'content-type': type, ...(isZipped ? { 'content-encoding': 'gzip' } : {}) });
    return void response.end(isZipped ? gzipSync(page) : page);
  }
  if (url === '/slow-page') {
    response.writeHead(200, { 'content-type': 'text/html' }).write('<a href="/first">first</a>');
    return void firstSeen.promise.then(() => response.end('<a href="/last">last</a>'));
  }
  if (url === '/broken') return void response.writeHead(418, { 'x-why': 'teapot' }).end('short and stout');
  response.writeHead(200, { 'content-type': 'application/json', 'set-cookie': ['a=1', 'b=2'] });
  response.end(
    JSON.stringify({
      method,
      url,
      body,
      authorization: headers.authorization ?? null,
      uri: headers['x-forwarded-uri'],
    }),
  );
}

let certificate = '';
const reviews: { request: { uid: string; object: { metadata: { name: string } } } }[] = [];

async function webhook(request: IncomingMessage, response: ServerResponse): Promise<void> {
  let body = '';
  for await (const chunk of request) body += chunk;
  const review = JSON.parse(body) as (typeof reviews)[number];
  reviews.push(review);
  const { uid, object } = review.request;
  const allowed = object.metadata.name !== 'forbidden';
  const patch = Buffer.from(JSON.stringify([{ op: 'add', path: '/data', value: { hooked: 'yes' } }])).toString(
    'base64',
  );
  const verdict = allowed
    ? { allowed, patch, patchType: 'JSONPatch' }
    : { allowed, status: { message: 'not this one' } };
  response.setHeader('content-type', 'application/json');
  response.end(
    JSON.stringify({ apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview', response: { uid, ...verdict } }),
  );
}

async function zipped(path: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const headers = { authorization: `Bearer ${cluster.token}`, 'accept-encoding': 'gzip' };
    httpsGet(`${cluster.url}${path}`, { ca: cluster.ca, headers }, (response) => {
      text(response.pipe(createGunzip())).then(resolve, reject);
    }).once('error', reject);
  });
}

async function must(path: string, body: unknown): Promise<void> {
  const { status, text } = await send(path, { method: 'POST', body });
  expect(status, text).toBeLessThan(300);
}

beforeAll(async () => {
  const own = await selfSigned('hooks.default.svc');
  certificate = own.certificate;
  await listen(
    8080,
    createServer((request, response) => void application(request, response)),
  );
  const secure = createSecureServer(
    { key: own.key, cert: certificate },
    (request, response) => void webhook(request, response),
  );
  await listen(8443, secure as unknown as Server);
  cluster = await startCluster({ nodes: [{ listener: ({ port }) => listeners.get(port) }] });
  send = createSender(cluster);
  core = clientsOf(cluster.kubeconfig).core;
  for (const [name, containerPort] of [
    ['web', 8080],
    ['hooks', 8443],
  ] as const) {
    const containers = [{ name: 'c', image: 'app', ports: [{ containerPort }] }];
    await must(`${namespace}/pods`, { ...aPod(name), metadata: { name, labels: { app: name } }, spec: { containers } });
    await untilRunning(core, 'default', name);
    const port = name === 'web' ? 80 : 443;
    const ports = [{ name: 'main', port, targetPort: containerPort }];
    await must(`${namespace}/services`, { metadata: { name }, spec: { selector: { app: name }, ports } });
    await eventually(`the endpoints of ${name}`, async () => {
      const { json } = await send(`${namespace}/endpoints/${name}`);
      return (json.subsets as unknown[] | undefined)?.length === 1;
    });
  }
}, 60_000);

afterAll(async () => {
  await cluster.stop();
  for (const server of servers) server.close();
});

describe('the proxy', () => {
  it.each([
    ['a Pod', `${web}/a/b%20c?d=e&d=f`],
    ['a Pod by port', `${namespace}/pods/http:web:8080/proxy/a/b%20c?d=e&d=f`],
    ['a Service by the name of its port', `${namespace}/services/web:main/proxy/a/b%20c?d=e&d=f`],
    ['a Service by port', `${namespace}/services/http:web:80/proxy/a/b%20c?d=e&d=f`],
  ])('reaches %s, and nothing of the API’s is passed on', async (_what, path) => {
    const { status, headers, json } = await send(path);
    expect({ status, json }).toMatchObject({
      status: 200,
      json: { method: 'GET', url: '/a/b%20c?d=e&d=f', authorization: null, uri: path.replace(/\?.*/, '') },
    });
    expect(headers['set-cookie']).toEqual(['a=1', 'b=2']);
  });

  it.each(['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])('%s', async (method) => {
    const { status, json } = await send(`${web}/x`, {
      method,
      body: 'some text',
      headers: { 'content-type': 'text/plain' },
    });
    expect({ status, json }).toMatchObject({ status: 200, json: { method, url: '/x', body: 'some text' } });
  });

  it('answers with what it is answered with', async () => {
    expect(await send(`${web}/broken`)).toMatchObject({
      status: 418,
      text: 'short and stout',
      headers: { 'x-why': 'teapot' },
    });
    expect((await send(`${web}/large`)).text).toHaveLength(3_000_000);
    const head = await send(`${web}/x`, { method: 'HEAD' });
    expect(head).toMatchObject({ status: 200, text: '' });
  });

  it('keeps redirects below itself', async () => {
    expect(await send(web)).toMatchObject({ status: 301, headers: { location: `${web}/` } });
    expect(await send(`${web}/redirect`)).toMatchObject({ status: 302, headers: { location: `${web}/elsewhere?x=1` } });
    expect(await send(`${web}/away`)).toMatchObject({ headers: { location: 'https://other.example/' } });
  });

  it.each(['/page', '/page.gz'])('keeps the links of %s below itself, and everything else as it is', async (path) => {
    const shown = path === '/page.gz' ? await zipped(`${web}${path}`) : (await send(`${web}${path}`)).text;
    const expected = page
      .replace("href='/a?b=1&amp;c'", `href="${web}/a?b=1&amp;c"`)
      .replace('src=/c.png', `src="${web}/c.png"`)
      .replace('action="/e/"', `action="${web}/e/"`);
    expect(shown).toBe(expected);
  });

  it('leaves what is no page alone', async () => {
    expect((await send(`${web}/page.txt`)).text).toBe(page);
  });

  it('passes a page on as it comes', async () => {
    const pieces: string[] = [];
    await new Promise<void>((resolve, reject) => {
      const headers = { authorization: `Bearer ${cluster.token}` };
      httpsGet(`${cluster.url}${web}/slow-page`, { ca: cluster.ca, headers }, (response) => {
        response.setEncoding('utf8').on('data', (piece: string) => {
          pieces.push(piece);
          firstSeen.resolve();
        });
        response.once('end', resolve);
      }).once('error', reject);
    });
    expect(pieces.join('')).toBe(`<a href="${web}/first">first</a><a href="${web}/last">last</a>`);
  });

  it('says why it does not get there', async () => {
    await must(`${namespace}/services`, {
      metadata: { name: 'empty' },
      spec: { selector: { app: 'none' }, ports: [{ port: 80 }] },
    });
    await eventually('its endpoints', async () => (await send(`${namespace}/endpoints/empty`)).status === 200);
    const failures: [string, number, string][] = [
      [`${namespace}/services/empty/proxy/`, 503, 'no endpoints available for service "empty"'],
      [`${namespace}/services/web:81/proxy/`, 503, 'no service port 81 found for service "web"'],
      [`${namespace}/services/none/proxy/`, 404, 'endpoints "none" not found'],
      [`${namespace}/pods/none/proxy/`, 404, 'pods "none" not found'],
      [`${namespace}/pods/ftp:web:1/proxy/`, 400, 'invalid pod request "ftp:web:1"'],
      ['/api/v1/nodes/none/proxy/', 404, 'nodes "none" not found'],
    ];
    for (const [path, code, message] of failures)
      expect((await send(path)).json, path).toMatchObject({ code, message });
    const refused = (await send(`${namespace}/pods/web:9999/proxy/`)).json;
    expect(refused).toMatchObject({ code: 503, reason: 'ServiceUnavailable' });
    expect(refused.message).toMatch(
      /^error trying to reach service: dial tcp [\d.]+:9999: connect: connection refused$/,
    );
  });

  it('is for those who may', async () => {
    expect((await send(service, { token: 'nobody' })).status).toBe(401);
  });
});

it('a webhook behind a Service is asked over TLS, with the certificates that its configuration names', async () => {
  const path = '/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations';
  const caBundle = Buffer.from(certificate).toString('base64');
  const rules = [{ apiGroups: [''], apiVersions: ['v1'], resources: ['configmaps', 'events'], operations: ['CREATE'] }];
  const clientConfig = { service: { namespace: 'default', name: 'hooks', path: '/mutate' }, caBundle };
  const hook = { name: 'hooks.example.com', sideEffects: 'None', admissionReviewVersions: ['v1'], rules };
  await must(path, { metadata: { name: 'hooks' }, webhooks: [{ ...hook, clientConfig }] });
  const create = (name: string) => send(`${namespace}/configmaps`, { method: 'POST', body: { metadata: { name } } });
  expect((await create('allowed')).json).toMatchObject({ data: { hooked: 'yes' } });
  expect((await create('forbidden')).json).toMatchObject({
    code: 400,
    message: 'admission webhook "hooks.example.com" denied the request: not this one',
  });
  // The object that has the Events is told of it while it is written to.
  const record = (name: string) =>
    send(`${namespace}/events`, {
      method: 'POST',
      body: { metadata: { name }, involvedObject: { kind: 'Pod', namespace: 'default', name: 'web' } },
    });
  await eventually('it is asked about Events, too', async () => (await record('forbidden')).status === 400);
  expect((await record('welcome')).status).toBe(201);
  await send(`${path}/hooks`, {
    method: 'PATCH',
    headers: { 'content-type': 'application/json-patch+json' },
    body: [{ op: 'remove', path: '/webhooks/0/clientConfig/caBundle' }],
  });
  expect((await create('unverified')).json.message).toBe(
    'Internal error occurred: failed calling webhook "hooks.example.com": failed to call webhook: Post "https://hooks.default.svc:443/mutate?timeout=10s": tls: failed to verify certificate: x509: certificate signed by unknown authority',
  );
  await send(`${path}/hooks`, { method: 'DELETE' });
});
