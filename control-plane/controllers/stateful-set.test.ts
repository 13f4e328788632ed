import fc from 'fast-check';
import { beforeEach, describe, expect, test } from 'vitest';
import type { ControllerRevision, PersistentVolumeClaim, Pod, StatefulSet } from '../../shared/api/object.ts';
import garbageCollector from './garbage-collector.ts';
import { isReady } from './pods/pod-state.ts';
import pvcProtection from './pvc-protection.ts';
import statefulSetController from './stateful-set.ts';
import { podSpec, startTestCluster, type TestCluster } from './testing/test-cluster.ts';

const key = { resource: 'statefulsets.apps', namespace: 'default', name: 'web' };
const labels = { app: 'web' };

let cluster: TestCluster;
beforeEach(async () => {
  cluster = await startTestCluster();
  cluster.startControllers([statefulSetController, garbageCollector, pvcProtection]);
});

async function create(spec: object = {}): Promise<void> {
  const template = { metadata: { labels }, spec: podSpec };
  await cluster.create('statefulsets.apps', {
    ...{ apiVersion: 'apps/v1', metadata: { name: 'web' } },
    spec: { replicas: 3, serviceName: 'web', selector: { matchLabels: labels }, template, ...spec },
  });
  await cluster.settle();
}

async function patch(spec: object): Promise<void> {
  await cluster.write({ verb: 'patch', key, patch: { spec } });
  await cluster.settle();
}

const withImage = (image: string) => ({ template: { spec: { containers: [{ name: 'c', image }] } } });
const status = async () => (await cluster.get<StatefulSet>('statefulsets.apps', 'web'))?.status;
const pods = () => cluster.pods();
const names = async () => (await pods()).map(({ metadata }) => metadata.name).sort();
const images = async () =>
  Object.fromEntries((await pods()).map(({ metadata, spec }) => [metadata.name, spec?.containers[0]?.image]));
const revisions = async () =>
  (await cluster.list<ControllerRevision>('controllerrevisions.apps')).sort((a, b) => a.revision - b.revision);

async function ready(name: string): Promise<void> {
  await cluster.setPodReady(name, true);
  await cluster.settle();
}

/** Makes Pods ready until nothing moves any more. */
async function finish(): Promise<void> {
  await cluster.settle();
  for (let before = -1; before !== cluster.store.revision; ) {
    before = cluster.store.revision;
    for (const pod of await pods()) if (!isReady(pod)) await ready(pod.metadata.name ?? '');
  }
}

describe('in order', () => {
  test('each Pod is made when the one before it is ready', async () => {
    await create();
    expect(await names()).toEqual(['web-0']);
    await ready('web-0');
    expect(await names()).toEqual(['web-0', 'web-1']);
    await finish();
    expect(await names()).toEqual(['web-0', 'web-1', 'web-2']);
    const [pod] = await pods();
    expect(pod).toMatchObject({
      metadata: {
        labels: {
          'statefulset.kubernetes.io/pod-name': 'web-0',
          'apps.kubernetes.io/pod-index': '0',
          'controller-revision-hash': expect.stringMatching(/^web-/),
        },
      },
      spec: { hostname: 'web-0', subdomain: 'web' },
    });
    const [revision] = await revisions();
    expect(await status()).toMatchObject({
      ...{ replicas: 3, readyReplicas: 3, availableReplicas: 3, currentReplicas: 3, updatedReplicas: 3 },
      ...{ currentRevision: revision?.metadata.name, updateRevision: revision?.metadata.name, collisionCount: 0 },
    });
    expect(await cluster.events('SuccessfulCreate')).toContain(
      'SuccessfulCreate: create Pod web-0 in StatefulSet web successful',
    );
    expect(cluster.errors).toEqual([]);
  });

  test('Pods go from the last, one at a time, and never while another is not well', async () => {
    await create();
    await finish();
    await cluster.setPodReady('web-0', false);
    await patch({ replicas: 1 });
    expect(await names()).toEqual(['web-0', 'web-1', 'web-2']);
    await ready('web-0');
    expect(await names()).toEqual(['web-0']);
    expect(await status()).toMatchObject({ replicas: 1 });
  });

  test('a Pod that has ended is made anew under its name', async () => {
    await create();
    await finish();
    const uid = (await cluster.get<Pod>('pods', 'web-1'))?.metadata.uid;
    await cluster.patchStatus({ ...key, resource: 'pods', name: 'web-1' }, { phase: 'Failed' });
    await cluster.settle();
    const again = await cluster.get<Pod>('pods', 'web-1');
    expect(again?.metadata.uid).not.toBe(uid);
    expect(await names()).toEqual(['web-0', 'web-1', 'web-2']);
  });

  test('a Pod is available only after the time that was asked for', async () => {
    await create({ replicas: 2, minReadySeconds: 10 });
    await ready('web-0');
    expect(await names()).toEqual(['web-0']);
    expect(await status()).toMatchObject({ readyReplicas: 1, availableReplicas: 0 });
    await cluster.advance(10_000);
    expect(await names()).toEqual(['web-0', 'web-1']);
  });
});

test('in parallel, all Pods are made and removed at once, from the ordinal that is the first', async () => {
  await create({ podManagementPolicy: 'Parallel', ordinals: { start: 5 } });
  expect(await names()).toEqual(['web-5', 'web-6', 'web-7']);
  await patch({ replicas: 1 });
  expect(await names()).toEqual(['web-5']);
});

describe('an update', () => {
  test('goes from the last Pod to the first, each when the one after it is well', async () => {
    await create();
    await finish();
    await patch(withImage('new'));
    expect(await images()).toEqual({ 'web-0': 'i', 'web-1': 'i', 'web-2': 'new' });
    const [before, now] = await revisions();
    expect(await status()).toMatchObject({
      ...{ currentReplicas: 2, updatedReplicas: 1 },
      ...{ currentRevision: before?.metadata.name, updateRevision: now?.metadata.name },
    });
    await finish();
    expect(await images()).toEqual({ 'web-0': 'new', 'web-1': 'new', 'web-2': 'new' });
    expect(await status()).toMatchObject({ currentRevision: now?.metadata.name, currentReplicas: 3 });
  });

  test('stops at the partition, below which Pods keep their template', async () => {
    await create({ updateStrategy: { rollingUpdate: { partition: 2 } } });
    await finish();
    await patch(withImage('new'));
    await finish();
    expect(await images()).toEqual({ 'web-0': 'i', 'web-1': 'i', 'web-2': 'new' });
    await cluster.write({ verb: 'delete', key: { ...key, resource: 'pods', name: 'web-0' } });
    await finish();
    expect(await images()).toMatchObject({ 'web-0': 'i' });
  });

  test('waits for somebody to delete the Pods, if that is asked for', async () => {
    await create({ updateStrategy: { type: 'OnDelete' } });
    await finish();
    await patch(withImage('new'));
    await cluster.write({ verb: 'delete', key: { ...key, resource: 'pods', name: 'web-1' } });
    await finish();
    expect(await images()).toEqual({ 'web-0': 'i', 'web-1': 'new', 'web-2': 'i' });
  });

  test('back to an old template gives its revision a new number; history is limited', async () => {
    await create({ replicas: 1, revisionHistoryLimit: 1 });
    await finish();
    const [first] = await revisions();
    await patch(withImage('new'));
    await finish();
    await patch(withImage('i'));
    await finish();
    expect((await revisions()).map(({ revision }) => revision)).toEqual([2, 3]);
    expect((await revisions())[1]?.metadata.name).toBe(first?.metadata.name);
    for (const image of ['a', 'b', 'c']) {
      await patch(withImage(image));
      await finish();
    }
    expect(await revisions()).toHaveLength(2);
  });
});

describe('claims', () => {
  const claims = async () =>
    (await cluster.list<PersistentVolumeClaim>('persistentvolumeclaims')).map(({ metadata }) => metadata.name).sort();
  const volumeClaimTemplates = [
    {
      metadata: { name: 'data' },
      spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
    },
  ];

  test('are made with their Pods, and stay when those go', async () => {
    await create({ replicas: 2, volumeClaimTemplates });
    await finish();
    expect(await claims()).toEqual(['data-web-0', 'data-web-1']);
    const [pod] = await pods();
    expect(pod?.spec?.volumes).toContainEqual({ name: 'data', persistentVolumeClaim: { claimName: 'data-web-0' } });
    await patch({ replicas: 1 });
    await cluster.write({ verb: 'delete', key });
    await cluster.settle();
    expect(await pods()).toEqual([]);
    expect(await claims()).toEqual(['data-web-0', 'data-web-1']);
  });

  test('go with what the policy says', async () => {
    const persistentVolumeClaimRetentionPolicy = { whenDeleted: 'Delete', whenScaled: 'Delete' };
    await create({ replicas: 2, volumeClaimTemplates, persistentVolumeClaimRetentionPolicy });
    await finish();
    await patch({ replicas: 1 });
    await finish();
    expect(await claims()).toEqual(['data-web-0']);
    await cluster.write({ verb: 'delete', key });
    await cluster.settle();
    expect(await claims()).toEqual([]);
  });
});

test('whatever happens to it, a StatefulSet ends with the Pods and the template that it should have', async () => {
  const acts = fc.array(
    fc.oneof(
      fc.record({ scale: fc.integer({ min: 0, max: 3 }) }),
      fc.record({ image: fc.constantFrom('i', 'j') }),
      fc.record({ fail: fc.integer({ min: 0, max: 2 }) }),
      fc.constant({ settle: true }),
    ),
    { maxLength: 6 },
  );
  await fc.assert(
    fc.asyncProperty(acts, fc.constantFrom('OrderedReady', 'Parallel'), async (list, podManagementPolicy) => {
      cluster = await startTestCluster();
      cluster.startControllers([statefulSetController]);
      await create({ replicas: 2, podManagementPolicy });
      const wanted = { replicas: 2, image: 'i' };
      for (const act of list) {
        if ('scale' in act) {
          wanted.replicas = act.scale;
          await patch({ replicas: act.scale });
        } else if ('image' in act) {
          wanted.image = act.image;
          await patch(withImage(act.image));
        } else if ('fail' in act) {
          const name = `web-${act.fail}`;
          if (await cluster.get('pods', name))
            await cluster.patchStatus({ ...key, resource: 'pods', name }, { phase: 'Failed' });
        } else await finish();
      }
      await finish();
      const expected = Array.from({ length: wanted.replicas }, (_, index) => [`web-${index}`, wanted.image]);
      expect(await images()).toEqual(Object.fromEntries(expected));
      expect(await status()).toMatchObject({ replicas: wanted.replicas });
      expect((await status())?.updateRevision).toBe((await status())?.currentRevision);
    }),
    { numRuns: 15 },
  );
});
