import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Pod } from '../../shared/api/object.ts';
import { MemoryCursor, startTestCluster, type TestCluster } from '../controllers/testing/test-cluster.ts';
import type { Scheduler } from './scheduler.ts';

const cpus = 3;
const classes = { low: 1, middle: 10, high: 100 };
const step = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      type: fc.constant('create' as const),
      cpu: fc.integer({ min: 1, max: cpus }),
      priorityClassName: fc.constantFrom(...(Object.keys(classes) as (keyof typeof classes)[])),
    }),
  },
  /** What nodes do in the end with Pods that were told to go. */
  { weight: 2, arbitrary: fc.record({ type: fc.constant('stop' as const), most: fc.integer({ min: 1, max: 3 }) }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('delete' as const), pod: fc.nat(20) }) },
  /** Evicted from memory; with a cursor that lags, or none. */
  { weight: 1, arbitrary: fc.record({ type: fc.constant('restart' as const), forgets: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('wait' as const), ms: fc.integer({ min: 1, max: 5000 }) }) },
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

const cpuOf = ({ spec }: Pod) => Number(spec?.containers[0]?.resources?.requests?.cpu);
const priorityOf = ({ spec }: Pod) => spec?.priority ?? 0;
const keyOf = (name: string) => ({ resource: 'pods', namespace: 'default', name });

async function stopLeaving(cluster: TestCluster, most: number): Promise<number> {
  const leaving = (await cluster.pods()).filter(({ metadata }) => metadata.deletionTimestamp).slice(0, most);
  for (const { metadata } of leaving) {
    await cluster.write({ verb: 'delete', key: keyOf(metadata.name!), gracePeriodSeconds: 0 });
  }
  return leaving.length;
}

async function run(steps: readonly Step[]): Promise<TestCluster> {
  const cluster = await startTestCluster();
  for (const [name, value] of Object.entries(classes)) {
    await cluster.create('priorityclasses.scheduling.k8s.io', { metadata: { name }, value });
  }
  for (const name of ['n1', 'n2']) {
    await cluster.addNode(name, { allocatable: { cpu: String(cpus), memory: '8Gi', pods: '110' } });
  }
  let cursor = new MemoryCursor();
  let scheduler: Scheduler = cluster.startScheduler({}, cursor);
  for (const [index, one] of steps.entries()) {
    if (one.type === 'create') {
      const { cpu, priorityClassName } = one;
      const resources = { requests: { cpu: String(cpu) } };
      const spec = { priorityClassName, containers: [{ name: 'c', image: 'i', resources }] };
      await cluster.create('pods', { metadata: { name: `p${index}` }, spec });
    } else if (one.type === 'stop') await stopLeaving(cluster, one.most);
    else if (one.type === 'wait') await cluster.advance(one.ms);
    else if (one.type === 'delete') await cluster.client.write([{ verb: 'delete', key: keyOf(`p${one.pod}`) }]);
    else {
      cluster.stop(scheduler);
      await scheduler.whenIdle();
      if (one.forgets) cursor = new MemoryCursor();
      scheduler = cluster.startScheduler({}, cursor);
      scheduler.timerFired();
    }
  }
  do await cluster.advance(60_000);
  while ((await stopLeaving(cluster, 100)) > 0);
  return cluster;
}

test('in the end nobody waits who could have the room of lesser ones, and no node has too much', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 20 }), async (steps) => {
      const cluster = await run(steps);
      const pods = await cluster.pods();
      const sum = (some: readonly Pod[]) => some.reduce((total, pod) => total + cpuOf(pod), 0);
      for (const node of ['n1', 'n2']) {
        const placed = pods.filter(({ spec }) => spec?.nodeName === node);
        expect(sum(placed)).toBeLessThanOrEqual(cpus);
        for (const waiting of pods.filter(({ spec }) => !spec?.nodeName)) {
          const atLeastEqual = placed.filter((pod) => priorityOf(pod) >= priorityOf(waiting));
          expect(sum(atLeastEqual) + cpuOf(waiting)).toBeGreaterThan(cpus);
          expect(waiting.status?.nominatedNodeName).toBeUndefined();
        }
      }
      expect(cluster.errors).toEqual([]);
    }),
    { numRuns: 25 },
  );
}, 60_000);
