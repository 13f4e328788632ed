import { beforeEach, describe, expect, it } from 'vitest';
import { aV1, type Converted, ConvertingCluster, v1Path, v2Path } from './testing/converting.ts';
import { definitionsPath } from './testing/custom-resources.ts';

let cluster: ConvertingCluster;

beforeEach(async () => {
  cluster = await ConvertingCluster.create();
});

describe('conversion by a webhook', () => {
  it('reads and writes every version', async () => {
    await cluster.call('POST', v1Path, aV1('c', 'localhost:80'));
    expect(cluster.asked).toEqual([]);
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
    expect(cluster.asked).toEqual([3]);
    expect((await cluster.call('GET', v1Path)).json.items).toHaveLength(3);
    expect(cluster.asked).toEqual([3]);
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

  const metadata = (change: object) => (objects: Converted[]) =>
    objects.map((one) => ({ ...one, metadata: { ...one.metadata, ...change } }));
  it.each<[string, (objects: Converted[]) => unknown[], string]>([
    ['nothing', () => [], 'returned 0 objects, expected 1'],
    ['more', (objects) => [...objects, ...objects], 'returned 2 objects, expected 1'],
    ['another object', metadata({ name: 'x' }), 'returned invalid object: must have the same name: c != x'],
    ['no name', metadata({ name: 1 }), 'returned invalid object: must have the same name: c != '],
    [
      'another place',
      metadata({ namespace: 'x' }),
      'returned invalid object: must have the same namespace: default != x',
    ],
    [
      'another version',
      (objects) => objects.map((one) => ({ ...one, apiVersion: 'a/v9' })),
      'returned invalid object at index 0: invalid groupVersion (expected stable.example.com/v2, received a/v9)',
    ],
    [
      'another kind',
      (objects) => objects.map((one) => ({ ...one, kind: 'X' })),
      'returned invalid object at index 0: invalid kind (expected CronTab, received X)',
    ],
    [
      'bad labels',
      metadata({ labels: [] }),
      'returned invalid metadata: invalid metadata.labels of type []interface {} in converted object',
    ],
    [
      'a label that is no text',
      metadata({ labels: { a: 1 } }),
      'returned invalid metadata: metadata.labels[a] must be a string, but is int64 in converted object',
    ],
    [
      'a label that is none',
      metadata({ labels: { a: '/' } }),
      `returned invalid metadata: metadata.labels: Invalid value: "/": a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')`,
    ],
    ['no object', () => ['text'], 'returned invalid object: it is string, not an object'],
  ])('refuses what a webhook makes up: %s', async (_what, change, expected) => {
    await cluster.call('POST', v1Path, aV1('c', 'localhost:80'));
    cluster.fixture.outside = async ({ body }) =>
      cluster.answer(body, (review) => ({ ...review, convertedObjects: change(review.convertedObjects) }));
    for (const path of [`${v2Path}/c`, v2Path]) {
      const { status, json } = await cluster.call('GET', path);
      const message = `conversion webhook for stable.example.com/v1, Kind=CronTab ${expected}`;
      expect({ status, message: json.message }).toEqual({ status: 500, message });
    }
  });

  it('restores of the metadata what is not its own to change', async () => {
    const { json: created } = await cluster.call('POST', v1Path, aV1('c', 'localhost:80'));
    const lies = {
      resourceVersion: '1',
      generation: 9,
      deletionTimestamp: '2020-01-01T00:00:00Z',
      ownerReferences: [1],
    };
    cluster.fixture.outside = async ({ body }) =>
      cluster.answer(body, (review) => ({ ...review, convertedObjects: metadata(lies)(review.convertedObjects) }));
    const { json } = await cluster.call('GET', `${v2Path}/c`);
    expect(json.metadata).toEqual({ ...created.metadata, labels: { converted: 'yes' } });
  });

  it.each<[string, (body: string) => Response, string]>([
    ['another review', (body) => cluster.answer(body, (review) => ({ ...review, uid: 'x' })), 'expected response.uid='],
    [
      'a refusal',
      (body) => cluster.answer(body, (review) => ({ ...review, result: { status: 'Failed', message: 'not today' } })),
      'not today',
    ],
    [
      'a refusal without a reason',
      (body) => cluster.answer(body, (review) => ({ ...review, result: {} })),
      "response.result.status was '', not 'Success'",
    ],
    [
      'a result that is none',
      (body) => cluster.answer(body, (review) => ({ ...review, result: 'Success' })),
      "response.result.status was '', not 'Success'",
    ],
    [
      'no response',
      () => Response.json({ apiVersion: 'apiextensions.k8s.io/v1', kind: 'ConversionReview' }),
      'no response provided',
    ],
    [
      'something else',
      () => Response.json({ apiVersion: 'v1', kind: 'Pod' }),
      'expected webhook response of apiextensions.k8s.io/v1, Kind=ConversionReview, got /v1, Kind=Pod',
    ],
    ['no JSON', () => new Response('<html>'), 'the answer is no ConversionReview'],
    ['an error', () => new Response('no', { status: 502 }), ''],
  ])('says what is wrong with %s', async (_what, answer, expected) => {
    await cluster.call('POST', v1Path, aV1('c', 'localhost:80'));
    cluster.fixture.outside = async ({ body }) => answer(body);
    for (const [method, path, body] of [
      ['GET', `${v2Path}/c`, undefined],
      ['GET', v2Path, undefined],
      ['POST', v2Path, { ...aV1('d', ''), apiVersion: 'stable.example.com/v2' }],
    ] as const) {
      const { status, json } = await cluster.call(method, path, body);
      expect({ status, kind: json.kind }).toEqual({ status: 500, kind: 'Status' });
      expect(json.message).toMatch(/^conversion webhook for stable\.example\.com\/v[12], Kind=CronTab failed: /);
      expect(json.message).toContain(expected);
    }
    expect((await cluster.call('GET', v1Path)).json.items).toHaveLength(1);
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
