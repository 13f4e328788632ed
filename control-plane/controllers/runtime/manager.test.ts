import { beforeEach, describe, expect, test } from 'vitest';
import { StatusError } from '../../../shared/api/errors.ts';
import type { ClusterClient, ObjectChange } from '../../client.ts';
import { MemoryCursor, startTestCluster, type TestCluster } from '../testing/test-cluster.ts';
import { type ControllerDefinition, defineController, TerminalError } from './controller.ts';

let cluster: TestCluster;
beforeEach(async () => {
  cluster = await startTestCluster();
});

const configMap = (name: string) => cluster.create('configmaps', { metadata: { name } });
const byName = ({ object }: ObjectChange) => [object.metadata.name ?? ''];

function controller(reconcile: ControllerDefinition['reconcile'], toKeys: (change: ObjectChange) => string[] = byName) {
  return defineController({ name: 'test', watches: [{ resource: 'configmaps', toKeys }], reconcile });
}

/** A controller that notes the keys it is given. */
function noting(seen: string[], result?: Awaited<ReturnType<ControllerDefinition['reconcile']>>) {
  return controller(async (key) => {
    seen.push(key);
    return result;
  });
}

describe('keys', () => {
  test('what is there at the start and what changes later; what is not watched does not count', async () => {
    const seen: string[] = [];
    await configMap('a');
    cluster.startControllers([noting(seen)]);
    await cluster.settle();
    await configMap('b');
    await cluster.create('secrets', { metadata: { name: 's' } });
    await cluster.settle();
    expect(seen).toEqual(['a', 'b']);
  });

  test('a key is never in two hands, and a change meanwhile brings it again', async () => {
    let running = 0;
    let runs = 0;
    const release: (() => void)[] = [];
    cluster.startControllers([
      controller(
        async () => {
          expect(++running).toBe(1);
          runs++;
          await new Promise<void>((resolve) => release.push(resolve));
          running--;
          return undefined;
        },
        () => ['one'],
      ),
    ]);
    await configMap('a');
    await expect.poll(() => release.length).toBe(1);
    for (const name of ['b', 'c', 'd']) await configMap(name);
    release[0]?.();
    await expect.poll(() => release.length).toBe(2);
    release[1]?.();
    await cluster.settle();
    expect(runs).toBe(2);
  });
});

describe('outcomes', () => {
  test('what throws is tried again, ever later, until it works', async () => {
    const at: number[] = [];
    const start = cluster.nowMs;
    cluster.startControllers([
      controller(async () => {
        at.push(cluster.nowMs - start);
        if (at.length < 6) throw new Error('not yet');
        return undefined;
      }),
    ]);
    await configMap('a');
    await cluster.advance(10_000);
    const gaps = at.slice(1).map((time, index) => time - at[index]!);
    expect(gaps).toHaveLength(5);
    for (const [index, gap] of gaps.entries()) {
      expect(gap).toBeGreaterThanOrEqual(5 * 2 ** index);
      expect(gap).toBeLessThanOrEqual(5 * 2 ** index * 1.1 + 1);
    }
  });

  test('a terminal error waits for a change', async () => {
    let runs = 0;
    cluster.startControllers([
      controller(async () => {
        runs++;
        throw new TerminalError('no use');
      }),
    ]);
    await configMap('a');
    await cluster.advance(100_000);
    expect(runs).toBe(1);
    await cluster.write({
      verb: 'patch',
      key: { resource: 'configmaps', namespace: 'default', name: 'a' },
      patch: { data: {} },
    });
    await cluster.settle();
    await cluster.write({
      verb: 'patch',
      key: { resource: 'configmaps', namespace: 'default', name: 'a' },
      patch: { data: { x: '1' } },
    });
    await cluster.settle();
    expect(runs).toBe(2);
  });

  test('one that fails does not stop another', async () => {
    const seen: string[] = [];
    const broken = { ...controller(() => Promise.reject(new Error('broken'))), name: 'broken' };
    const unmappable = {
      ...controller(
        async () => undefined,
        () => {
          throw new Error('unmappable');
        },
      ),
      name: 'unmappable',
    };
    cluster.startControllers([unmappable, broken, noting(seen)]);
    await configMap('a');
    await cluster.advance(10_000);
    expect(seen).toContain('a');
  });
});

describe('restart', () => {
  const requeue = { requeueAfterMs: 60_000, requeueKey: 'again' };

  test('a delay of a minute is kept with the cursor, and idle time writes nothing', async () => {
    const cursor = new MemoryCursor();
    const seen: string[] = [];
    const first = cluster.startControllers([noting([], requeue)], cursor);
    await configMap('a');
    await cluster.settle();
    const { saves } = cursor;
    await cluster.advance(30_000);
    expect(cursor.saves).toBe(saves);
    cluster.stop(first);
    cluster.startControllers([noting(seen)], cursor);
    await cluster.advance(29_000);
    expect(seen).toEqual([]);
    await cluster.advance(2000);
    expect(seen).toEqual(['again']);
  });

  test('the cursor does not pass what has not been dealt with', async () => {
    const cursor = new MemoryCursor();
    const first = cluster.startControllers([controller(() => Promise.reject(new Error('down')))], cursor);
    await cluster.settle();
    const before = cursor.progress?.revision ?? 0;
    for (let n = 0; n < 100; n++) await configMap(`c${n}`);
    await cluster.settle();
    expect(cursor.progress?.revision ?? 0).toBeLessThanOrEqual(before);
    cluster.stop(first);
    const seen: string[] = [];
    cluster.startControllers([noting(seen)], cursor);
    await cluster.settle();
    expect(seen).toHaveLength(100);
  });

  test('beyond the compacted revision everything is listed', async () => {
    await configMap('a');
    const cursor = new MemoryCursor();
    cursor.progress = { revision: 1 };
    let refusals = 0;
    const client: ClusterClient = {
      ...cluster.client,
      changes: (query) => {
        if (query.after !== 1) return cluster.client.changes(query);
        refusals++;
        return Promise.reject(new StatusError('Expired', 'too old resource version'));
      },
    };
    const seen: string[] = [];
    Object.assign(cluster, { client });
    cluster.startControllers([noting(seen)], cursor);
    await cluster.settle();
    expect([refusals, seen]).toEqual([1, ['a']]);
  });

  test('many objects are listed in pages, and what changes meanwhile is not missed', async () => {
    for (let n = 0; n < 1200; n++) await configMap(`c${String(n).padStart(4, '0')}`);
    const sizes: number[] = [];
    const real = cluster.client;
    const client: ClusterClient = {
      ...real,
      list: async (query) => {
        const page = await real.list(query);
        if (query.resource === 'configmaps') {
          sizes.push(page.items.length);
          // In front of the page that is read next.
          if (sizes.length === 2) await configMap('b-late');
        }
        return page as never;
      },
    };
    const seen: string[] = [];
    Object.assign(cluster, { client });
    cluster.startControllers([noting(seen)]);
    await cluster.settle();
    expect(sizes).toEqual([500, 500, 200]);
    expect(new Set(seen).size).toBe(1201);
    expect(seen).toContain('b-late');
  });

  test('when changes cannot be read it tries again', async () => {
    let failures = 3;
    const { client } = cluster;
    const flaky: ClusterClient = {
      ...client,
      changes: (query) => (failures-- > 0 ? Promise.reject(new Error('connection lost')) : client.changes(query)),
    };
    Object.assign(cluster, { client: flaky });
    const seen: string[] = [];
    cluster.startControllers([noting(seen)]);
    await cluster.create('configmaps', { metadata: { name: 'a' } });
    await cluster.advance(1000);
    expect(seen).toContain('a');
  });
});
