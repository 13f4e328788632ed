import fc from 'fast-check';
import { beforeEach, describe, expect, test } from 'vitest';
import type { Job, Pod } from '../../shared/api/object.ts';
import garbageCollector from './garbage-collector.ts';
import { isTracked } from './job/tracking.ts';
import jobController from './job.ts';
import jobPodRelease from './job-pod-release.ts';
import { isActive } from './pods/pod-state.ts';
import { startTestCluster, type TestCluster } from './testing/test-cluster.ts';
import ttlAfterFinished from './ttl-after-finished.ts';

const key = { resource: 'jobs.batch', namespace: 'default', name: 'work' };
const podSpec = { restartPolicy: 'Never', containers: [{ name: 'c', image: 'i' }] };

let cluster: TestCluster;
beforeEach(async () => {
  cluster = await startTestCluster();
  cluster.startControllers([jobController, jobPodRelease, ttlAfterFinished, garbageCollector]);
});

async function create(spec: object = {}): Promise<void> {
  const template = { spec: podSpec };
  await cluster.create('jobs.batch', {
    apiVersion: 'batch/v1',
    metadata: { name: 'work' },
    spec: { template, ...spec },
  });
  await cluster.settle();
}

async function patch(spec: object): Promise<void> {
  await cluster.write({ verb: 'patch', key, patch: { spec } });
  await cluster.settle();
}

const job = async () => (await cluster.get<Job>('jobs.batch', 'work')) as Job;
const status = async () => (await job()).status;
const condition = async (type: string) => (await status())?.conditions?.find((one) => one.type === type);
const running = async () => (await cluster.pods()).filter(isActive);
const indexOf = (pod: Pod) => Number(pod.metadata.annotations?.['batch.kubernetes.io/job-completion-index']);
const indexes = async () => (await running()).map(indexOf).sort((a, b) => a - b);

async function end(pod: Pod | undefined, phase: 'Succeeded' | 'Failed', exitCode = phase === 'Failed' ? 1 : 0) {
  const finishedAt = `${new Date(cluster.nowMs).toISOString().slice(0, 19)}Z`;
  const containerStatuses = [{ name: 'c', state: { terminated: { exitCode, finishedAt } } }];
  await cluster.patchStatus({ ...key, resource: 'pods', name: pod?.metadata.name ?? '' }, { phase, containerStatuses });
  await cluster.settle();
}

const endOne = async (phase: 'Succeeded' | 'Failed', index?: number) => {
  const pods = await running();
  await end(index === undefined ? pods[0] : pods.find((pod) => indexOf(pod) === index), phase);
};

describe('a Job', () => {
  test('runs its Pods until enough of them have succeeded', async () => {
    await create({ completions: 3, parallelism: 2 });
    expect(await running()).toHaveLength(2);
    expect(await status()).toMatchObject({ active: 2, ready: 0, terminating: 0, uncountedTerminatedPods: {} });
    await endOne('Succeeded');
    await endOne('Succeeded');
    expect(await running()).toHaveLength(1);
    await endOne('Succeeded');
    expect(await status()).toMatchObject({ succeeded: 3, completionTime: expect.any(String) });
    expect((await status())?.active).toBeUndefined();
    expect(await condition('SuccessCriteriaMet')).toMatchObject({ status: 'True', reason: 'CompletionsReached' });
    expect(await condition('Complete')).toMatchObject({ message: 'Reached expected number of succeeded pods' });
    expect((await cluster.pods()).some(isTracked)).toBe(false);
    expect(await cluster.events('Completed')).toEqual(['Completed: Job completed']);
    expect(cluster.errors).toEqual([]);
  });

  test('without a number of completions ends with the first success, when the others have ended', async () => {
    await create({ parallelism: 2 });
    await endOne('Succeeded');
    expect(await running()).toHaveLength(1);
    expect(await condition('Complete')).toBeUndefined();
    await endOne('Failed');
    expect(await condition('Complete')).toMatchObject({ status: 'True' });
  });

  test('replaces failed Pods, ever later, until the limit is passed', async () => {
    await create({ backoffLimit: 1 });
    await endOne('Failed');
    expect(await running()).toHaveLength(0);
    await cluster.advance(9_000);
    expect(await running()).toHaveLength(0);
    await cluster.advance(1_000);
    expect(await running()).toHaveLength(1);
    await endOne('Failed');
    expect(await status()).toMatchObject({ failed: 2 });
    expect(await condition('FailureTarget')).toMatchObject({ reason: 'BackoffLimitExceeded' });
    expect(await condition('Failed')).toMatchObject({ message: 'Job has reached the specified backoff limit' });
    expect(await cluster.events('BackoffLimitExceeded')).toHaveLength(1);
  });

  test('ends its Pods when its time is up, and has failed once they are gone', async () => {
    await cluster.addNode('n');
    await create({ activeDeadlineSeconds: 60, parallelism: 1 });
    const [pod] = await running();
    await cluster.write({ verb: 'bind', key: { ...key, resource: 'pods', name: pod?.metadata.name ?? '' }, node: 'n' });
    await cluster.advance(60_000);
    expect(await condition('FailureTarget')).toMatchObject({ reason: 'DeadlineExceeded' });
    expect(await condition('Failed')).toBeUndefined();
    expect(await status()).toMatchObject({ terminating: 1, failed: 1 });
    const gone = { ...key, resource: 'pods', name: pod?.metadata.name ?? '' };
    await cluster.write({ verb: 'delete', key: gone, gracePeriodSeconds: 0 });
    await cluster.settle();
    expect(await condition('Failed')).toMatchObject({ reason: 'DeadlineExceeded' });
    expect(await status()).toMatchObject({ terminating: 0 });
  });

  test('stops while it is suspended, and its clock with it', async () => {
    await create({ suspend: true, activeDeadlineSeconds: 60 });
    expect(await running()).toHaveLength(0);
    expect(await condition('Suspended')).toMatchObject({ status: 'True', reason: 'JobSuspended' });
    expect((await status())?.startTime).toBeUndefined();
    await cluster.advance(120_000);
    await patch({ suspend: false });
    expect(await running()).toHaveLength(1);
    expect(await condition('Suspended')).toMatchObject({ status: 'False', reason: 'JobResumed' });
    await patch({ suspend: true });
    expect(await cluster.pods()).toHaveLength(0);
    expect(await status()).not.toHaveProperty('failed');
    expect(await cluster.events('Suspended')).toHaveLength(1);
  });

  test('adopts what its selector finds and lets go of the others', async () => {
    await create({
      manualSelector: true,
      selector: { matchLabels: { a: 'b' } },
      template: { metadata: { labels: { a: 'b' } }, spec: podSpec },
    });
    const [pod] = await running();
    const podKey = { ...key, resource: 'pods', name: pod?.metadata.name ?? '' };
    await cluster.write({ verb: 'patch', key: podKey, patch: { metadata: { labels: { a: 'c' } } } });
    await cluster.settle();
    const released = await cluster.get<Pod>('pods', podKey.name);
    expect(released?.metadata.ownerReferences).toBeUndefined();
    expect(isTracked(released as Pod)).toBe(false);
    expect(await running()).toHaveLength(2);
    await cluster.write({ verb: 'patch', key: podKey, patch: { metadata: { labels: { a: 'b' } } } });
    await cluster.settle();
    expect(await running()).toHaveLength(1);
  });

  test('of another controller is left alone', async () => {
    await create({ managedBy: 'example.com/other' });
    expect(await cluster.pods()).toEqual([]);
    expect(await status()).toEqual({});
  });

  test('goes some time after its end, with its Pods', async () => {
    await create({ ttlSecondsAfterFinished: 30 });
    await endOne('Succeeded');
    await cluster.advance(29_000);
    expect(await job()).toBeDefined();
    await cluster.advance(2_000);
    expect(await job()).toBeUndefined();
    expect(await cluster.pods()).toEqual([]);
  });

  test('that is deleted without its Pods leaves none that cannot be deleted', async () => {
    await create({ parallelism: 2, completions: 2 });
    await cluster.write({ verb: 'delete', key });
    await cluster.settle();
    const pods = await cluster.pods();
    expect(pods).toHaveLength(2);
    expect(pods.some(isTracked)).toBe(false);
    expect(pods.every(({ metadata }) => !metadata.ownerReferences)).toBe(true);
  });
});

describe('an indexed Job', () => {
  const indexed = { completionMode: 'Indexed', completions: 3, parallelism: 2 };

  test('has a Pod for every index, which knows it', async () => {
    await create(indexed);
    expect(await indexes()).toEqual([0, 1]);
    const [pod] = await running();
    const index = indexOf(pod as Pod);
    expect(pod?.spec?.hostname).toBe(`work-${index}`);
    expect(pod?.metadata.name).toMatch(new RegExp(`^work-${index}-.....$`));
    expect(pod?.spec?.containers[0]?.env).toMatchObject([{ name: 'JOB_COMPLETION_INDEX' }]);
    await endOne('Succeeded', 1);
    expect(await indexes()).toEqual([0, 2]);
    await endOne('Succeeded', 2);
    await endOne('Succeeded', 0);
    expect(await status()).toMatchObject({ succeeded: 3, completedIndexes: '0-2' });
    expect(await condition('Complete')).toMatchObject({ status: 'True' });
  });

  test('goes on with the other indexes where one has failed too often', async () => {
    await create({ ...indexed, parallelism: 3, backoffLimitPerIndex: 1 });
    await endOne('Failed', 0);
    expect(await indexes()).toEqual([1, 2]);
    await cluster.advance(10_000);
    expect(await indexes()).toEqual([0, 1, 2]);
    const again = (await running()).find((pod) => indexOf(pod) === 0);
    expect(again?.metadata.annotations).toMatchObject({ 'batch.kubernetes.io/job-index-failure-count': '1' });
    await endOne('Failed', 0);
    expect(await status()).toMatchObject({ failedIndexes: '0', failed: 2 });
    await endOne('Succeeded', 1);
    await endOne('Succeeded', 2);
    expect(await status()).toMatchObject({ succeeded: 2, completedIndexes: '1,2' });
    expect(await condition('Failed')).toMatchObject({ reason: 'FailedIndexes', message: 'Job has failed indexes' });
  });

  test('ends early by its success policy', async () => {
    await create({
      ...indexed,
      parallelism: 3,
      successPolicy: { rules: [{ succeededIndexes: '0,2', succeededCount: 1 }] },
    });
    await endOne('Succeeded', 1);
    expect(await condition('SuccessCriteriaMet')).toBeUndefined();
    await endOne('Succeeded', 2);
    expect(await condition('Complete')).toMatchObject({ reason: 'SuccessPolicy', message: 'Matched rules at index 0' });
    expect(await status()).toMatchObject({ succeeded: 2 });
    expect(await status()).not.toHaveProperty('failed');
    expect(await running()).toEqual([]);
  });

  test('shrinks with its parallelism', async () => {
    await create({ ...indexed, parallelism: 3 });
    await patch({ completions: 1, parallelism: 1 });
    expect(await indexes()).toEqual([0]);
  });
});

describe('a failure policy', () => {
  const policy = (...rules: object[]) => ({ backoffLimit: 0, podFailurePolicy: { rules } });

  test('can end the Job at once', async () => {
    await create(policy({ action: 'FailJob', onExitCodes: { operator: 'In', values: [3] } }));
    const [pod] = await running();
    await end(pod, 'Failed', 3);
    expect(await condition('Failed')).toMatchObject({
      reason: 'PodFailurePolicy',
      message: `Container c for pod default/${pod?.metadata.name} failed with exit code 3 matching FailJob rule at index 0`,
    });
  });

  test('can say that a failure does not count', async () => {
    const onPodConditions = [{ type: 'DisruptionTarget', status: 'True' }];
    await create(policy({ action: 'Ignore', onPodConditions }));
    const [pod] = await running();
    const name = pod?.metadata.name ?? '';
    await cluster.patchStatus({ ...key, resource: 'pods', name }, { phase: 'Failed', conditions: onPodConditions });
    await cluster.advance(10_000);
    expect(await status()).not.toHaveProperty('failed');
    expect(await running()).toHaveLength(1);
  });
});

test('whatever its Pods do, a Job counts each of them once and runs no more than it should', async () => {
  const spec = fc.record({
    completions: fc.integer({ min: 1, max: 4 }),
    parallelism: fc.integer({ min: 1, max: 3 }),
    indexed: fc.boolean(),
  });
  const acts = fc.array(fc.constantFrom('Succeeded' as const, 'Failed' as const, 'delete' as const, 'wait' as const), {
    maxLength: 12,
  });
  await fc.assert(
    fc.asyncProperty(spec, acts, async ({ completions, parallelism, indexed }, list) => {
      cluster = await startTestCluster();
      cluster.startControllers([jobController, jobPodRelease]);
      await create({ completions, parallelism, backoffLimit: 100, completionMode: indexed ? 'Indexed' : 'NonIndexed' });
      const seen = { Succeeded: 0, Failed: 0 };
      for (const act of list) {
        const [pod] = await running();
        if (act === 'wait') await cluster.advance(700_000);
        else if (pod && act === 'delete') {
          seen.Failed++;
          await cluster.write({ verb: 'delete', key: { ...key, resource: 'pods', name: pod.metadata.name ?? '' } });
          await cluster.settle();
        } else if (pod && act !== 'delete') {
          seen[act]++;
          await end(pod, act);
        }
        const { active = 0, succeeded = 0, failed = 0 } = (await status()) ?? {};
        expect(active).toBe((await running()).length);
        expect(active).toBeLessThanOrEqual(Math.min(parallelism, completions - succeeded));
        expect({ succeeded, failed }).toEqual({ succeeded: seen.Succeeded, failed: seen.Failed });
      }
      expect(Boolean(await condition('Complete'))).toBe(seen.Succeeded === completions);
      expect(cluster.errors).toEqual([]);
    }),
    { numRuns: 25 },
  );
});
