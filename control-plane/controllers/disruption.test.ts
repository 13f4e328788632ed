import { beforeEach, expect, test } from 'vitest';
import type { Pod, PodDisruptionBudget } from '../../shared/api/object.ts';
import deploymentController from './deployment.ts';
import disruptionController from './disruption.ts';
import replicaSetController from './replica-set.ts';
import { podSpec, startTestCluster, type TestCluster } from './testing/test-cluster.ts';

let cluster: TestCluster;
beforeEach(async () => {
  cluster = await startTestCluster();
  cluster.startControllers([disruptionController, deploymentController, replicaSetController]);
});

const labels = { app: 'web' };
const selector = { matchLabels: labels };

async function budget(spec: object): Promise<void> {
  await cluster.create('poddisruptionbudgets.policy', {
    ...{ apiVersion: 'policy/v1', metadata: { name: 'b' } },
    spec: { selector, ...spec },
  });
  await cluster.settle();
}

async function readyPods(...names: string[]): Promise<void> {
  for (const name of names) {
    await cluster.create('pods', { metadata: { name, labels }, spec: { ...podSpec, nodeName: 'n' } });
    await cluster.setPodReady(name, true);
  }
  await cluster.settle();
}

async function deployment(replicas: number): Promise<void> {
  await cluster.create('deployments.apps', {
    ...{ apiVersion: 'apps/v1', metadata: { name: 'web' } },
    spec: { replicas, selector, template: { metadata: { labels }, spec: podSpec } },
  });
  await cluster.settle();
  for (const { metadata } of await cluster.pods()) await cluster.setPodReady(metadata.name ?? '', true);
  await cluster.settle();
}

async function evict(name: string): Promise<object> {
  const [result] = await cluster.client.write([
    {
      ...{ verb: 'create', resource: 'pods', subresource: 'eviction' },
      object: { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name, namespace: 'default' } },
    },
  ]);
  await cluster.settle();
  return result?.error ?? {};
}

const status = async () => (await cluster.get<PodDisruptionBudget>('poddisruptionbudgets.policy', 'b'))?.status;

test('a budget of a number counts the Pods that are ready', async () => {
  await budget({ minAvailable: 2 });
  expect(await status()).toMatchObject({
    ...{ currentHealthy: 0, desiredHealthy: 2, expectedPods: 0, disruptionsAllowed: 0, observedGeneration: 1 },
    conditions: [{ type: 'DisruptionAllowed', status: 'False', reason: 'InsufficientPods', message: '' }],
  });
  await readyPods('a', 'b', 'c');
  expect(await status()).toMatchObject({
    ...{ currentHealthy: 3, desiredHealthy: 2, expectedPods: 3, disruptionsAllowed: 1 },
    conditions: [{ status: 'True', reason: 'SufficientPods', observedGeneration: 1 }],
  });
  await cluster.setPodReady('a', false);
  await cluster.settle();
  expect(await status()).toMatchObject({ currentHealthy: 2, disruptionsAllowed: 0 });
});

test('a budget of a share asks how many there should be', async () => {
  await deployment(3);
  await budget({ maxUnavailable: '50%' });
  expect(await status()).toMatchObject({
    expectedPods: 3,
    desiredHealthy: 1,
    currentHealthy: 3,
    disruptionsAllowed: 2,
  });
});

test('where nobody says how many there should be, nothing is allowed', async () => {
  await cluster.create('jobs.batch', {
    ...{ apiVersion: 'batch/v1', metadata: { name: 'work' } },
    spec: { template: { metadata: { labels }, spec: { ...podSpec, restartPolicy: 'Never' } } },
  });
  const job = await cluster.get('jobs.batch', 'work');
  const ownerReferences = [
    { apiVersion: 'batch/v1', kind: 'Job', name: 'work', uid: job?.metadata.uid ?? '', controller: true },
  ];
  await cluster.create('pods', { metadata: { name: 'p', labels, ownerReferences }, spec: podSpec });
  await budget({ maxUnavailable: 1 });
  expect(await status()).toMatchObject({
    disruptionsAllowed: 0,
    conditions: [{ reason: 'SyncFailed', message: 'jobs.batch does not implement the scale subresource' }],
  });
});

test('evictions spend the budget', async () => {
  await budget({ minAvailable: 1 });
  await readyPods('a', 'b');
  expect(await evict('a')).toEqual({});
  const evicted = await cluster.get<Pod>('pods', 'a');
  expect(evicted?.metadata.deletionTimestamp).toBeDefined();
  expect(evicted?.status?.conditions).toContainEqual(
    expect.objectContaining({ type: 'DisruptionTarget', reason: 'EvictionByEvictionAPI' }),
  );
  expect(await status()).toMatchObject({ currentHealthy: 1, disruptionsAllowed: 0 });
  expect(await evict('b')).toMatchObject({
    code: 429,
    reason: 'TooManyRequests',
    message: "Cannot evict pod as it would violate the pod's disruption budget.",
  });
  expect((await cluster.get<Pod>('pods', 'b'))?.metadata.deletionTimestamp).toBeUndefined();
});

test('of evictions at the same moment no more are granted than the budget allows', async () => {
  await budget({ minAvailable: 2 });
  await readyPods('a', 'b', 'c', 'd');
  const object = (name: string) => ({
    apiVersion: 'policy/v1',
    kind: 'Eviction',
    metadata: { name, namespace: 'default' },
  });
  const results = await cluster.client.write(
    ['a', 'b', 'c', 'd'].map((name) => ({
      verb: 'create',
      resource: 'pods',
      subresource: 'eviction',
      object: object(name),
    })),
  );
  expect(results.map(({ error }) => error?.code)).toEqual([undefined, undefined, 429, 429]);
  await cluster.settle();
  expect(await status()).toMatchObject({ currentHealthy: 2, disruptionsAllowed: 0 });
});

test('a Pod that is not ready may go while enough others are', async () => {
  await budget({ minAvailable: 1 });
  await readyPods('a', 'b');
  await cluster.setPodReady('b', false);
  await cluster.settle();
  expect(await evict('a')).toMatchObject({ code: 429 });
  expect(await evict('b')).toEqual({});
});
