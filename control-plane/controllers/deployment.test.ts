import fc from 'fast-check';
import { beforeEach, describe, expect, test } from 'vitest';
import type { Deployment, ReplicaSet } from './deployment/types.ts';
import deploymentController from './deployment.ts';
import { controllerOf, isActive, isReady } from './pods/pod-state.ts';
import replicaSetController from './replica-set.ts';
import { podSpec, startTestCluster, type TestCluster } from './testing/test-cluster.ts';

const key = { resource: 'deployments.apps', namespace: 'default', name: 'web' };

let cluster: TestCluster;
beforeEach(async () => {
  cluster = await startTestCluster();
  cluster.startControllers([deploymentController, replicaSetController]);
});

async function create(spec: object = {}): Promise<void> {
  const labels = { app: 'web' };
  await cluster.create('deployments.apps', {
    apiVersion: 'apps/v1',
    metadata: { name: 'web', annotations: { team: 'a' } },
    spec: {
      replicas: 3,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: podSpec },
      ...spec,
    },
  });
  await cluster.settle();
}

async function patch(spec: object): Promise<void> {
  await cluster.write({ verb: 'patch', key, patch: { spec } });
  await cluster.settle();
}

const withImage = (image: string) => ({ template: { spec: { containers: [{ name: 'c', image }] } } });
const deployment = async () => (await cluster.get<Deployment>('deployments.apps', 'web')) as Deployment;
const condition = async (type: string) => (await deployment()).status?.conditions?.find((one) => one.type === type);
const sets = () => cluster.list<ReplicaSet>('replicasets.apps', { namespace: 'default' });
const sizes = async () => (await sets()).map(({ spec }) => spec?.replicas ?? 0).sort((a, b) => a - b);
const activePods = async () => (await cluster.pods()).filter(isActive);

/** Every Pod that is there becomes ready. */
async function readyAll(): Promise<void> {
  for (const pod of await activePods()) {
    if (!isReady(pod)) await cluster.setPodReady(pod.metadata.name ?? '', true);
  }
  await cluster.settle();
}

/** Makes Pods ready until nothing moves any more. */
async function finishRollout(): Promise<void> {
  for (let before = -1; before !== cluster.store.revision; ) {
    before = cluster.store.revision;
    await readyAll();
  }
}

describe('a new Deployment', () => {
  test('gets a ReplicaSet with its template, and is available once its Pods are', async () => {
    await create();
    const [set] = await sets();
    const hash = set?.metadata.labels?.['pod-template-hash'];
    expect(hash).toMatch(/^[bcdfghjklmnpqrstvwxz2456789]+$/);
    expect(set).toMatchObject({
      metadata: {
        name: `web-${hash}`,
        annotations: {
          team: 'a',
          'deployment.kubernetes.io/revision': '1',
          'deployment.kubernetes.io/desired-replicas': '3',
          'deployment.kubernetes.io/max-replicas': '4',
        },
        ownerReferences: [{ apiVersion: 'apps/v1', kind: 'Deployment', name: 'web', controller: true }],
      },
      spec: { replicas: 3, selector: { matchLabels: { app: 'web', 'pod-template-hash': hash } } },
    });
    expect(await condition('Progressing')).toMatchObject({ status: 'True', reason: 'ReplicaSetUpdated' });
    expect(await condition('Available')).toMatchObject({ status: 'False', reason: 'MinimumReplicasUnavailable' });
    await finishRollout();
    const { metadata, status } = await deployment();
    expect(metadata.annotations?.['deployment.kubernetes.io/revision']).toBe('1');
    expect(status).toMatchObject({
      observedGeneration: 1,
      replicas: 3,
      updatedReplicas: 3,
      readyReplicas: 3,
      availableReplicas: 3,
    });
    expect(status).not.toHaveProperty('unavailableReplicas');
    expect(await condition('Available')).toMatchObject({ status: 'True', reason: 'MinimumReplicasAvailable' });
    expect(await condition('Progressing')).toMatchObject({
      status: 'True',
      reason: 'NewReplicaSetAvailable',
      message: `ReplicaSet "web-${hash}" has successfully progressed.`,
    });
    expect(await cluster.events('ScalingReplicaSet')).toEqual([
      `ScalingReplicaSet: Scaled up replica set web-${hash} from 0 to 3`,
    ]);
  });

  test('that makes no progress within its deadline says so', async () => {
    await create({ progressDeadlineSeconds: 60 });
    await cluster.advance(59_000);
    expect(await condition('Progressing')).toMatchObject({ status: 'True' });
    await cluster.advance(5000);
    expect(await condition('Progressing')).toMatchObject({ status: 'False', reason: 'ProgressDeadlineExceeded' });
    await finishRollout();
    expect(await condition('Progressing')).toMatchObject({ status: 'True', reason: 'NewReplicaSetAvailable' });
  });
});

describe('a change of the template', () => {
  test('rolls over within maxSurge and maxUnavailable, and keeps the history', async () => {
    await create({ replicas: 4, revisionHistoryLimit: 1 });
    await finishRollout();
    await patch(withImage('v2'));
    expect(await sizes()).toEqual([2, 3]); // 25 % of four: one more, one fewer
    await finishRollout();
    expect(await sizes()).toEqual([0, 4]);
    await patch(withImage('v3'));
    await finishRollout();
    expect(await sizes()).toEqual([0, 4]);
    expect((await deployment()).metadata.annotations?.['deployment.kubernetes.io/revision']).toBe('3');
  });

  test('back to an earlier one takes its ReplicaSet again, as a new revision', async () => {
    await create();
    await finishRollout();
    const [first] = await sets();
    await patch(withImage('v2'));
    await finishRollout();
    await patch({ template: { spec: podSpec } });
    await finishRollout();
    expect(await sizes()).toEqual([0, 3]);
    const again = (await sets()).find(({ metadata }) => metadata.name === first?.metadata.name);
    expect(again?.spec?.replicas).toBe(3);
    expect(again?.metadata.annotations).toMatchObject({
      'deployment.kubernetes.io/revision': '3',
      'deployment.kubernetes.io/revision-history': '1',
    });
  });

  test('of the strategy Recreate waits until no old Pod is left', async () => {
    await create({ strategy: { type: 'Recreate' } });
    await finishRollout();
    const old = new Set((await cluster.pods()).map(({ metadata }) => metadata.uid));
    await patch(withImage('v2'));
    const pods = await cluster.pods();
    // Nobody has bound them, so nothing holds them: the old ones are gone at once, and only then are there new ones.
    expect(pods).toHaveLength(3);
    expect(pods.some(({ metadata }) => old.has(metadata.uid))).toBe(false);
  });

  test('while paused is left for later', async () => {
    await create();
    await finishRollout();
    await patch({ paused: true, ...withImage('v2') });
    expect(await sizes()).toEqual([3]);
    expect(await condition('Progressing')).toMatchObject({ status: 'Unknown', reason: 'DeploymentPaused' });
    await patch({ replicas: 5 });
    expect(await sizes()).toEqual([5]);
    await patch({ paused: false });
    await finishRollout();
    expect(await sizes()).toEqual([0, 5]);
  });
});

test('scaling in mid-rollout is shared among the ReplicaSets', async () => {
  await create({
    replicas: 10,
    strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 3, maxUnavailable: 2 } },
  });
  await finishRollout();
  await patch(withImage('broken'));
  expect(await sizes()).toEqual([5, 8]);
  await patch({ replicas: 15 });
  expect(await sizes()).toEqual([7, 11]);
});

test('a ReplicaSet that matches and belongs to nobody is adopted', async () => {
  await create({ replicas: 1 });
  await finishRollout();
  const [set] = await sets();
  const name = set?.metadata.name ?? '';
  const orphan = { verb: 'patch', key: { resource: 'replicasets.apps', namespace: 'default', name } } as const;
  await cluster.write({ ...orphan, patch: { metadata: { ownerReferences: null } } });
  await cluster.settle();
  expect((await sets()).map((one) => controllerOf(one)?.name)).toEqual(['web']);
});

test('availability never falls below what the strategy promises, and every rollout ends', async () => {
  const step = fc.record({
    replicas: fc.integer({ min: 0, max: 8 }),
    image: fc.constantFrom('i', 'v2', 'v3'),
    ready: fc.boolean(),
  });
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 0, max: 3 }),
      fc.integer({ min: 1, max: 3 }),
      fc.array(step, { minLength: 1, maxLength: 5 }),
      async (maxUnavailable, maxSurge, steps) => {
        cluster = await startTestCluster();
        cluster.startControllers([deploymentController, replicaSetController]);
        await create({ strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge, maxUnavailable } } });
        for (const { replicas, image, ready } of steps) {
          await finishRollout();
          await patch({ replicas });
          await finishRollout();
          await patch(withImage(image));
          const available = (await activePods()).filter(isReady).length;
          expect(available).toBeGreaterThanOrEqual(replicas - maxUnavailable);
          expect(await activePods()).toSatisfy((pods: unknown[]) => pods.length <= replicas + maxSurge);
          if (ready) await readyAll();
        }
        await finishRollout();
        const { replicas = 0, image } = steps.at(-1) ?? {};
        const pods = await activePods();
        expect(pods.map(({ spec }) => spec?.containers[0]?.image)).toEqual(Array(replicas).fill(image));
      },
    ),
    { numRuns: 15 },
  );
});
