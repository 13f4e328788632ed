import { describe, expect, it } from 'vitest';
import { KindRegistry } from '../../../shared/kinds/registry.ts';
import { type Assets, serveOpenApi } from './openapi.ts';

const files: Record<string, string> = {
  '/openapi/hashes.json': JSON.stringify({ 'v2.json': 'A2', 'v2.pb': 'B2', 'v3.json': 'A3', 'v3/api/v1.json': 'CORE' }),
  '/openapi/v2.json': '{"swagger":"2.0"}',
  '/openapi/v2.pb': 'protobuf',
  '/openapi/v3.json': '{"paths":{}}',
  '/openapi/v3/api/v1.json': '{"openapi":"3.0.0"}',
};
const assets: Assets = {
  fetch: async (path) => (path in files ? new Response(files[path]) : new Response('nothing', { status: 404 })),
};
const now = () => Date.UTC(2026, 0, 31, 12);

const kinds = new KindRegistry([]);

function get(path: string, headers: Record<string, string> = {}): Promise<Response | undefined> {
  return serveOpenApi({ assets, kinds, now }, new Request(`https://cluster${path}`, { headers }));
}

describe('the form of a document', () => {
  const protobuf = 'application/com.github.proto-openapi.spec.v2.v1.0+protobuf';

  it.each([
    ['no header', '', 'application/json'],
    ['any type', '*/*', 'application/json'],
    ['kubectl', 'application/com.github.proto-openapi.spec.v2@v1.0+protobuf', protobuf],
    ['the newer spelling', protobuf, protobuf],
    ['both', `${protobuf}, application/json`, protobuf],
    ['JSON first', `application/json, ${protobuf};q=0.5`, 'application/json'],
  ])('follows from Accept: %s', async (_name, accept, type) => {
    const response = await get('/openapi/v2', accept ? { accept } : {});
    expect(response!.headers.get('content-type')).toBe(type);
    expect(response!.headers.get('vary')).toBe('Accept');
    expect(response!.headers.get('etag')).toBe(type === protobuf ? '"B2"' : '"A2"');
    expect(await response!.text()).toBe(files[type === protobuf ? '/openapi/v2.pb' : '/openapi/v2.json']);
  });

  it.each([
    ['/openapi/v2', 'text/html'],
    ['/openapi/v3', protobuf],
    ['/openapi/v3/api/v1', 'application/com.github.proto-openapi.spec.v3.v1.0+protobuf'],
  ])('%s is not had as %s', async (path, accept) => {
    expect((await get(path, { accept }))!.status).toBe(406);
  });
});

describe('caching', () => {
  it('keeps for a year what was asked for by its hash', async () => {
    const response = await get('/openapi/v3/api/v1?hash=CORE&timeout=32s');
    expect(response!.status).toBe(200);
    expect(Object.fromEntries(response!.headers)).toEqual({
      'cache-control': 'public, immutable',
      'content-type': 'application/json',
      date: 'Sat, 31 Jan 2026 12:00:00 GMT',
      etag: '"CORE"',
      expires: 'Sun, 31 Jan 2027 12:00:00 GMT',
      vary: 'Accept',
    });
    expect(await response!.text()).toBe('{"openapi":"3.0.0"}');
  });

  it.each(['/openapi/v2', '/openapi/v2?hash=A2', '/openapi/v3', '/openapi/v3?hash=A3', '/openapi/v3/api/v1'])(
    'has %s asked for again',
    async (path) => {
      const response = await get(path);
      expect(response!.headers.get('cache-control')).toBe('no-cache, private');
      expect(response!.headers.has('expires')).toBe(false);
    },
  );

  it('leads from an old hash to the present one, below whatever path the cluster is', async () => {
    const response = await get('/openapi/v3/api/v1?hash=OLD');
    expect(response!.status).toBe(301);
    const address = 'https://host/clusters/one/openapi/v3/api/v1?hash=OLD';
    expect(new URL(response!.headers.get('location')!, address).href).toBe(address.replace('OLD', 'CORE'));
  });

  it.each(['"A3"', 'W/"A3"', '"X", "A3"', '*'])('answers If-None-Match: %s without a body', async (tags) => {
    const response = await get('/openapi/v3', { 'if-none-match': tags });
    expect(response!.status).toBe(304);
    expect(response!.headers.get('etag')).toBe('"A3"');
    expect(response!.body).toBeNull();
  });

  it('sends a document that the client has only in another form or version', async () => {
    expect((await get('/openapi/v2', { 'if-none-match': '"B2", "A1"' }))!.status).toBe(200);
  });
});

it.each(['/openapi', '/openapi/v1', '/openapi/v2/api', '/openapi/v3/apis/apps/v1', '/openapi/hashes', '/api/v1'])(
  'has nothing at %s',
  async (path) => {
    expect(await get(path)).toBeUndefined();
  },
);

it('has nothing where the deployment has no documents', async () => {
  const none: Assets = { fetch: async () => new Response('nothing', { status: 404 }) };
  expect(await serveOpenApi({ assets: none, kinds, now }, new Request('https://cluster/openapi/v3'))).toBeUndefined();
});
