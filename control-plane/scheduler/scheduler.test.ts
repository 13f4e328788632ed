import { beforeEach, describe, expect, test } from 'vitest';
import type { Pod } from '../../shared/api/object.ts';
import type { ClusterClient } from '../client.ts';
import { MemoryCursor, podSpec, startTestCluster, type TestCluster } from '../controllers/testing/test-cluster.ts';

let cluster: TestCluster;
beforeEach(async () => {
  cluster = await startTestCluster();
});

const needing = (cpu: string) => ({ containers: [{ name: 'c', image: 'i', resources: { requests: { cpu } } }] });
const createPod = (name: string, spec: object = podSpec) => cluster.create<Pod>('pods', { metadata: { name }, spec });
const nodeOf = async (name: string) => (await cluster.get<Pod>('pods', name))?.spec?.nodeName;
const key = (name: string) => ({ resource: 'pods', namespace: 'default', name });

describe('binding', () => {
  test('a Pod goes to a node and an event says so', async () => {
    cluster.startScheduler();
    await cluster.addNode('n1');
    await createPod('a');
    await cluster.settle();
    expect(await nodeOf('a')).toBe('n1');
    expect(await cluster.events()).toEqual(['Scheduled: Successfully assigned default/a to n1']);
    expect(cluster.errors).toEqual([]);
  });

  test('many Pods are bound in one write and do not over-commit', async () => {
    await cluster.addNode('n1');
    await cluster.addNode('n2');
    for (let n = 0; n < 10; n++) await createPod(`p${n}`, needing('1'));
    const batches: number[] = [];
    cluster.store.onCommit((changes) => batches.push(changes.filter(({ key }) => key.resource === 'pods').length));
    cluster.startScheduler();
    await cluster.settle();
    const pods = await cluster.pods();
    expect(['n1', 'n2', undefined].map((node) => pods.filter(({ spec }) => spec?.nodeName === node).length)).toEqual([
      4, 4, 2,
    ]);
    expect(batches.filter(Boolean)).toEqual([10]);
  });

  test('only Pods that ask for this scheduler', async () => {
    cluster.startScheduler({ schedulerName: 'mine' });
    await cluster.addNode('n1');
    await createPod('theirs');
    await createPod('ours', { ...podSpec, schedulerName: 'mine' });
    await cluster.settle();
    expect([await nodeOf('theirs'), await nodeOf('ours')]).toEqual([undefined, 'n1']);
  });

  test('higher priority first, then first come', async () => {
    await cluster.addNode('n1', { allocatable: { cpu: '2', memory: '8Gi', pods: '10' } });
    for (const name of ['first', 'second']) await createPod(name, needing('1'));
    await cluster.create('priorityclasses.scheduling.k8s.io', { metadata: { name: 'urgent' }, value: 1000 });
    await createPod('urgent', { ...needing('1'), priorityClassName: 'urgent' });
    cluster.startScheduler();
    await cluster.settle();
    expect(await Promise.all(['first', 'second', 'urgent'].map(nodeOf))).toEqual(['n1', undefined, 'n1']);
  });

  test('a binding that fails is taken back and tried again', async () => {
    let failures = 1;
    const { client } = cluster;
    const flaky: ClusterClient = {
      ...client,
      write: (operations, options) => {
        const binds = operations.some(({ verb }) => verb === 'bind');
        if (binds && failures-- > 0) return Promise.reject(new Error('the object was reset'));
        return client.write(operations, options);
      },
    };
    cluster.startScheduler({ client: flaky });
    await cluster.addNode('n1', { allocatable: { cpu: '1', memory: '8Gi', pods: '10' } });
    await createPod('a', needing('1'));
    await cluster.settle();
    expect(await nodeOf('a')).toBeUndefined();
    await cluster.advance(2000);
    expect(await nodeOf('a')).toBe('n1');
  });
});

test('the room of a Pod that goes while it is bound is given to one that was refused because of it', async () => {
  const { client } = cluster;
  const racing: ClusterClient = {
    ...client,
    write: async (operations, options) => {
      const binds = operations.some((operation) => operation.verb === 'bind' && operation.key.name === 'a');
      if (binds) await client.write([{ verb: 'delete', key: key('a') }]);
      return client.write(operations, options);
    },
  };
  await cluster.addNode('n1', { allocatable: { cpu: '1', memory: '8Gi', pods: '10' } });
  for (const name of ['a', 'b']) await createPod(name, needing('1'));
  cluster.startScheduler({ client: racing });
  await cluster.advance(2000);
  expect(await nodeOf('b')).toBe('n1');
});

describe('a Pod that fits nowhere', () => {
  const message =
    '0/1 nodes are available: 1 Insufficient cpu. preemption: 0/1 nodes are available: 1 Preemption is not helpful for scheduling.';

  test('says why in an event and in its condition, and is not written again without need', async () => {
    cluster.startScheduler();
    await cluster.addNode('n1', { allocatable: { cpu: '1', memory: '8Gi', pods: '10' } });
    await createPod('big', needing('2'));
    await cluster.settle();
    expect(await cluster.events()).toEqual([`FailedScheduling: ${message}`]);
    const condition = (await cluster.get<Pod>('pods', 'big'))?.status?.conditions?.find(
      ({ type }) => type === 'PodScheduled',
    );
    expect(condition).toMatchObject({ status: 'False', reason: 'Unschedulable', message });
    const { revision } = cluster.store;
    await cluster.advance(120_000);
    expect(cluster.store.revision).toBe(revision);
  });

  test.each([
    ['a node is added', () => cluster.addNode('n2')],
    [
      'a Pod goes',
      async () => void (await cluster.write({ verb: 'delete', key: key('holder'), gracePeriodSeconds: 0 })),
    ],
    ['a Pod finishes', () => cluster.patchStatus(key('holder'), { phase: 'Succeeded' })],
  ])('is bound when %s', async (_name, help) => {
    await cluster.addNode('n1', { allocatable: { cpu: '1', memory: '8Gi', pods: '10' } });
    await createPod('holder', needing('1'));
    cluster.startScheduler();
    await cluster.settle();
    await createPod('waiting', needing('1'));
    await cluster.settle();
    expect(await nodeOf('waiting')).toBeUndefined();
    await help();
    await cluster.advance(11_000);
    expect(await nodeOf('waiting')).toBeDefined();
  });

  test('is bound when the node is uncordoned', async () => {
    cluster.startScheduler();
    await cluster.addNode('n1', { spec: { unschedulable: true } });
    await createPod('a');
    await cluster.settle();
    expect(await cluster.events()).toEqual([expect.stringContaining('1 node(s) were unschedulable')]);
    await cluster.write({
      verb: 'patch',
      key: { resource: 'nodes', namespace: '', name: 'n1' },
      patch: { spec: { unschedulable: null } },
    });
    await cluster.advance(2000);
    expect(await nodeOf('a')).toBe('n1');
  });
});

describe('a Pod that needs others is placed once they are there', () => {
  const near = (term: object) => {
    const required = [{ topologyKey: 'kubernetes.io/hostname', ...term }];
    return { ...podSpec, affinity: { podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: required } } };
  };
  const db = { labelSelector: { matchLabels: { app: 'db' } } };

  beforeEach(async () => {
    await cluster.addNode('n1', { labels: { 'kubernetes.io/hostname': 'n1' } });
    await cluster.addNode('n2', { labels: { 'kubernetes.io/hostname': 'n2' } });
    cluster.startScheduler();
  });

  test('when one comes', async () => {
    await createPod('web', near(db));
    await cluster.settle();
    expect(await nodeOf('web')).toBeUndefined();
    await cluster.create('pods', { metadata: { name: 'db', labels: { app: 'db' } }, spec: podSpec });
    await cluster.advance(2000);
    expect(await nodeOf('db')).toBeDefined();
    expect(await nodeOf('web')).toBe(await nodeOf('db'));
  });

  test('when one, or its namespace, gets the right label', async () => {
    await createPod('db');
    await createPod('web', near(db));
    const selected = { ...db, namespaceSelector: { matchLabels: { team: 'x' } } };
    await createPod('other', near({ ...selected, namespaces: ['none'] }));
    await cluster.settle();
    await cluster.write({ verb: 'patch', key: key('db'), patch: { metadata: { labels: { app: 'db' } } } });
    await cluster.advance(2000);
    expect(await nodeOf('web')).toBe(await nodeOf('db'));
    expect(await nodeOf('other')).toBeUndefined();
    const namespace = { resource: 'namespaces', namespace: '', name: 'default' };
    await cluster.write({ verb: 'patch', key: namespace, patch: { metadata: { labels: { team: 'x' } } } });
    await cluster.advance(5000);
    expect(await nodeOf('other')).toBe(await nodeOf('db'));
  });
});

describe('after a restart', () => {
  test('it continues where it was, and reads everything only when there is something to decide', async () => {
    const cursor = new MemoryCursor();
    await cluster.addNode('n1');
    const first = cluster.startScheduler({}, cursor);
    await cluster.settle();
    cluster.stop(first);
    cursor.progress = { revision: cluster.store.revision };
    const lists: string[] = [];
    const client: ClusterClient = {
      ...cluster.client,
      list: (query) => {
        lists.push(query.resource);
        return cluster.client.list(query);
      },
    };
    cluster.startScheduler({ client }, cursor);
    await cluster.create('configmaps', { metadata: { name: 'unrelated' } });
    await cluster.settle();
    expect(lists).toEqual([]);
    await createPod('a');
    await cluster.settle();
    expect(await nodeOf('a')).toBe('n1');
    expect(lists.sort()).toEqual(['namespaces', 'nodes', 'pods', 'services']);
  });

  test('a timer that it no longer remembers finds the Pods that wait', async () => {
    const cursor = new MemoryCursor();
    await createPod('a');
    const first = cluster.startScheduler({}, cursor);
    await cluster.settle();
    cluster.stop(first);
    await cluster.addNode('n1');
    cursor.progress = { revision: cluster.store.revision };
    const second = cluster.startScheduler({}, cursor);
    await cluster.settle();
    expect(await nodeOf('a')).toBeUndefined();
    second.timerFired();
    await cluster.settle();
    expect(await nodeOf('a')).toBe('n1');
  });
});
