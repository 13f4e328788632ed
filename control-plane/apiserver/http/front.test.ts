import { beforeEach, describe, expect, it } from 'vitest';
import { builtInKinds } from '../../../shared/kinds/index.generated.ts';
import { KindRegistry } from '../../../shared/kinds/registry.ts';
import { createClusterAdmin } from '../../cluster/cluster-admin.ts';
import { hashToken } from '../auth/credentials.ts';
import type { ClusterInfo } from './admin.ts';
import { maxBodyBytes } from './bounded-body.ts';
import { createFront } from './front.ts';

interface Forwarded {
  object: string;
  method: string;
  url: string;
  headers: Record<string, string>;
  body: string;
  redirect: Request['redirect'];
}

const admin = { authorization: 'Bearer root' };
let forwarded: Forwarded[];
let lookedUp: string[];
let initialized: string[];
let destroyed: string[];
let front: ReturnType<typeof createFront>;

beforeEach(() => {
  forwarded = [];
  lookedUp = [];
  initialized = [];
  destroyed = [];
  const clusters = new Map<string, ClusterInfo>();
  const never = () => {
    throw new Error('not asked for here');
  };
  front = createFront({
    kinds: new KindRegistry(builtInKinds),
    isCluster: async (name) => {
      lookedUp.push(name);
      return name === 'default' || name === 'two';
    },
    clusterObject: (cluster, shard) => ({
      async fetch(request) {
        const { method, url, redirect } = request;
        const headers = Object.fromEntries(request.headers);
        forwarded.push({ object: `${cluster}/${shard}`, method, url, headers, body: await request.text(), redirect });
        return new Response('answered');
      },
    }),
    suspectApi: async () => undefined,
    socketPair: () => {
      throw new Error('no sockets here');
    },
    authenticate: async () => ({ user: { name: 'system:node:n1', groups: ['system:nodes'] } }),
    gatewayObject: never,
    gatewayOf: () => 'gateway',
    streamObject: never,
    adminTokenHash: hashToken('root'),
    clusterAdmin: createClusterAdmin({
      directory: {
        list: async () => [...clusters.values()],
        get: async (name) => clusters.get(name),
        add: async (info) => void (clusters.has(info.name) || clusters.set(info.name, info)),
        remove: async (name) => void clusters.delete(name),
      },
      shards: ['events'],
      initialize: async ({ name, shard }) => {
        const isNew = !initialized.includes(`${name}/${shard}`);
        initialized.push(`${name}/${shard}`);
        return isNew;
      },
      issueAdminToken: async (name) => `token of ${name}`,
      destroy: async (name) => void destroyed.push(name),
      now: () => 0,
    }),
    now: () => 0,
    random: () => 0,
    log: () => undefined,
  });
});

const send = (method: string, path: string, init: RequestInit = {}) =>
  front.fetch(new Request(`https://host${path}`, { method, ...init }));

describe('forwarding', () => {
  it('finds the cluster by its prefix, and the shard of the resource', async () => {
    await send('GET', '/api/v1/pods?limit=5');
    await send('GET', '/clusters/two/api/v1/namespaces/a%20b/events');
    await send('GET', '/clusters/two/version');
    expect(forwarded.map(({ object, url }) => [object, url])).toEqual([
      ['default/', 'https://cluster/api/v1/pods?limit=5'],
      ['two/events', 'https://cluster/api/v1/namespaces/a%20b/events'],
      ['two/', 'https://cluster/version'],
    ]);
  });

  it('passes the hash of the token on, never the token, and no header that a client made up', async () => {
    const headers = {
      authorization: 'Bearer secret-token',
      'fairlead-token-hash': 'forged',
      'fairlead-node': 'forged',
      cookie: 'x',
      accept: 'application/json',
    };
    await send('GET', '/api', { headers });
    await send('GET', '/api', { headers: { 'fairlead-token-hash': 'forged' } });
    expect(forwarded[0]?.headers).toEqual({
      accept: 'application/json',
      'fairlead-token-hash': hashToken('secret-token'),
    });
    expect(forwarded[1]?.headers).toEqual({});
  });

  it('takes certificates from the platform alone', async () => {
    const certificate = btoa('a certificate');
    const shown = (tlsClientAuth: object, headers = {}) =>
      front.fetch(Object.assign(new Request('https://host/api', { headers }), { cf: { tlsClientAuth } }));
    await shown({ certPresented: '1', certRFC9440: `:${certificate}:` });
    await shown({ certPresented: '1', certRFC9440: '', certRFC9440TooLarge: true });
    await shown({ certPresented: '0', certRFC9440: '' }, { authorization: 'Bearer t' });
    const [own, ownHash] = ['fairlead-certificate', 'fairlead-certificate-hash'];
    expect(forwarded.map(({ headers }) => headers)).toEqual([
      { [own]: certificate, [ownHash]: hashToken('a certificate') },
      // It is there, and nobody's.
      { [own]: '', [ownHash]: '' },
      { 'fairlead-token-hash': hashToken('t') },
    ]);
  });

  it.each([
    'fairlead-certificate',
    'fairlead-certificate-hash',
    'client-cert',
    'cf-client-cert-der-base64',
    'cf-tls-client-auth',
    'mf-cf-blob',
    'ssl-client-cert',
    'x-forwarded-client-cert',
    'x-remote-user',
  ])('takes no certificate from the header %s', async (name) => {
    const auth = { certPresented: '1', certRFC9440: `:${btoa('a certificate')}:` };
    for (const value of [auth.certRFC9440, btoa('x'), JSON.stringify({ tlsClientAuth: auth })]) {
      await send('GET', '/api', { headers: { [name]: value } });
      expect(forwarded.at(-1)?.headers).toEqual({});
    }
  });

  it('passes on whom a client asks to be, if it is somebody itself', async () => {
    const headers = { 'impersonate-user': 'jane', 'impersonate-group': 'devs' };
    await send('GET', '/api', { headers: { ...headers, authorization: 'Bearer t', 'fairlead-impersonate': 'forged' } });
    expect(JSON.parse(decodeURIComponent(forwarded[0]!.headers['fairlead-impersonate']!))).toEqual({
      name: 'jane',
      groups: ['devs'],
      extra: {},
    });
    expect((await send('GET', '/api', { headers })).status).toBe(401);
    expect((await send('GET', '/api', { headers: { 'impersonate-group': 'devs' } })).status).toBe(400);
    expect(forwarded).toHaveLength(1);
  });

  it('passes on which document a client already has, and leaves redirects to the client', async () => {
    await send('GET', '/openapi/v3/api/v1?hash=A', { headers: { 'if-none-match': '"A"' } });
    expect(forwarded[0]).toMatchObject({ headers: { 'if-none-match': '"A"' }, redirect: 'manual' });
  });

  it('refuses credentials that are no bearer token', async () => {
    const reply = await send('GET', '/api', { headers: { authorization: 'Basic eDp5' } });
    expect(reply.status).toBe(401);
    expect(forwarded).toEqual([]);
  });

  it.each(['/clusters/none/api', '/clusters/Bad_Name/api', '/clusters/../api/v1/../../x'])(
    'touches no object for %s',
    async (path) => {
      const reply = await send('GET', path);
      if (reply.status === 404) expect(await reply.json()).toMatchObject({ kind: 'Status', reason: 'NotFound' });
      expect(forwarded.every(({ object }) => object === 'default/')).toBe(true);
      expect(lookedUp).not.toContain('Bad_Name');
    },
  );

  it('takes bodies up to 3 MiB and not a byte more, announced or not', async () => {
    const fits = 'x'.repeat(maxBodyBytes);
    expect((await send('POST', '/api/v1/x', { body: fits })).status).toBe(200);
    expect(forwarded[0]?.body.length).toBe(maxBodyBytes);
    const tooLarge = await send('POST', '/api/v1/x', { body: `${fits}x` });
    const endless = new ReadableStream<Uint8Array>({ pull: (controller) => controller.enqueue(new Uint8Array(65536)) });
    const streamed = await send('POST', '/api/v1/x', { body: endless, duplex: 'half' } as RequestInit);
    for (const reply of [tooLarge, streamed]) {
      expect(await reply.json()).toMatchObject({ code: 413, message: 'Request entity too large: limit is 3145728' });
    }
    expect(forwarded).toHaveLength(1);
  });

  it('lets a node connect as nobody but itself, and only with a WebSocket', async () => {
    expect((await send('GET', '/fairlead/v1/nodes/n2/connect')).status).toBe(403);
    expect((await send('GET', '/fairlead/v1/streams/n2~1')).status).toBe(403);
    expect((await send('GET', '/fairlead/v1/nodes/n1/connect')).status).toBe(400);
  });
});

describe('clusters', () => {
  const create = (name: unknown, query = '', headers: Record<string, string> = admin) =>
    send('POST', `/fairlead/v1/clusters${query}`, { headers, body: JSON.stringify({ name }) });

  it('are created once, with their shards, and rotated on demand', async () => {
    expect(await (await create('a')).json()).toEqual({ name: 'a', adminToken: 'token of a' });
    expect(initialized).toEqual(['a/events', 'a/']);
    expect(await (await create('a')).json()).toMatchObject({ code: 409, reason: 'AlreadyExists' });
    expect((await create('a', '?rotate=true')).status).toBe(201);
    const listed = await send('GET', '/fairlead/v1/clusters', { headers: admin });
    expect(await listed.json()).toEqual({ items: [{ name: 'a', createdAt: '1970-01-01T00:00:00.000Z' }] });
  });

  it('are deleted whole', async () => {
    await create('a');
    expect((await send('DELETE', '/fairlead/v1/clusters/a', { headers: admin })).status).toBe(200);
    expect(destroyed).toEqual(['a']);
    expect((await send('DELETE', '/fairlead/v1/clusters/a', { headers: admin })).status).toBe(404);
  });

  it.each([undefined, 'Bad', 'a/b', 'x'.repeat(64), ''])('are not named %j', async (name) => {
    expect((await create(name)).status).toBe(400);
  });

  it('are none of the business of anyone but the administrator', async () => {
    expect((await create('a', '', {})).status).toBe(401);
    expect((await create('a', '', { authorization: 'Bearer guess' })).status).toBe(401);
    expect(initialized).toEqual([]);
  });

  it('refuse settings that do not exist or make no sense', async () => {
    const body = (settings: unknown) => ({ headers: admin, body: JSON.stringify({ name: 'a', settings }) });
    expect((await send('POST', '/fairlead/v1/clusters', body({ serviceCIDR: 'x' }))).status).toBe(400);
    expect((await send('POST', '/fairlead/v1/clusters', body({ unknown: 1 }))).status).toBe(400);
    expect((await send('POST', '/fairlead/v1/clusters', body({ eventTTLSeconds: 60 }))).status).toBe(201);
  });
});
