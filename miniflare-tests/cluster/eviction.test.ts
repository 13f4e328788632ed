import { Watch } from '@kubernetes/client-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startCluster, type TestCluster } from '../../testing/index.ts';
import { type Clients, clientsOf } from './clients.ts';
import { aController, aPod, aService } from './manifests.ts';
import { eventually, untilReadyPods, untilRunning } from './waits.ts';

const namespace = 'default';

// With a watch open, workerd takes five seconds for an eviction: it gives requests that are on their way time to end.
describe.each([
  { controllers: 'cluster', sockets: 'hibernate' },
  { controllers: 'cluster', sockets: 'close' },
  { controllers: 'object', sockets: 'close' },
] as const)('controllers in $controllers objects, sockets $sockets', ({ controllers, sockets }) => {
  let cluster: TestCluster;
  let clients: Clients;

  beforeAll(async () => {
    cluster = await startCluster({ nodes: 2, controllers });
    clients = clientsOf(cluster.kubeconfig);
  });

  afterAll(() => cluster.stop());

  const evict = () => cluster.evictObjects({ sockets });

  it('a journey goes on although every object is evicted again and again', async () => {
    const { core } = clients;
    const seen = followPods(clients);
    const kept = Array.from({ length: 20 }, (_, index) => `kept-${index}`);
    const body = aController('web', 3);
    await Promise.all([
      core.createNamespacedReplicationController({ namespace, body }),
      ...kept.map((name) => core.createNamespacedConfigMap({ namespace, body: { metadata: { name } } })),
    ]);
    await evict();
    const { items: configMaps } = await core.listNamespacedConfigMap({ namespace });
    expect(configMaps.map(({ metadata }) => metadata?.name)).toEqual(expect.arrayContaining(kept));
    await core.createNamespacedService({ namespace, body: aService('web') });
    await untilReadyPods(core, namespace, 'web', 3);
    const scale = await core.readNamespacedReplicationControllerScale({ namespace, name: 'web' });
    const scaled = { ...scale, spec: { replicas: 5 } };
    await core.replaceNamespacedReplicationControllerScale({ namespace, name: 'web', body: scaled });
    await evict();
    const pods = await untilReadyPods(core, namespace, 'web', 5);
    await eventually('all of them are endpoints', async () => {
      const { subsets } = await core.readNamespacedEndpoints({ namespace, name: 'web' });
      return subsets?.[0]?.addresses?.length === 5;
    });
    const [victim] = pods;
    await core.deleteNamespacedPod({ namespace, name: victim!.metadata!.name! });
    await evict();
    await eventually('the deleted Pod is replaced', async () => {
      const now = await untilReadyPods(core, namespace, 'web', 5);
      return now.every(({ metadata }) => metadata?.uid !== victim!.metadata?.uid);
    });
    const { items } = await core.listNamespacedPod({ namespace });
    const present = items.map(({ metadata }) => metadata!.name!).sort();
    await eventually('the watch has seen it all', () => `${[...seen.ready].sort()}` === `${present}`);
    expect(seen.gone).toContain(victim!.metadata!.name!);
    seen.stop();
  }, 60_000);

  it('nodes stay in service: they are never NotReady, and Pods start on them right after an eviction', async () => {
    const { core } = clients;
    await evict();
    await core.createNamespacedPod({ namespace, body: aPod('after') });
    await untilRunning(core, namespace, 'after');
    const { items } = await core.listNode();
    const states = items.map(({ status }) => status?.conditions?.find(({ type }) => type === 'Ready')?.status);
    expect(states).toEqual(['True', 'True']);
    expect(await core.readNamespacedPodLog({ namespace, name: 'after' })).toBe('');
  });
});

/** Watches Pods as a good client does: from where the last watch ended, again and again. */
function followPods({ config, core }: Clients) {
  const watch = new Watch(config);
  const ready = new Set<string>();
  const gone = new Set<string>();
  let resourceVersion: string | undefined;
  let abort = new AbortController();
  let isStopped = false;

  const follow = async (): Promise<void> => {
    if (isStopped) return;
    resourceVersion ??= (await core.listNamespacedPod({ namespace })).metadata?.resourceVersion;
    abort = await watch.watch(
      `/api/v1/namespaces/${namespace}/pods`,
      { resourceVersion, allowWatchBookmarks: true },
      (
        type: string,
        pod: {
          metadata: { name: string; resourceVersion: string };
          status?: { conditions?: { type: string; status: string }[] };
        },
      ) => {
        resourceVersion = pod.metadata.resourceVersion;
        const isReady = pod.status?.conditions?.some((one) => one.type === 'Ready' && one.status === 'True');
        if (type === 'DELETED') {
          ready.delete(pod.metadata.name);
          gone.add(pod.metadata.name);
        } else if (isReady) ready.add(pod.metadata.name);
      },
      () => void follow(),
    );
  };
  void follow();
  return {
    ready,
    gone,
    stop() {
      isStopped = true;
      abort.abort();
    },
  };
}
