import { makeInformer, type V1Pod } from '@kubernetes/client-node';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startCluster, type TestCluster } from '../../testing/index.ts';
import { type Clients, clientsOf } from './clients.ts';
import { aController, aPod, aService } from './manifests.ts';
import { eventually, isReady, untilGone, untilReadyPods, untilRunning } from './waits.ts';

let cluster: TestCluster;
let clients: Clients;

beforeAll(async () => {
  cluster = await startCluster({ nodes: 2 });
  clients = clientsOf(cluster.kubeconfig);
});

afterAll(() => cluster.stop());

async function newNamespace(name: string): Promise<string> {
  await clients.core.createNamespace({ body: { metadata: { name } } });
  return name;
}

async function scaleTo(namespace: string, name: string, replicas: number): Promise<void> {
  const scale = await clients.core.readNamespacedReplicationControllerScale({ namespace, name });
  await clients.core.replaceNamespacedReplicationControllerScale({
    namespace,
    name,
    body: { ...scale, spec: { replicas } },
  });
}

async function endpointAddresses(namespace: string, name: string): Promise<string[]> {
  const { subsets = [] } = await clients.core.readNamespacedEndpoints({ namespace, name });
  return subsets.flatMap(({ addresses = [] }) => addresses.map(({ ip }) => ip)).sort();
}

it('a replication controller and a Service: Pods run on all nodes, endpoints follow, scaling works both ways', async () => {
  const { core } = clients;
  const namespace = await newNamespace('journey');
  await core.createNamespacedReplicationController({ namespace, body: aController('web', 4) });
  const service = await core.createNamespacedService({ namespace, body: aService('web') });
  expect(service.spec?.clusterIP).toMatch(/^10\./);

  const pods = await untilReadyPods(core, namespace, 'web', 4);
  expect(new Set(pods.map(({ spec }) => spec?.nodeName))).toEqual(new Set(['node-1', 'node-2']));
  const ips = pods.map(({ status }) => status!.podIP!).sort();
  expect(new Set(ips).size).toBe(4);
  await eventually('all Pods are endpoints', async () => `${await endpointAddresses(namespace, 'web')}` === `${ips}`);

  await scaleTo(namespace, 'web', 1);
  const [last] = await untilReadyPods(core, namespace, 'web', 1);
  await eventually(
    'the endpoints shrink',
    async () => `${await endpointAddresses(namespace, 'web')}` === last!.status!.podIP,
  );
  await scaleTo(namespace, 'web', 6);
  await untilReadyPods(core, namespace, 'web', 6);
  await eventually('the controller counts them', async () => {
    const { status } = await core.readNamespacedReplicationController({ namespace, name: 'web' });
    return status?.readyReplicas === 6 && status.replicas === 6 && status.observedGeneration === 3;
  });
  expect(cluster.nodes.flatMap(({ runtime }) => runtime.containers()).length).toBeGreaterThanOrEqual(12);
});

it('a Pod that is deleted is replaced; one that is relabelled is released and replaced', async () => {
  const { core } = clients;
  const namespace = await newNamespace('replace');
  await core.createNamespacedReplicationController({ namespace, body: aController('web', 2) });
  const [first, second] = await untilReadyPods(core, namespace, 'web', 2);
  await core.deleteNamespacedPod({ namespace, name: first!.metadata!.name! });
  await eventually('another Pod has come', async () => {
    const pods = await untilReadyPods(core, namespace, 'web', 2);
    return pods.every(({ metadata }) => metadata?.uid !== first!.metadata?.uid);
  });
  const name = second!.metadata!.name!;
  const released = await core.readNamespacedPod({ namespace, name });
  await core.replaceNamespacedPod({
    namespace,
    name,
    body: { ...released, metadata: { ...released.metadata, labels: { app: 'debug' } } },
  });
  await untilReadyPods(core, namespace, 'web', 2);
  const { metadata } = await core.readNamespacedPod({ namespace, name });
  expect(metadata?.ownerReferences ?? []).toEqual([]);
});

it('a Pod that is not ready is not among the ready endpoints', async () => {
  const { core } = clients;
  const namespace = await newNamespace('readiness');
  const labels = { app: 'web' };
  await core.createNamespacedService({ namespace, body: aService('web') });
  const readinessGates = [{ conditionType: 'example.com/never' }];
  await core.createNamespacedPod({ namespace, body: aPod('gated', { labels, readinessGates }) });
  await core.createNamespacedPod({ namespace, body: aPod('ready', { labels }) });
  const ready = await untilRunning(core, namespace, 'ready');
  await eventually('both are listed, one as not ready', async () => {
    const { subsets } = await core.readNamespacedEndpoints({ namespace, name: 'web' });
    const [subset] = subsets ?? [];
    return (
      subset?.addresses?.length === 1 &&
      subset.addresses[0]?.ip === ready.status?.podIP &&
      subset.notReadyAddresses?.[0]?.targetRef?.name === 'gated'
    );
  });
});

it('an informer sees every Pod come, change and go', async () => {
  const { core, config } = clients;
  const namespace = await newNamespace('informer');
  const path = `/api/v1/namespaces/${namespace}/pods`;
  const informer = makeInformer<V1Pod>(config, path, () => core.listNamespacedPod({ namespace }));
  const seen = { add: new Set<string>(), ready: new Set<string>(), delete: new Set<string>() };
  const failures: unknown[] = [];
  informer.on('add', ({ metadata }) => seen.add.add(metadata!.name!));
  informer.on('update', (pod) => isReady(pod) && seen.ready.add(pod.metadata!.name!));
  informer.on('delete', ({ metadata }) => seen.delete.add(metadata!.name!));
  informer.on('error', (error) => failures.push(error));
  await informer.start();
  try {
    const names = ['one', 'two', 'three'];
    for (const name of names) await core.createNamespacedPod({ namespace, body: aPod(name) });
    await eventually('all have been seen ready', () => names.every((name) => seen.ready.has(name)));
    for (const name of names) await core.deleteNamespacedPod({ namespace, name });
    await eventually('all have been seen to go', () => names.every((name) => seen.delete.has(name)));
    expect([...seen.add].sort()).toEqual([...names].sort());
    expect(informer.list()).toEqual([]);
    expect(failures).toEqual([]);
  } finally {
    await informer.stop();
  }
});

it('a namespace goes with everything in it, and takes nothing new meanwhile', async () => {
  const { core } = clients;
  const namespace = await newNamespace('doomed');
  await core.createNamespacedReplicationController({ namespace, body: aController('web', 3) });
  await core.createNamespacedService({ namespace, body: aService('web') });
  await core.createNamespacedConfigMap({
    namespace,
    body: { metadata: { name: 'held', finalizers: ['example.com/hold'] } },
  });
  await core.createNamespacedSecret({
    namespace,
    body: { metadata: { name: 'secret' }, stringData: { key: 'value' } },
  });
  const pods = await untilReadyPods(core, namespace, 'web', 3);
  const ids = new Set(pods.map(({ metadata }) => metadata!.uid!));

  await core.deleteNamespace({ name: namespace });
  await eventually('only what a finalizer holds is left', async () => {
    const [{ items: left }, { items: configMaps }] = [
      await core.listNamespacedPod({ namespace }),
      await core.listNamespacedConfigMap({ namespace }),
    ];
    return left.length === 0 && configMaps.length === 1;
  });
  const terminating = await core.readNamespace({ name: namespace });
  expect(terminating.status?.phase).toBe('Terminating');
  await expect(core.createNamespacedPod({ namespace, body: aPod('late') })).rejects.toMatchObject({
    code: 403,
    body: expect.stringContaining('because it is being terminated'),
  });
  await core.replaceNamespacedConfigMap({
    namespace,
    name: 'held',
    body: { metadata: { name: 'held', finalizers: [] } },
  });
  await untilGone('the namespace', () => core.readNamespace({ name: namespace }));

  const { items: services } = await core.listServiceForAllNamespaces();
  expect(services.filter(({ metadata }) => metadata?.namespace === namespace)).toEqual([]);
  await eventually('no container of its Pods is left', () =>
    cluster.nodes
      .flatMap(({ runtime }) => runtime.containers())
      .every(({ labels }) => !Object.values(labels).some((value) => ids.has(value))),
  );
});
