import { beforeEach, describe, expect, test } from 'vitest';
import type { Node, Pod } from '../../shared/api/object.ts';
import nodeLifecycle from './node-lifecycle.ts';
import { planEviction } from './nodes/eviction.ts';
import podGc from './pod-gc.ts';
import replicationControllerDefinition from './replication-controller.ts';
import { timestamp } from './runtime/write.ts';
import taintEviction from './taint-eviction.ts';
import { podSpec, replicationController, startTestCluster, type TestCluster } from './testing/test-cluster.ts';

let cluster: TestCluster;
beforeEach(async () => {
  cluster = await startTestCluster();
  cluster.startControllers([nodeLifecycle, taintEviction, podGc]);
  for (const name of ['n1', 'n2', 'n3']) await cluster.addNode(name);
});

const taintsOf = async (name: string) =>
  ((await cluster.get<Node>('nodes', name))?.spec?.taints ?? []).map(
    ({ key, effect }) => `${key.split('/')[1]}:${effect}`,
  );
const podOn = (node: string, name: string, spec: object = {}) =>
  cluster.create<Pod>('pods', { metadata: { name }, spec: { nodeName: node, ...podSpec, ...spec } });
const pod = (name: string) => cluster.get<Pod>('pods', name);
const isGoing = async (name: string) => Boolean((await pod(name))?.metadata.deletionTimestamp);
const nodeKey = (name: string) => ({ resource: 'nodes', namespace: '', name });

describe('conditions become taints', () => {
  test.each([
    ['Ready', 'Unknown', ['unreachable:NoSchedule', 'unreachable:NoExecute']],
    ['Ready', 'False', ['not-ready:NoSchedule', 'not-ready:NoExecute']],
    ['MemoryPressure', 'True', ['memory-pressure:NoSchedule']],
    ['DiskPressure', 'True', ['disk-pressure:NoSchedule']],
    ['PIDPressure', 'True', ['pid-pressure:NoSchedule']],
    ['NetworkUnavailable', 'True', ['network-unavailable:NoSchedule']],
  ])('%s %s, and back', async (type, status, expected) => {
    const ready = { type: 'Ready', status: 'True' };
    const others = type === 'Ready' ? [] : [ready];
    await cluster.patchStatus(nodeKey('n1'), { conditions: [...others, { type, status }] });
    await cluster.settle();
    expect((await taintsOf('n1')).sort()).toEqual([...expected].sort());
    await cluster.patchStatus(nodeKey('n1'), { conditions: [ready] });
    await cluster.settle();
    expect(await taintsOf('n1')).toEqual([]);
  });

  test('cordon and uncordon; taints of others stay', async () => {
    const mine = { key: 'example.com/mine', effect: 'NoSchedule' };
    await cluster.write({
      verb: 'patch',
      key: nodeKey('n1'),
      patch: { spec: { unschedulable: true, taints: [mine] } },
    });
    await cluster.settle();
    expect(await taintsOf('n1')).toEqual(['mine:NoSchedule', 'unschedulable:NoSchedule']);
    await cluster.write({ verb: 'patch', key: nodeKey('n1'), patch: { spec: { unschedulable: null } } });
    await cluster.settle();
    expect(await taintsOf('n1')).toEqual(['mine:NoSchedule']);
  });

  test('a node that has not reported keeps the taint it was registered with', async () => {
    await cluster.create('nodes', { metadata: { name: 'new' } });
    await cluster.settle();
    expect(await taintsOf('new')).toEqual(['not-ready:NoSchedule']);
  });
});

describe('a node that is gone', () => {
  test('its Pods are not ready at once and leave after their toleration', async () => {
    await podOn('n1', 'a');
    await podOn('n1', 'stays', { tolerations: [{ operator: 'Exists' }] });
    await podOn('n2', 'elsewhere');
    await cluster.setPodReady('a', true);
    await cluster.setNodeReady('n1', 'Unknown');
    await cluster.settle();
    expect((await pod('a'))?.status?.conditions?.find(({ type }) => type === 'Ready')?.status).toBe('False');
    await cluster.advance(299_000);
    expect(await isGoing('a')).toBe(false);
    await cluster.advance(2000);
    expect(await Promise.all(['a', 'stays', 'elsewhere'].map(isGoing))).toEqual([true, false, false]);
    expect((await pod('a'))?.status?.conditions).toContainEqual(
      expect.objectContaining({ type: 'DisruptionTarget', status: 'True', reason: 'DeletionByTaintManager' }),
    );
    expect(await cluster.events()).toEqual([
      'NodeNotReady: Node is not ready',
      'NodeNotReady: Node n1 status is now: NodeNotReady',
      'TaintManagerEviction: Marking for deletion Pod default/a',
    ]);
  });

  test('nothing is evicted when it comes back in time', async () => {
    await podOn('n1', 'a');
    await cluster.setNodeReady('n1', 'Unknown');
    await cluster.advance(100_000);
    await cluster.setNodeReady('n1', 'True');
    await cluster.advance(400_000);
    expect(await isGoing('a')).toBe(false);
  });

  test('when all are gone it is us who are cut off: no evictions', async () => {
    await podOn('n1', 'a');
    for (const name of ['n1', 'n2', 'n3']) await cluster.setNodeReady(name, 'Unknown');
    await cluster.advance(600_000);
    expect(await isGoing('a')).toBe(false);
    expect(await taintsOf('n1')).toEqual(['unreachable:NoSchedule']);
  });

  test('a delay survives the process', async () => {
    const world = await startTestCluster();
    const manager = world.startControllers([nodeLifecycle, taintEviction]);
    world.stop(manager);
    for (const name of ['n1', 'n2']) await world.addNode(name);
    const { MemoryCursor } = await import('./testing/test-cluster.ts');
    const cursor = new MemoryCursor();
    const first = world.startControllers([nodeLifecycle, taintEviction], cursor);
    await world.create('pods', { metadata: { name: 'a' }, spec: { nodeName: 'n1', ...podSpec } });
    await world.setNodeReady('n1', 'Unknown');
    await world.settle();
    world.stop(first);
    world.nowMs += 301_000;
    world.startControllers([nodeLifecycle, taintEviction], cursor);
    await world.settle();
    expect((await world.get<Pod>('pods', 'a'))?.metadata.deletionTimestamp).toBeDefined();
  });
});

test('a NoExecute taint that somebody sets evicts at once, or after the tolerated time', async () => {
  const toleration = { key: 'maintenance', operator: 'Exists', effect: 'NoExecute' };
  await podOn('n1', 'now');
  await podOn('n1', 'later', { tolerations: [{ ...toleration, tolerationSeconds: 60 }] });
  await podOn('n1', 'never', { tolerations: [toleration] });
  await cluster.write({
    verb: 'patch',
    key: nodeKey('n1'),
    patch: { spec: { taints: [{ key: 'maintenance', effect: 'NoExecute' }] } },
  });
  await cluster.settle();
  expect(await Promise.all(['now', 'later', 'never'].map(isGoing))).toEqual([true, false, false]);
  await cluster.advance(61_000);
  expect(await Promise.all(['later', 'never'].map(isGoing))).toEqual([true, false]);
});

describe('planEviction', () => {
  const nowMs = Date.parse('2026-01-02T03:04:05Z');
  const node = (name: string, status: string, taintedMsAgo?: number): Node => ({
    metadata: { name },
    spec: {
      taints:
        taintedMsAgo === undefined
          ? []
          : [
              {
                key: 'node.kubernetes.io/unreachable',
                effect: 'NoExecute',
                timeAdded: timestamp(nowMs - taintedMsAgo),
              },
            ],
    },
    status: { conditions: [{ type: 'Ready', status }] },
  });
  const plan = (...nodes: Node[]) => {
    const { changes, nextAtMs } = planEviction(nodes, nowMs, timestamp(nowMs));
    return { tainted: changes.filter(({ evicts }) => evicts).map(({ node }) => node.metadata.name), nextAtMs };
  };

  test('one node, and the next ten seconds later', () => {
    const ready = [node('x', 'True'), node('y', 'True'), node('z', 'True')];
    expect(plan(...ready, node('a', 'Unknown'), node('b', 'Unknown'))).toEqual({
      tainted: ['a'],
      nextAtMs: nowMs + 10_000,
    });
    expect(plan(...ready, node('a', 'Unknown', 4000), node('b', 'Unknown'))).toEqual({
      tainted: [],
      nextAtMs: nowMs + 6000,
    });
    expect(plan(...ready, node('a', 'Unknown', 10_000), node('b', 'Unknown'))).toEqual({ tainted: ['b'] });
  });

  test('none where most of a small zone is gone', () => {
    const gone = ['a', 'b', 'c'].map((name) => node(name, 'Unknown'));
    expect(plan(node('x', 'True'), ...gone)).toEqual({ tainted: [] });
    expect(plan(node('x', 'True'), ...gone.slice(0, 2)).tainted).toEqual(['a']);
  });

  test('the time stays when the kind of absence changes', () => {
    const changed = node('a', 'False', 60_000);
    const { changes } = planEviction([changed, node('x', 'True')], nowMs, timestamp(nowMs));
    expect(changes[0]?.taints).toEqual([
      { key: 'node.kubernetes.io/not-ready', effect: 'NoExecute', timeAdded: timestamp(nowMs - 60_000) },
    ]);
  });
});

describe('Pods that no agent will remove', () => {
  test('those of a node that is deleted go after the quarantine', async () => {
    await podOn('n1', 'a');
    await cluster.write({ verb: 'delete', key: nodeKey('n1') });
    await cluster.advance(39_000);
    expect(await pod('a')).toBeDefined();
    await cluster.advance(2000);
    expect(await pod('a')).toBeUndefined();
  });

  test('not those of a node that joins again', async () => {
    await podOn('n1', 'a');
    await cluster.write({ verb: 'delete', key: nodeKey('n1') });
    await cluster.settle();
    await cluster.addNode('n1');
    await cluster.advance(60_000);
    expect(await pod('a')).toBeDefined();
  });

  test('those that are going on a node out of service', async () => {
    await podOn('n1', 'a');
    await podOn('n1', 'staying');
    await cluster.write({ verb: 'delete', key: { resource: 'pods', namespace: 'default', name: 'a' } });
    await cluster.setNodeReady('n1', 'Unknown');
    await cluster.settle();
    expect(await isGoing('a')).toBe(true);
    const taints = [{ key: 'node.kubernetes.io/out-of-service', value: 'nodeshutdown', effect: 'NoSchedule' }];
    await cluster.write({ verb: 'patch', key: nodeKey('n1'), patch: { spec: { taints } } });
    await cluster.settle();
    expect([await pod('a'), Boolean(await pod('staying'))]).toEqual([undefined, true]);
  });
});

test('self-healing: what ran on a lost node runs elsewhere', async () => {
  cluster.startControllers([replicationControllerDefinition]);
  cluster.startScheduler();
  await cluster.create('replicationcontrollers', replicationController('web', 3));
  await cluster.settle();
  const nodes = async () =>
    (await cluster.pods()).filter(({ metadata }) => !metadata.deletionTimestamp).map(({ spec }) => spec?.nodeName);
  expect((await nodes()).sort()).toEqual(['n1', 'n2', 'n3']);
  await cluster.setNodeReady('n2', 'Unknown');
  await cluster.advance(310_000);
  expect((await nodes()).filter((name) => name === 'n2')).toEqual([]);
  expect(await nodes()).toHaveLength(3);
  expect(cluster.errors).toEqual([]);
});
