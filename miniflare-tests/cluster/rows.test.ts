import { afterAll, beforeAll, expect, it } from 'vitest';
import type { StorageCounters } from '../../control-plane/apiserver/http/counters.ts';
import { startCluster, type TestCluster } from '../../testing/index.ts';
import { type Clients, clientsOf, createSender, type SendRaw } from './clients.ts';
import { aController, aPod, aService } from './manifests.ts';
import { eventually, untilGone, untilReadyPods, untilRunning } from './waits.ts';

const namespace = 'default';
/** DESIGN, section 1: of the main object; Events are in a shard of their own. */
const budget = 12;
const replicas = 10;
let cluster: TestCluster;
let clients: Clients;
let send: SendRaw;

beforeAll(async () => {
  cluster = await startCluster({ nodes: [{ name: 'n1' }, { name: 'n2' }] });
  clients = clientsOf(cluster.kubeconfig);
  send = createSender({ url: cluster.url, ca: cluster.ca, token: cluster.token });
  // Once in the life of a cluster, the key that signs the tokens of Pods is made.
  await send(`/api/v1/namespaces/${namespace}/serviceaccounts/default/token`, { method: 'POST', body: {} });
});

afterAll(() => cluster.stop());

async function rows(): Promise<number> {
  const { json } = await send('/fairlead/v1/debug/counters');
  const { rowsWritten, keyValueWrites, alarmsSet } = json as unknown as StorageCounters;
  return rowsWritten + keyValueWrites + alarmsSet;
}

/** Rows written until what `work` causes has settled: until two readings half a second apart agree. */
async function during(work: () => Promise<unknown>): Promise<number> {
  const before = await settled();
  await work();
  return (await settled()) - before;
}

async function settled(): Promise<number> {
  let last = await rows();
  let since = performance.now();
  await eventually('nothing is written any more', async () => {
    const now = await rows();
    if (now !== last) [last, since] = [now, performance.now()];
    return performance.now() - since > 500;
  });
  return last;
}

/**
 * The rows of one round of `work`: what happens within a few milliseconds shares its rows, and on a machine that is busy
 * with other suites less of it does; not three times over.
 */
async function leastOf(enough: number, work: () => Promise<unknown>): Promise<number> {
  let least = Infinity;
  for (let round = 0; round < 3 && least > enough; round++) least = Math.min(least, await during(work));
  return least;
}

it('a Pod that nobody owns lives and dies within the budget', async () => {
  const { core } = clients;
  const written = await leastOf(budget, async () => {
    await core.createNamespacedPod({ namespace, body: aPod('single') });
    await untilRunning(core, namespace, 'single');
    await core.deleteNamespacedPod({ namespace, name: 'single' });
    await untilGone('the Pod', () => core.readNamespacedPod({ namespace, name: 'single' }));
  });
  expect(written).toBeGreaterThan(6);
  expect(written).toBeLessThanOrEqual(budget);
});

it('so does each of ten replicas behind a Service, with its share of Endpoints and counts', async () => {
  const { core } = clients;
  const app = 'rows';
  const scale = (count: number) =>
    send(`/api/v1/namespaces/${namespace}/replicationcontrollers/${app}/scale`, {
      method: 'PATCH',
      headers: { 'content-type': 'application/merge-patch+json' },
      body: { spec: { replicas: count } },
    });
  await core.createNamespacedService({ namespace, body: aService(app) });
  await core.createNamespacedReplicationController({ namespace, body: aController(app, 0) });
  const written = await leastOf(budget * replicas, async () => {
    await scale(replicas);
    await untilReadyPods(core, namespace, app, replicas);
    await scale(0);
    await untilReadyPods(core, namespace, app, 0);
  });
  expect(written / replicas).toBeGreaterThan(6);
  expect(written / replicas).toBeLessThanOrEqual(budget);
});

it('an idle cluster writes nothing', async () => {
  await settled();
  const before = await rows();
  await new Promise((resolve) => setTimeout(resolve, 3_000));
  expect(await rows()).toBe(before);
});
