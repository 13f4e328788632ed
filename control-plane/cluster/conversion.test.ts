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
    cluster.fixture.outside = async ({ body }) =>
      cluster.answer(body, (review) => ({ ...review, convertedObjects: change(review.convertedObjects) }));
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
