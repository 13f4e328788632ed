import fc from 'fast-check';
import { beforeEach, describe, expect, test } from 'vitest';
import type { ControllerRevision, DaemonSet, Pod } from '../../shared/api/object.ts';
import { targetNode } from './daemon-set/placement.ts';
import daemonSetController from './daemon-set.ts';
import { isActive, isReady } from './pods/pod-state.ts';
import { podSpec, startTestCluster, type TestCluster } from './testing/test-cluster.ts';

const key = { resource: 'daemonsets.apps', namespace: 'default', name: 'agent' };
const labels = { app: 'agent' };

let cluster: TestCluster;
beforeEach(() => start());

async function start(...nodes: string[]): Promise<void> {
  cluster = await startTestCluster();
  cluster.startControllers([daemonSetController]);
  for (const name of nodes.length > 0 ? nodes : ['a', 'b', 'c']) await cluster.addNode(name);
}

async function create(spec: object = {}): Promise<void> {
  const template = { metadata: { labels }, spec: podSpec };
  await cluster.create('daemonsets.apps', {
    ...{ apiVersion: 'apps/v1', metadata: { name: 'agent' } },
    spec: { selector: { matchLabels: labels }, template, ...spec },
  });
  await cluster.settle();
}

async function patch(spec: object): Promise<void> {
  await cluster.write({ verb: 'patch', key, patch: { spec } });
  await cluster.settle();
}

async function patchNode(name: string, change: Record<string, unknown>): Promise<void> {
  await cluster.write({ verb: 'patch', key: { resource: 'nodes', namespace: '', name }, patch: change });
  await cluster.settle();
}

const withImage = (image: string) => ({ template: { spec: { containers: [{ name: 'c', image }] } } });
const status = async () => (await cluster.get<DaemonSet>('daemonsets.apps', 'agent'))?.status;
const active = async () => (await cluster.pods()).filter(isActive);
const nodes = async () => (await active()).map(targetNode).sort();
const images = async () => (await active()).map((pod) => `${targetNode(pod)} ${pod.spec?.containers[0]?.image}`).sort();
const on = async (node: string) => (await active()).find((pod) => targetNode(pod) === node) as Pod;

/** What scheduler and node do. */
async function run(pod: Pod): Promise<void> {
  const name = pod.metadata.name ?? '';
  if (!pod.spec?.nodeName) {
    await cluster.write({ verb: 'bind', key: { ...key, resource: 'pods', name }, node: targetNode(pod) ?? '' });
  }
  await cluster.setPodReady(name, true);
  await cluster.settle();
}

async function runAll(): Promise<void> {
  await cluster.settle();
  for (let before = -1; before !== cluster.store.revision; ) {
    before = cluster.store.revision;
    for (const pod of await cluster.pods()) {
      if (pod.metadata.deletionTimestamp) {
        const gone = { ...key, resource: 'pods', name: pod.metadata.name ?? '' };
        await cluster.write({ verb: 'delete', key: gone, gracePeriodSeconds: 0 });
      } else if (!isReady(pod)) await run(pod);
    }
    await cluster.settle();
  }
}

describe('a DaemonSet', () => {
  test('has a Pod on every node, which tolerates what happens to nodes', async () => {
    await create();
    expect(await nodes()).toEqual(['a', 'b', 'c']);
    const pod = await on('a');
    expect(pod.spec?.tolerations).toContainEqual({
      ...{ key: 'node.kubernetes.io/unschedulable', operator: 'Exists', effect: 'NoSchedule' },
    });
    expect(pod.metadata.labels).toMatchObject({
      'controller-revision-hash': expect.any(String),
      'pod-template-generation': '1',
    });
    expect(await status()).toMatchObject({
      desiredNumberScheduled: 3,
      currentNumberScheduled: 3,
      numberReady: 0,
      numberUnavailable: 3,
    });
    await runAll();
    expect(await status()).toMatchObject({
      numberReady: 3,
      numberAvailable: 3,
      updatedNumberScheduled: 3,
      observedGeneration: 1,
    });
    expect((await status())?.numberUnavailable).toBeUndefined();
    await cluster.addNode('d');
    await cluster.settle();
    expect(await nodes()).toEqual(['a', 'b', 'c', 'd']);
    expect(cluster.errors).toEqual([]);
  });

  test('goes where it is sent, and leaves where it is not wanted any more', async () => {
    await create({ template: { metadata: { labels }, spec: { ...podSpec, nodeSelector: { disk: 'ssd' } } } });
    expect(await nodes()).toEqual([]);
    await patchNode('b', { metadata: { labels: { disk: 'ssd' } } });
    expect(await nodes()).toEqual(['b']);
    await runAll();
    await patchNode('b', { metadata: { labels: { disk: 'hdd' } } });
    expect(await nodes()).toEqual([]);
    expect(await status()).toMatchObject({ desiredNumberScheduled: 0, numberMisscheduled: 1 });
  });

  test('stays on a node with a taint that only keeps others from coming', async () => {
    await create();
    await runAll();
    await patchNode('a', { spec: { taints: [{ key: 'k', effect: 'NoSchedule' }] } });
    expect(await nodes()).toEqual(['a', 'b', 'c']);
    expect(await status()).toMatchObject({ desiredNumberScheduled: 2, numberMisscheduled: 1 });
    await patchNode('a', { spec: { taints: [{ key: 'k', effect: 'NoExecute' }] } });
    expect(await nodes()).toEqual(['b', 'c']);
  });

  test('replaces a Pod that has failed, after a moment', async () => {
    await create();
    await runAll();
    const pod = await on('a');
    const conditions = [{ type: 'Ready', status: 'False', lastTransitionTime: new Date(cluster.nowMs).toISOString() }];
    await cluster.patchStatus(
      { ...key, resource: 'pods', name: pod.metadata.name ?? '' },
      { phase: 'Failed', conditions },
    );
    await cluster.settle();
    expect(await nodes()).toEqual(['b', 'c']);
    await cluster.advance(5_000);
    expect((await on('a')).metadata.uid).not.toBe(pod.metadata.uid);
    expect(await cluster.events('FailedDaemonPod')).toHaveLength(1);
  });
});

describe('an update', () => {
  test('replaces one Pod at a time', async () => {
    await create();
    await runAll();
    await patch(withImage('new'));
    expect(await nodes()).toHaveLength(2);
    await runAll();
    expect(await images()).toEqual(['a new', 'b new', 'c new']);
    const revisions = await cluster.list<ControllerRevision>('controllerrevisions.apps');
    expect(revisions.map(({ revision }) => revision).sort()).toEqual([1, 2]);
    expect(await status()).toMatchObject({ updatedNumberScheduled: 3 });
  });

  test('may make the new Pods beside the old ones', async () => {
    await create({ updateStrategy: { rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } } });
    await runAll();
    await patch(withImage('new'));
    expect(await images()).toEqual(['a i', 'a new', 'b i', 'c i']);
    await runAll();
    expect(await images()).toEqual(['a new', 'b new', 'c new']);
  });

  test('waits for somebody to delete the Pods, if that is asked for', async () => {
    await create({ updateStrategy: { type: 'OnDelete' } });
    await runAll();
    await patch(withImage('new'));
    const { name = '' } = (await on('b')).metadata;
    await cluster.write({ verb: 'delete', key: { ...key, resource: 'pods', name } });
    await runAll();
    expect(await images()).toEqual(['a i', 'b new', 'c i']);
  });

  test('never takes more Pods away than it may', async () => {
    const limits = fc.record({ maxUnavailable: fc.integer({ min: 1, max: 3 }), count: fc.integer({ min: 1, max: 4 }) });
    await fc.assert(
      fc.asyncProperty(limits, async ({ maxUnavailable, count }) => {
        await start(...['a', 'b', 'c', 'd'].slice(0, count));
        await create({ updateStrategy: { rollingUpdate: { maxUnavailable } } });
        await runAll();
        await patch(withImage('new'));
        for (let step = 0; step < 2 * count; step++) {
          const ready = (await active()).filter(isReady).length;
          expect(ready).toBeGreaterThanOrEqual(count - maxUnavailable);
          const pod = (await cluster.pods()).find((one) => one.metadata.deletionTimestamp);
          const waiting = (await active()).find((one) => !isReady(one));
          if (waiting) await run(waiting);
          else if (pod) {
            const gone = { ...key, resource: 'pods', name: pod.metadata.name ?? '' };
            await cluster.write({ verb: 'delete', key: gone, gracePeriodSeconds: 0 });
            await cluster.settle();
          }
        }
        await runAll();
        expect((await images()).every((image) => image.endsWith(' new'))).toBe(true);
      }),
      { numRuns: 10 },
    );
  });
});
