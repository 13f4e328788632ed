import { beforeEach, describe, expect, it } from 'vitest';
import { CustomCluster, cronTabsPath, definitionsPath } from './testing/custom-resources.ts';

interface Converted {
  apiVersion: string;
  kind: string;
  metadata: { name: string; labels?: Record<string, string> };
  hostPort?: string;
  host?: string;
  port?: string;
}

let cluster: CustomCluster;
/** How many objects each review had. */
let asked: number[];

/** `hostPort` in v1 is `host` and `port` in v2. */
function convert(object: Converted, apiVersion: string): Converted {
  const { hostPort, host, port, ...rest } = object;
  const metadata = { ...rest.metadata, labels: { ...rest.metadata.labels, converted: 'yes' } };
  if (apiVersion.endsWith('/v1')) return { ...rest, metadata, apiVersion, hostPort: `${host}:${port}` };
  const [newHost, newPort] = (hostPort ?? '').split(':');
  return { ...rest, metadata, apiVersion, host: newHost!, port: newPort! };
}

function answer(body: string, change: (objects: Converted[]) => unknown[] = (objects) => objects): Response {
  const { request } = JSON.parse(body) as {
    request: { uid: string; desiredAPIVersion: string; objects: Converted[] };
  };
  asked.push(request.objects.length);
  const objects = request.objects.map((object) => convert(object, request.desiredAPIVersion));
  return Response.json({
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'ConversionReview',
    response: { uid: request.uid, convertedObjects: change(objects), result: { status: 'Success' } },
  });
}

const text = { type: 'string' };
const version = (name: string, properties: object, storage: boolean) => ({
  name,
  served: true,
  storage,
  schema: { openAPIV3Schema: { type: 'object', properties } },
});
const v1Path = cronTabsPath;
const v2Path = cronTabsPath.replace('/v1/', '/v2/');
const aV1 = (name: string, hostPort: string) => ({
  apiVersion: 'stable.example.com/v1',
  kind: 'CronTab',
  metadata: { name },
  hostPort,
});

beforeEach(async () => {
  asked = [];
  cluster = await CustomCluster.create();
  cluster.fixture.outside = async ({ body }) => answer(body);
  const conversion = {
    strategy: 'Webhook',
    webhook: { clientConfig: { url: 'https://hook.example.com/convert' }, conversionReviewVersions: ['v1'] },
  };
  const versions = [version('v1', { hostPort: text }, true), version('v2', { host: text, port: text }, false)];
  await cluster.define({}, { conversion, versions });
});

describe('conversion by a webhook', () => {
  it('reads and writes every version', async () => {
    await cluster.call('POST', v1Path, aV1('c', 'localhost:80'));
    expect(asked).toEqual([]);
    const read = await cluster.call('GET', `${v2Path}/c`);
    expect(read.json).toMatchObject({
      apiVersion: 'stable.example.com/v2',
      host: 'localhost',
      port: '80',
      metadata: { name: 'c', labels: { converted: 'yes' } },
    });
    expect(read.json.hostPort).toBeUndefined();
    const changed = await cluster.merge(`${v2Path}/c`, { port: '81' });
    expect(changed.json).toMatchObject({ apiVersion: 'stable.example.com/v2', host: 'localhost', port: '81' });
    expect((await cluster.call('GET', `${v1Path}/c`)).json).toMatchObject({ hostPort: 'localhost:81' });
    expect(cluster.fixture.errors).toEqual([]);
  });

  it('asks once for all objects of a list', async () => {
    for (const name of ['a', 'b', 'c']) await cluster.call('POST', v1Path, aV1(name, `${name}:1`));
    const { items } = (await cluster.call('GET', v2Path)).json;
    expect(items.map(({ host }: Converted) => host)).toEqual(['a', 'b', 'c']);
    expect(asked).toEqual([3]);
    expect((await cluster.call('GET', v1Path)).json.items).toHaveLength(3);
    expect(asked).toEqual([3]);
  });

  it('lists objects that are stored in several versions', async () => {
    await cluster.call('POST', v1Path, aV1('old', 'old:1'));
    const name = `${definitionsPath}/crontabs.stable.example.com`;
    const { json } = await cluster.call('GET', name);
    json.spec.versions[0].storage = false;
    json.spec.versions[1].storage = true;
    expect((await cluster.call('PUT', name, json)).json.status.storedVersions).toEqual(['v1', 'v2']);
    await cluster.call('POST', v1Path, aV1('new', 'new:2'));
    for (const path of [v1Path, v2Path]) {
      const { items } = (await cluster.call('GET', path)).json;
      expect(new Set(items.map(({ apiVersion }: Converted) => apiVersion)).size).toBe(1);
    }
    const hosts = (await cluster.call('GET', v2Path)).json.items.map(({ host }: Converted) => host);
    expect(hosts).toEqual(['new', 'old']);
  });

  it.each<[string, (objects: Converted[]) => unknown[], RegExp]>([
    ['nothing', () => [], /returned 0 objects, expected 1$/],
    [
      'another object',
      (objects) => objects.map((one) => ({ ...one, metadata: { ...one.metadata, name: 'x' } })),
      /must have the same name: c != x$/,
    ],
    [
      'another version',
      (objects) => objects.map((one) => ({ ...one, apiVersion: 'a/v9' })),
      /invalid groupVersion \(expected stable\.example\.com\/v2, received a\/v9\)$/,
    ],
    ['no object', () => ['text'], /it is no object$/],
  ])('refuses what a webhook makes up: %s', async (_what, change, expected) => {
    await cluster.call('POST', v1Path, aV1('c', 'localhost:80'));
    cluster.fixture.outside = async ({ body }) => answer(body, change);
    const { status, json } = await cluster.call('GET', `${v2Path}/c`);
    expect({ status, message: json.message }).toEqual({ status: 500, message: expect.stringMatching(expected) });
    expect(json.message).toMatch(/^conversion webhook for stable\.example\.com\/v1, Kind=CronTab /);
  });

  it('keeps the stored version served while nobody answers', async () => {
    await cluster.call('POST', v1Path, aV1('c', 'localhost:80'));
    cluster.fixture.outside = async () => {
      throw new Error('connection refused');
    };
    expect((await cluster.call('GET', `${v1Path}/c`)).status).toBe(200);
    const refused = await cluster.merge(`${v2Path}/c`, { port: '81' });
    expect(refused.json.message).toMatch(/^conversion webhook for .* failed: Post .*connection refused/);
    expect((await cluster.call('DELETE', `${v1Path}/c`)).status).toBe(200);
  });
});
