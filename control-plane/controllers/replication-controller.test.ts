import fc from 'fast-check';
import { beforeEach, describe, expect, test } from 'vitest';
import type { Pod, ReplicationController } from '../../shared/api/object.ts';
import replicationControllerDefinition from './replication-controller.ts';
import { podSpec, replicationController, startTestCluster, type TestCluster } from './testing/test-cluster.ts';

const podKey = (name: string) => ({ resource: 'pods', namespace: 'default', name });
const rcKey = (name: string) => ({ resource: 'replicationcontrollers', namespace: 'default', name });
const names = (pods: readonly Pod[]) => pods.map(({ metadata }) => metadata.name);

let cluster: TestCluster;
beforeEach(async () => {
  cluster = await startTestCluster();
  cluster.startControllers([replicationControllerDefinition]);
});

const statusOf = async (name = 'web') =>
  (await cluster.get<ReplicationController>('replicationcontrollers', name))?.status;
const scale = (replicas: number) => cluster.write({ verb: 'patch', key: rcKey('web'), patch: { spec: { replicas } } });

describe('replicas', () => {
  test('are created from the template, owned, counted and told of', async () => {
    const { metadata } = await cluster.create('replicationcontrollers', replicationController('web', 3));
    await cluster.settle();
    const pods = await cluster.pods();
    expect(pods).toHaveLength(3);
    expect(pods[0]?.metadata).toMatchObject({
      generateName: 'web-',
      labels: { app: 'web' },
      ownerReferences: [
        {
          apiVersion: 'v1',
          kind: 'ReplicationController',
          name: 'web',
          uid: metadata.uid,
          controller: true,
          blockOwnerDeletion: true,
        },
      ],
    });
    expect(await statusOf()).toEqual({ replicas: 3, fullyLabeledReplicas: 3, observedGeneration: 1 });
    expect((await cluster.events()).sort()).toEqual(
      names(pods).map((name) => `SuccessfulCreate: Created pod: ${name}`),
    );
  });

  test('scaling up and down, status included, is one write each', async () => {
    await cluster.create('replicationcontrollers', replicationController('web', 2));
    await cluster.settle();
    let transactions = 0;
    cluster.store.onCommit((changes) => {
      if (changes.some(({ key }) => key.resource !== 'events')) transactions++;
    });
    await scale(100);
    await cluster.settle();
    expect(await cluster.pods()).toHaveLength(100);
    await scale(5);
    await cluster.settle();
    expect(await cluster.pods()).toHaveLength(5);
    expect(await statusOf()).toMatchObject({ replicas: 5, observedGeneration: 3 });
    expect(transactions).toBe(4);
  });

  test('what is ready counts as available after minReadySeconds', async () => {
    await cluster.create('replicationcontrollers', replicationController('web', 1, { minReadySeconds: 30 }));
    await cluster.settle();
    const [name] = names(await cluster.pods());
    await cluster.setPodReady(name!, true);
    await cluster.settle();
    expect(await statusOf()).toMatchObject({ readyReplicas: 1 });
    expect(await statusOf()).not.toHaveProperty('availableReplicas');
    await cluster.advance(29_000);
    expect(await statusOf()).not.toHaveProperty('availableReplicas');
    await cluster.advance(2000);
    expect(await statusOf()).toMatchObject({ availableReplicas: 1 });
  });

  test('finished Pods and those on their way out are replaced', async () => {
    await cluster.create('replicationcontrollers', replicationController('web', 2));
    await cluster.settle();
    const [first] = names(await cluster.pods());
    await cluster.patchStatus(podKey(first!), { phase: 'Failed' });
    await cluster.settle();
    expect(await cluster.pods()).toHaveLength(3);
    expect(await statusOf()).toMatchObject({ replicas: 2 });
  });

  test('a refused Pod is told once and noted in the status until it works again', async () => {
    const spec = {
      template: { metadata: { labels: { app: 'web' } }, spec: { ...podSpec, serviceAccountName: 'none' } },
    };
    await cluster.create('replicationcontrollers', replicationController('web', 20, spec));
    await cluster.settle();
    const failed = 'error looking up service account default/none: serviceaccount "none" not found';
    expect(await cluster.events('FailedCreate')).toEqual([expect.stringMatching(/^FailedCreate: Error creating: /)]);
    expect(await statusOf()).toMatchObject({
      replicas: 0,
      conditions: [
        { type: 'ReplicaFailure', status: 'True', reason: 'FailedCreate', message: expect.stringContaining(failed) },
      ],
    });
    await cluster.create('serviceaccounts', { metadata: { name: 'none' } });
    await cluster.advance(60_000);
    expect(await cluster.pods()).toHaveLength(20);
    expect(await statusOf()).toEqual({ replicas: 20, fullyLabeledReplicas: 20, observedGeneration: 1 });
  });
});

describe('claims', () => {
  test('a matching Pod without a controller is adopted instead of another being created', async () => {
    await cluster.create('pods', { metadata: { name: 'stray', labels: { app: 'web' } }, spec: podSpec });
    await cluster.create('replicationcontrollers', replicationController('web', 2));
    await cluster.settle();
    const pods = await cluster.pods();
    expect(pods).toHaveLength(2);
    expect(pods.every(({ metadata }) => metadata.ownerReferences?.[0]?.name === 'web')).toBe(true);
    await cluster.create('pods', { metadata: { name: 'later', labels: { app: 'web' } }, spec: podSpec });
    await cluster.settle();
    expect(await cluster.pods()).toHaveLength(2);
  });

  test('a Pod whose labels change is released and replaced', async () => {
    await cluster.create('replicationcontrollers', replicationController('web', 1));
    await cluster.settle();
    const [name] = names(await cluster.pods());
    await cluster.write({ verb: 'patch', key: podKey(name!), patch: { metadata: { labels: { app: 'debug' } } } });
    await cluster.settle();
    expect((await cluster.get('pods', name!))?.metadata.ownerReferences).toBeUndefined();
    expect(await cluster.pods({ labelSelector: 'app=web' })).toHaveLength(1);
  });

  test('Pods of another controller are left alone', async () => {
    const owner = { apiVersion: 'v1', kind: 'ConfigMap', name: 'x', uid: 'other', controller: true };
    await cluster.create('pods', {
      metadata: { name: 'theirs', labels: { app: 'web' }, ownerReferences: [owner] },
      spec: podSpec,
    });
    await cluster.create('replicationcontrollers', replicationController('web', 1));
    await cluster.settle();
    expect(await cluster.pods()).toHaveLength(2);
    expect((await cluster.get('pods', 'theirs'))?.metadata.ownerReferences).toEqual([owner]);
  });
});

test('whatever is lost and whenever, the wanted number is reached', async () => {
  const step = fc.oneof(
    fc.record({ do: fc.constant('scale' as const), to: fc.integer({ min: 0, max: 8 }) }),
    fc.record({ do: fc.constant('delete' as const), pick: fc.nat(20) }),
    fc.record({ do: fc.constant('fail' as const), pick: fc.nat(20) }),
    fc.record({ do: fc.constant('relabel' as const), pick: fc.nat(20) }),
    fc.record({ do: fc.constant('stray' as const) }),
    fc.record({ do: fc.constant('turn' as const) }),
    fc.record({ do: fc.constant('restart' as const) }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
      const world = await startTestCluster();
      let manager = world.startControllers([replicationControllerDefinition]);
      await world.create('replicationcontrollers', replicationController('web', 3));
      let wanted = 3;
      for (const action of steps) {
        const pods = await world.pods();
        const victim = 'pick' in action && pods.length > 0 ? pods[action.pick % pods.length]?.metadata.name : undefined;
        if (action.do === 'scale') {
          wanted = action.to;
          await world.write({ verb: 'patch', key: rcKey('web'), patch: { spec: { replicas: wanted } } });
        } else if (action.do === 'stray') {
          await world.create('pods', { metadata: { generateName: 'stray-', labels: { app: 'web' } }, spec: podSpec });
        } else if (action.do === 'turn') await world.settle();
        else if (action.do === 'restart') {
          world.stop(manager);
          manager = world.startControllers([replicationControllerDefinition]);
        } else if (victim) await world.client.write([harm(action.do, victim)]);
      }
      await world.advance(1000);
      const active = (await world.pods({ labelSelector: 'app=web' })).filter(
        ({ status }) => status?.phase !== 'Failed',
      );
      expect(active).toHaveLength(wanted);
      const controller = await world.get<ReplicationController>('replicationcontrollers', 'web');
      expect(controller?.status).toMatchObject({ replicas: wanted });
    }),
    { numRuns: 40 },
  );
});

function harm(how: 'delete' | 'fail' | 'relabel', name: string) {
  const key = podKey(name);
  if (how === 'delete') return { verb: 'delete' as const, key };
  if (how === 'fail')
    return { verb: 'patch' as const, key, subresource: 'status' as const, patch: { status: { phase: 'Failed' } } };
  return { verb: 'patch' as const, key, patch: { metadata: { labels: { app: 'other' } } } };
}
