import { afterAll, beforeAll, expect, it } from 'vitest';
import { startCluster, type TestCluster } from '../../testing/index.ts';
import { type Clients, clientsOf } from './clients.ts';
import { aController, aService } from './manifests.ts';
import { eventually, untilReadyPods } from './waits.ts';

const namespace = 'default';
let cluster: TestCluster;
let clients: Clients;

beforeAll(async () => {
  cluster = await startCluster({
    nodes: 2,
    settings: { nodeMonitorGracePeriodSeconds: 1, defaultTolerationSeconds: 1 },
  });
  clients = clientsOf(cluster.kubeconfig);
});

afterAll(() => cluster.stop());

it('a machine that is switched off: its node is NotReady and tainted, its Pods are evicted and replaced', async () => {
  const { core } = clients;
  await core.createNamespacedReplicationController({ namespace, body: aController('web', 4) });
  await core.createNamespacedService({ namespace, body: aService('web') });
  const before = await untilReadyPods(core, namespace, 'web', 4);
  const doomed = before.filter(({ spec }) => spec?.nodeName === 'node-2');
  expect(doomed.length).toBe(2);

  await cluster.nodes[1]!.stop();

  await eventually('the node is unknown and tainted', async () => {
    const node = await core.readNode({ name: 'node-2' });
    const ready = node.status?.conditions?.find(({ type }) => type === 'Ready');
    const effects = node.spec?.taints
      ?.filter(({ key }) => key === 'node.kubernetes.io/unreachable')
      .map((t) => t.effect);
    return (
      ready?.status === 'Unknown' &&
      ready.reason === 'NodeStatusUnknown' &&
      effects?.sort().join() === 'NoExecute,NoSchedule'
    );
  });
  await eventually('the endpoints of its Pods are gone', async () => {
    const { subsets = [] } = await core.readNamespacedEndpoints({ namespace, name: 'web' });
    const nodes = subsets.flatMap(({ addresses = [] }) => addresses.map(({ nodeName }) => nodeName));
    return nodes.length > 0 && nodes.every((name) => name === 'node-1');
  });
  await eventually('all Pods run on the other node', async () => {
    const { items } = await core.listNamespacedPod({ namespace, labelSelector: 'app=web' });
    const alive = items.filter(({ metadata }) => !metadata?.deletionTimestamp);
    return (
      alive.length === 4 &&
      alive.every(({ spec, status }) => spec?.nodeName === 'node-1' && status?.phase === 'Running')
    );
  });
  const { items: events } = await core.listNamespacedEvent({ namespace });
  expect(events.map(({ reason }) => reason)).toEqual(expect.arrayContaining(['NodeNotReady', 'TaintManagerEviction']));

  // Nobody but the node can say that the evicted Pods have ended, or an operator who knows that it is off for good.
  const evicted = async () => {
    const { items } = await core.listNamespacedPod({ namespace, fieldSelector: 'spec.nodeName=node-2' });
    return items;
  };
  expect((await evicted()).length).toBe(2);
  const node = await core.readNode({ name: 'node-2' });
  const taints = [...node.spec!.taints!, { key: 'node.kubernetes.io/out-of-service', effect: 'NoExecute' }];
  await core.replaceNode({ name: 'node-2', body: { ...node, spec: { ...node.spec, taints } } });
  await eventually('Pods of a node that is out of service are collected', async () => (await evicted()).length === 0);
});

it('a new machine is taken into service', async () => {
  const { core } = clients;
  const node = await cluster.addNode({ name: 'fresh' });
  await eventually('it is ready, without taints', async () => {
    const { status, spec } = await core.readNode({ name: 'fresh' });
    return (
      status?.conditions?.some((c) => c.type === 'Ready' && c.status === 'True') && (spec?.taints ?? []).length === 0
    );
  });
  await core.createNamespacedReplicationController({ namespace, body: aController('more', 4) });
  const pods = await untilReadyPods(core, namespace, 'more', 4);
  expect(pods.some(({ spec }) => spec?.nodeName === 'fresh')).toBe(true);
  expect(node.runtime.containers().length).toBeGreaterThan(0);
});
