import { beforeEach, describe, expect, test } from 'vitest';
import type { Pod } from '../../shared/api/object.ts';
import type { ClusterClient } from '../client.ts';
import { MemoryCursor, startTestCluster, type TestCluster } from '../controllers/testing/test-cluster.ts';

let cluster: TestCluster;
beforeEach(async () => {
  cluster = await startTestCluster();
  for (const [name, value] of Object.entries({ low: 1, high: 1000 })) {
    await cluster.create('priorityclasses.scheduling.k8s.io', { metadata: { name }, value });
  }
});

const needing = (cpu: string, priorityClassName: string) => ({
  priorityClassName,
  containers: [{ name: 'c', image: 'i', resources: { requests: { cpu } } }],
});
const createPod = (name: string, cpu: string, priorityClassName: string) =>
  cluster.create<Pod>('pods', { metadata: { name }, spec: needing(cpu, priorityClassName) });
const podOf = (name: string) => cluster.get<Pod>('pods', name);
const key = (name: string) => ({ resource: 'pods', namespace: 'default', name });
const remove = (name: string) => cluster.write({ verb: 'delete', key: key(name), gracePeriodSeconds: 0 });
const leaving = async () =>
  (await cluster.pods()).flatMap(({ metadata }) => (metadata.deletionTimestamp ? [metadata.name] : [])).sort();

/** Nodes that are full of running Pods of low priority, each of one processor. */
async function fullNodes(count: number, cpus = 2): Promise<void> {
  for (let n = 1; n <= count; n++) {
    await cluster.addNode(`n${n}`, { allocatable: { cpu: String(cpus), memory: '8Gi', pods: '110' } });
    for (let p = 1; p <= cpus; p++) {
      await createPod(`v${n}-${p}`, '1', 'low');
      await cluster.write({ verb: 'bind', key: key(`v${n}-${p}`), node: `n${n}` });
      cluster.nowMs += 1000;
      await cluster.patchStatus(key(`v${n}-${p}`), {
        phase: 'Running',
        startTime: new Date(cluster.nowMs).toISOString(),
      });
    }
  }
}

test('a Pod of high priority gets the room of one of low priority', async () => {
  await fullNodes(1);
  cluster.startScheduler();
  const { metadata } = await createPod('urgent', '1', 'high');
  await cluster.settle();
  expect(await leaving()).toEqual(['v1-2']);
  expect((await podOf('v1-2'))?.status?.conditions).toContainEqual(
    expect.objectContaining({
      type: 'DisruptionTarget',
      status: 'True',
      reason: 'PreemptionByScheduler',
      message: 'default-scheduler: preempting to accommodate a higher priority pod',
      observedGeneration: 1,
    }),
  );
  expect(await cluster.events('Preempted')).toEqual([`Preempted: Preempted by pod ${metadata.uid} on node n1`]);
  expect(await cluster.events('FailedScheduling')).toEqual([
    'FailedScheduling: 0/1 nodes are available: 1 Insufficient cpu.',
  ]);
  expect((await podOf('urgent'))?.status).toMatchObject({ nominatedNodeName: 'n1' });
  await remove('v1-2');
  await cluster.settle();
  const urgent = await podOf('urgent');
  expect(urgent?.spec?.nodeName).toBe('n1');
  expect(urgent?.status?.nominatedNodeName).toBeUndefined();
  expect(cluster.errors).toEqual([]);
});

test('who waits for the same room does not get it', async () => {
  await fullNodes(1, 1);
  cluster.startScheduler();
  await createPod('modest', '1', 'low');
  await createPod('urgent', '1', 'high');
  await cluster.settle();
  await remove('v1-1');
  await cluster.advance(60_000);
  expect([(await podOf('urgent'))?.spec?.nodeName, (await podOf('modest'))?.spec?.nodeName]).toEqual(['n1', undefined]);
});

test('what is kept for a Pod that is deleted becomes free', async () => {
  await fullNodes(1, 2);
  await remove('v1-2');
  cluster.startScheduler();
  await createPod('urgent', '2', 'high');
  await cluster.settle();
  await createPod('modest', '1', 'low');
  await cluster.settle();
  expect((await podOf('modest'))?.spec?.nodeName).toBeUndefined();
  await remove('urgent');
  await cluster.advance(2000);
  expect((await podOf('modest'))?.spec?.nodeName).toBe('n1');
});

test('a nomination is taken back when its node can no longer be freed', async () => {
  await fullNodes(1, 1);
  cluster.startScheduler();
  await createPod('urgent', '1', 'high');
  await cluster.settle();
  const node = { resource: 'nodes', namespace: '', name: 'n1' };
  await cluster.write({ verb: 'patch', key: node, patch: { spec: { unschedulable: true } } });
  await cluster.advance(60_000);
  const { status } = (await podOf('urgent'))!;
  expect(status?.nominatedNodeName).toBeUndefined();
  expect(await cluster.events('FailedScheduling')).toContain(
    'FailedScheduling: 0/1 nodes are available: 1 node(s) were unschedulable. ' +
      'preemption: 0/1 nodes are available: 1 Preemption is not helpful for scheduling.',
  );
});

describe('budgets', () => {
  const protect = async (app: string, disruptionsAllowed = 0) => {
    await cluster.create('poddisruptionbudgets.policy', {
      metadata: { name: app },
      spec: { minAvailable: 1, selector: { matchLabels: { app } } },
    });
    const budget = { resource: 'poddisruptionbudgets.policy', namespace: 'default', name: app };
    const status = { disruptionsAllowed, currentHealthy: 1, desiredHealthy: 1, expectedPods: 1 };
    await cluster.patchStatus(budget, { ...status, observedGeneration: 1 });
  };

  test('another node is taken than the one with a Pod that a budget protects', async () => {
    await fullNodes(2, 1);
    await cluster.write({ verb: 'patch', key: key('v2-1'), patch: { metadata: { labels: { app: 'db' } } } });
    await protect('db');
    cluster.startScheduler();
    await createPod('urgent', '1', 'high');
    await cluster.settle();
    expect(await leaving()).toEqual(['v1-1']);
  });

  test('are not spent twice, however many Pods come at once', async () => {
    await fullNodes(1, 40);
    for (let p = 1; p <= 30; p++) {
      await cluster.write({ verb: 'patch', key: key(`v1-${p}`), patch: { metadata: { labels: { app: 'db' } } } });
    }
    await protect('db', 5);
    for (let n = 1; n <= 30; n++) await createPod(`urgent-${n}`, '1', 'high');
    cluster.startScheduler();
    await cluster.settle();
    expect(await leaving()).toHaveLength(30);
    const kept = (await cluster.pods({ labelSelector: 'app=db' })).filter(
      ({ metadata }) => !metadata.deletionTimestamp,
    );
    // 10 that nobody protects, 5 that may be spared, and 15 because there is no other way.
    expect(kept).toHaveLength(10);
    expect((await leaving()).filter((name) => Number(name?.split('-')[1]) > 30)).toHaveLength(10);
  });

  test('are read only when somebody may have to go', async () => {
    const lists: string[] = [];
    const { client } = cluster;
    const counted: ClusterClient = {
      ...client,
      list: (query) => {
        lists.push(query.resource);
        return client.list(query);
      },
    };
    await fullNodes(2, 1);
    cluster.startScheduler({ client: counted });
    for (const name of ['a', 'b']) await createPod(name, '1', 'low');
    await cluster.settle();
    expect(lists).not.toContain('poddisruptionbudgets.policy');
    await createPod('c', '2', 'high');
    await createPod('d', '1', 'high');
    await cluster.settle();
    expect(lists.filter((resource) => resource === 'poddisruptionbudgets.policy')).toHaveLength(1);
    expect(await leaving()).toHaveLength(1);
  });
});

describe('nobody goes twice, and nobody too many', () => {
  test('when the scheduler is evicted after its write', async () => {
    await fullNodes(2);
    const cursor = new MemoryCursor();
    const first = cluster.startScheduler({}, cursor);
    await createPod('urgent', '1', 'high');
    await cluster.settle();
    cluster.stop(first);
    const gone = await leaving();
    expect(gone).toHaveLength(1);
    cluster.startScheduler({}, cursor).timerFired();
    cluster.startScheduler({}, new MemoryCursor());
    await cluster.advance(60_000);
    expect(await leaving()).toEqual(gone);
    expect(await cluster.events('Preempted')).toHaveLength(1);
  });

  test.each([
    ['was lost', false],
    ['was done, without an answer', true],
  ])('when a write %s', async (_name, isDone) => {
    await fullNodes(2);
    let failures = 1;
    const { client } = cluster;
    const flaky: ClusterClient = {
      ...client,
      write: async (operations, options) => {
        const fails = operations.some(({ verb }) => verb === 'delete') && failures-- > 0;
        const results = fails && !isDone ? [] : await client.write(operations, options);
        if (fails) throw new Error('the object was reset');
        return results;
      },
    };
    cluster.startScheduler({ client: flaky });
    await createPod('urgent', '1', 'high');
    await cluster.settle();
    await cluster.advance(60_000);
    const gone = await leaving();
    expect(gone).toHaveLength(1);
    await remove(gone[0]!);
    await cluster.advance(2000);
    expect((await podOf('urgent'))?.spec?.nodeName).toBe(`n${gone[0]![1]}`);
  });

  test('when a victim may not be deleted it is asked again, later', async () => {
    await fullNodes(1, 1);
    let asked = 0;
    const { client } = cluster;
    const refusing: ClusterClient = {
      ...client,
      write: async (operations, options) => {
        const results = await client.write(
          operations.filter(({ verb }) => verb !== 'delete'),
          options,
        );
        return operations.map(({ verb }) => {
          if (verb !== 'delete') return results.shift()!;
          asked++;
          return { error: { code: 403, reason: 'Forbidden', message: 'denied the request' } };
        });
      },
    };
    cluster.startScheduler({ client: refusing });
    await createPod('urgent', '1', 'high');
    await cluster.settle();
    expect(asked).toBe(1);
    await cluster.advance(20_000);
    expect(asked).toBeGreaterThan(2);
    expect(asked).toBeLessThan(8);
    expect(await cluster.events('Preempted')).toEqual([]);
  });
});
