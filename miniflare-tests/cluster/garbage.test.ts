import { afterAll, beforeAll, expect, it } from 'vitest';
import { startCluster, type TestCluster } from '../../testing/index.ts';
import { type Clients, clientsOf } from './clients.ts';
import { aController, aPod } from './manifests.ts';
import { eventually, untilGone, untilReadyPods } from './waits.ts';

const namespace = 'default';
let cluster: TestCluster;
let clients: Clients;

beforeAll(async () => {
  cluster = await startCluster({ nodes: 1 });
  clients = clientsOf(cluster.kubeconfig);
});

afterAll(() => cluster.stop());

async function controllerWithPods(name: string): Promise<void> {
  const { core } = clients;
  await core.createNamespacedReplicationController({ namespace, body: aController(name, 2) });
  await untilReadyPods(core, namespace, name, 2);
}

const remove = (name: string, propagationPolicy: string) =>
  clients.core.deleteNamespacedReplicationController({ namespace, name, body: { propagationPolicy } });
const read = (name: string) => clients.core.readNamespacedReplicationController({ namespace, name });
const podsOf = async (name: string) =>
  (await clients.core.listNamespacedPod({ namespace, labelSelector: `app=${name}` })).items;

it('Background: the owner goes at once, what it owns follows', async () => {
  await controllerWithPods('background');
  await remove('background', 'Background');
  await expect(read('background')).rejects.toMatchObject({ code: 404 });
  await eventually('the Pods follow', async () => (await podsOf('background')).length === 0);
});

it('Orphan: the owner goes, what it owned stays without an owner', async () => {
  await controllerWithPods('orphan');
  await remove('orphan', 'Orphan');
  await untilGone('the controller', () => read('orphan'));
  const pods = await podsOf('orphan');
  expect(pods.map(({ metadata }) => [metadata?.ownerReferences ?? [], metadata?.deletionTimestamp])).toEqual([
    [[], undefined],
    [[], undefined],
  ]);
  // Another controller of the same selector adopts them.
  const created = await clients.core.createNamespacedReplicationController({
    namespace,
    body: aController('orphan', 2),
  });
  await eventually('they are adopted', async () =>
    (await podsOf('orphan')).every(({ metadata }) => metadata?.ownerReferences?.[0]?.uid === created.metadata?.uid),
  );
  expect((await podsOf('orphan')).length).toBe(2);
});

it('Foreground: what is owned goes first, the owner waits for it', async () => {
  await controllerWithPods('foreground');
  const [pod] = await podsOf('foreground');
  await clients.core.replaceNamespacedPod({
    namespace,
    name: pod!.metadata!.name!,
    body: { ...pod, metadata: { ...pod!.metadata, resourceVersion: undefined, finalizers: ['example.com/hold'] } },
  });
  await remove('foreground', 'Foreground');
  await eventually('the other Pod is gone', async () => (await podsOf('foreground')).length === 1);
  const owner = await read('foreground');
  expect(owner.metadata).toMatchObject({ finalizers: ['foregroundDeletion'], deletionTimestamp: expect.anything() });
  const [held] = await podsOf('foreground');
  await clients.core.replaceNamespacedPod({
    namespace,
    name: held!.metadata!.name!,
    body: { ...held, metadata: { ...held!.metadata, resourceVersion: undefined, finalizers: [] } },
  });
  await untilGone('the controller', () => read('foreground'));
  expect(await podsOf('foreground')).toEqual([]);
});

it('what is owned by something that does not exist is collected', async () => {
  const ownerReferences = [
    { apiVersion: 'v1', kind: 'ConfigMap', name: 'nobody', uid: '00000000-0000-4000-8000-000000000000' },
  ];
  const body = aPod('stray');
  await clients.core.createNamespacedPod({
    namespace,
    body: { ...body, metadata: { name: 'stray', ownerReferences } },
  });
  await untilGone('the Pod', () => clients.core.readNamespacedPod({ namespace, name: 'stray' }));
});
