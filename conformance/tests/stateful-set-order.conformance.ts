import type { V1Pod, V1StatefulSet, V1StatefulSetSpec } from '@kubernetes/client-node';
import { expect } from 'vitest';
import { containerLabels } from '../../node-agent/pods/identity.ts';
import { type Conformance, conforms } from '../harness/conforms.ts';
import { kinds } from '../harness/kinds.ts';
import { isReady } from '../harness/pods.ts';
import type { Served } from '../harness/resource.ts';
import { aStatefulSet } from '../harness/workloads.ts';

const image = 'registry.example/app:1';
const otherImage = 'registry.example/app:2';
const revisionLabel = 'controller-revision-hash';

/** A cluster whose Pods are ready or not as the test says. */
async function withProbes(t: Conformance) {
  const unready = new Set<string>();
  let isBroken = false;
  const cluster = await t.ownCluster({
    nodes: [
      {
        behave: ({ labels }) => ({
          exec: () => ({
            exitCode: isBroken || unready.has(labels[containerLabels.podName] ?? '') ? 1 : 0,
            output: '',
          }),
        }),
      },
    ],
  });
  const sets = cluster.resource(kinds.statefulSet);
  const pods = cluster.resource(kinds.pod);
  const readinessProbe = { exec: { command: ['ready'] }, periodSeconds: 1, failureThreshold: 1 };
  const list = async () => (await pods.list({ labelSelector: 'name=web' })).items;
  return {
    sets,
    pods,
    list,
    unready,
    /** All probes fail, or none. */
    break(broken: boolean): void {
      isBroken = broken;
    },
    create: (replicas: number, spec: Partial<V1StatefulSetSpec> = {}) => {
      const set = aStatefulSet('web', replicas, { container: { readinessProbe } });
      return sets.create({ ...set, spec: { ...set.spec!, ...spec } });
    },
    /** So many Pods, so many of them ready, and the controller has seen what was asked of it last. */
    has: (replicas: number, ready: number): Promise<Served<V1StatefulSet>> =>
      t.eventually(`${replicas} Pods, ${ready} ready`, async () => {
        const set = await sets.get('web');
        const { observedGeneration, replicas: there = 0, readyReplicas = 0 } = set.status;
        const isSeen = observedGeneration === set.metadata.generation;
        if (isSeen && there === replicas && readyReplicas === ready && (await list()).length === replicas) return set;
        throw new Error(JSON.stringify(set.status));
      }),
    changeImage: (to: string) =>
      sets.patch(
        'web',
        { spec: { template: { spec: { containers: [{ name: 'main', image: to }] } } } },
        { type: 'strategic' },
      ),
  };
}

const replicas = (count: number) => ({ spec: { replicas: count } });
const imageOf = ({ spec }: V1Pod) => spec?.containers[0]?.image;
const revisionOf = ({ metadata }: V1Pod) => metadata?.labels?.[revisionLabel];

conforms('StatefulSet, Scaling', async (t) => {
  const web = await withProbes(t);
  const watch = await web.pods.watch({ labelSelector: 'name=web' });
  await web.create(1);
  await web.has(1, 1);
  web.break(true);
  await web.has(1, 0);
  await web.sets.patch('web', replicas(3));
  await web.has(1, 0);
  web.break(false);
  for (const ordinal of [0, 1, 2]) await watch.until('ADDED', ({ metadata }) => metadata.name === `web-${ordinal}`);
  await web.has(3, 3);

  web.break(true);
  await web.has(3, 0);
  await web.sets.patch('web', replicas(0));
  await web.has(3, 0);
  web.break(false);
  for (const ordinal of [2, 1, 0]) await watch.until('DELETED', ({ metadata }) => metadata.name === `web-${ordinal}`);
  await web.has(0, 0);
});

conforms('StatefulSet, Burst Scaling', async (t) => {
  const web = await withProbes(t);
  await web.create(1, { podManagementPolicy: 'Parallel' });
  await web.has(1, 1);
  web.break(true);
  await web.has(1, 0);
  await web.sets.patch('web', replicas(3));
  await web.has(3, 0);
  web.break(false);
  await web.has(3, 3);
  web.break(true);
  await web.has(3, 0);
  await web.sets.patch('web', replicas(0));
  await web.has(0, 0);
});

/** Resolves once every Pod is of the newest revision. */
const isUpdated = (t: Conformance, web: Awaited<ReturnType<typeof withProbes>>) =>
  t.eventually('all Pods are updated', async () => {
    const { status } = await web.sets.get('web');
    return status.currentRevision === status.updateRevision && status.readyReplicas === 3;
  });

conforms('StatefulSet, Rolling Update', async (t) => {
  const web = await withProbes(t);
  await web.create(3);
  const first = (await web.has(3, 3)).status;
  expect(first.updateRevision).toBe(first.currentRevision);
  expect((await web.list()).map(revisionOf)).toEqual([
    first.currentRevision,
    first.currentRevision,
    first.currentRevision,
  ]);

  const watch = await web.pods.watch({ labelSelector: 'name=web' });
  /** Pods go one after the other, the last first; one that is not ready goes before anything else happens. */
  const roll = async (to: string) => {
    web.unready.add('web-1');
    await web.has(3, 2);
    await web.changeImage(to);
    const { status } = await t.eventually('there are two revisions', async () => {
      const set = await web.sets.get('web');
      const { observedGeneration, currentRevision, updateRevision } = set.status;
      const isSeen = observedGeneration === set.metadata.generation;
      return isSeen && currentRevision !== updateRevision ? set : undefined;
    });
    web.unready.clear();
    for (const ordinal of [2, 1, 0]) await watch.until('DELETED', ({ metadata }) => metadata.name === `web-${ordinal}`);
    await isUpdated(t, web);
    const pods = await web.list();
    expect(pods.map(imageOf)).toEqual([to, to, to]);
    expect(new Set(pods.map(revisionOf))).toEqual(new Set([status.updateRevision]));
    return status;
  };
  await roll(otherImage);
  // What was there before is not a new revision.
  expect((await roll(image)).updateRevision).toBe(first.currentRevision);
});

conforms('StatefulSet, Rolling Update with Partition', async (t) => {
  const web = await withProbes(t);
  const updateStrategy = (partition: number) => ({ type: 'RollingUpdate', rollingUpdate: { partition } });
  const partitionAt = (partition: number) =>
    web.sets.patch('web', { spec: { updateStrategy: updateStrategy(partition) } });
  const isSplitAt = (partition: number) =>
    t.eventually(`Pods from ${partition} on are updated`, async () => {
      const pods = await web.list();
      expect(pods.map(imageOf)).toEqual([0, 1, 2].map((ordinal) => (ordinal < partition ? image : otherImage)));
      return pods.every(isReady);
    });
  await web.create(3, { updateStrategy: updateStrategy(3) });
  const { status } = await web.has(3, 3);
  await web.changeImage(otherImage);
  await web.has(3, 3);
  const changed = (await web.sets.get('web')).status;
  expect(changed.updateRevision).not.toBe(status.updateRevision);
  await isSplitAt(3);

  await partitionAt(2);
  await isSplitAt(2);
  // Who is deleted comes back as what it was.
  for (const name of ['web-0', 'web-2']) {
    const { uid } = (await web.pods.get(name)).metadata;
    await web.pods.delete(name, { gracePeriodSeconds: 0 });
    await t.eventually(`${name} is back`, async () => (await web.pods.get(name)).metadata.uid !== uid);
  }
  await isSplitAt(2);
  for (const partition of [1, 0]) {
    await partitionAt(partition);
    await isSplitAt(partition);
  }
  await isUpdated(t, web);
  expect((await web.sets.get('web')).status.currentRevision).toBe(changed.updateRevision);
});

conforms('StatefulSet, Recreate Failed Pod', async (t) => {
  const cluster = await t.ownCluster();
  // A node without an agent: nobody but the test reports what becomes of the Pod.
  await cluster.resource(kinds.node).create({ metadata: { name: 'silent' } });
  await cluster.resource(kinds.statefulSet).create(aStatefulSet('web', 1, { nodeName: 'silent' }));
  const pods = cluster.resource(kinds.pod);
  const first = await t.eventually('the Pod is made', () => pods.get('web-0'));
  const rejected = { phase: 'Failed', reason: 'NodePorts', message: 'Pod was rejected' };
  await pods.patch('web-0', { status: rejected }, { subresource: 'status' });
  await t.eventually('it is made anew', async () => {
    const { metadata, status } = await pods.get('web-0');
    return metadata.uid !== first.metadata.uid && status.phase === 'Pending';
  });
});
