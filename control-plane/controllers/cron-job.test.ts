import { beforeEach, expect, test } from 'vitest';
import type { CronJob, Job } from '../../shared/api/object.ts';
import cronJobController from './cron-job.ts';
import garbageCollector from './garbage-collector.ts';
import { timestamp } from './runtime/write.ts';
import { startTestCluster, type TestCluster } from './testing/test-cluster.ts';

const key = { resource: 'cronjobs.batch', namespace: 'default', name: 'tick' };
const podSpec = { restartPolicy: 'Never', containers: [{ name: 'c', image: 'i' }] };
const minute = 60_000;

let cluster: TestCluster;
beforeEach(async () => {
  cluster = await startTestCluster();
  cluster.startControllers([cronJobController, garbageCollector]);
});

/** At 03:04:05. */
async function create(spec: object = {}): Promise<void> {
  const jobTemplate = { metadata: { labels: { app: 'tick' } }, spec: { template: { spec: podSpec } } };
  const object = { metadata: { name: 'tick' }, spec: { schedule: '* * * * *', jobTemplate, ...spec } };
  await cluster.create('cronjobs.batch', { apiVersion: 'batch/v1', ...object });
  await cluster.settle();
}

async function patch(spec: object): Promise<void> {
  await cluster.write({ verb: 'patch', key, patch: { spec } });
  await cluster.settle();
}

const jobs = async () => (await cluster.list<Job>('jobs.batch')).map(({ metadata }) => metadata.name ?? '').sort();
const status = async () => (await cluster.get<CronJob>('cronjobs.batch', 'tick'))?.status;
const nameAt = (time: string) => `tick-${Date.parse(`2026-01-02T${time}Z`) / minute}`;

async function finish(name: string, result: 'Complete' | 'Failed') {
  const now = timestamp(cluster.nowMs);
  const types = result === 'Complete' ? ['SuccessCriteriaMet', 'Complete'] : ['FailureTarget', 'Failed'];
  const conditions = types.map((type) => ({ type, status: 'True', lastTransitionTime: now }));
  const completionTime = result === 'Complete' ? { completionTime: now } : {};
  await cluster.patchStatus(
    { ...key, resource: 'jobs.batch', name },
    { conditions, startTime: now, ...completionTime },
  );
  await cluster.settle();
}

test('a Job is started at each time, with the name of the time', async () => {
  await create();
  await cluster.advance(54_000);
  expect(await jobs()).toEqual([]);
  await cluster.advance(minute);
  expect(await jobs()).toEqual([nameAt('03:05:00')]);
  const job = await cluster.get<Job>('jobs.batch', nameAt('03:05:00'));
  expect(job?.metadata).toMatchObject({
    labels: { app: 'tick' },
    annotations: { 'batch.kubernetes.io/cronjob-scheduled-timestamp': '2026-01-02T03:05:00Z' },
    ownerReferences: [{ kind: 'CronJob', name: 'tick', controller: true }],
  });
  expect(await status()).toMatchObject({
    lastScheduleTime: '2026-01-02T03:05:00Z',
    active: [{ kind: 'Job', name: nameAt('03:05:00'), uid: job?.metadata.uid, apiVersion: 'batch/v1' }],
  });
  await cluster.advance(2 * minute);
  expect(await jobs()).toHaveLength(3);
  expect(await cluster.events('SuccessfulCreate')).toContain(`SuccessfulCreate: Created job ${nameAt('03:05:00')}`);
  expect(await cluster.events('UnexpectedJob')).toEqual([]);
  expect(cluster.errors).toEqual([]);
});

test('no Job is started while one runs, if that is forbidden', async () => {
  await create({ concurrencyPolicy: 'Forbid' });
  await cluster.advance(3 * minute);
  expect(await jobs()).toEqual([nameAt('03:05:00')]);
  expect(await cluster.events('JobAlreadyActive')).toHaveLength(1);
  await finish(nameAt('03:05:00'), 'Complete');
  expect((await status())?.lastSuccessfulTime).toBe(timestamp(cluster.nowMs));
  // The time that has passed meanwhile is made up for.
  expect(await jobs()).toEqual([nameAt('03:05:00'), nameAt('03:07:00')]);
});

test('a Job that runs is replaced, if that is asked for', async () => {
  await create({ concurrencyPolicy: 'Replace' });
  await cluster.advance(minute);
  await cluster.advance(minute);
  expect(await jobs()).toEqual([nameAt('03:06:00')]);
  expect((await status())?.active).toHaveLength(1);
});

test('nothing is started while it is suspended', async () => {
  await create({ suspend: true });
  await cluster.advance(5 * minute);
  expect(await jobs()).toEqual([]);
  await patch({ suspend: false });
  expect(await jobs()).toEqual([nameAt('03:09:00')]);
});

test('times that are too long ago are not made up for', async () => {
  await create({ suspend: true, schedule: '0 * * * *', startingDeadlineSeconds: 60 });
  await cluster.advance(70 * minute);
  await patch({ suspend: false });
  expect(await jobs()).toEqual([]);
  await cluster.advance(60 * minute);
  expect(await jobs()).toEqual([nameAt('05:00:00')]);
});

test('a new schedule holds from now on', async () => {
  await create({ schedule: '0 0 * * *' });
  await cluster.advance(10 * minute);
  await patch({ schedule: '10 3 * * *' });
  expect(await jobs()).toEqual([]);
  await patch({ schedule: '20 3 * * *' });
  await cluster.advance(10 * minute);
  expect(await jobs()).toEqual([nameAt('03:20:00')]);
});

test('as much of the past is kept as is asked for', async () => {
  await create({ successfulJobsHistoryLimit: 1, failedJobsHistoryLimit: 0 });
  for (const [time, result] of [
    ['03:05:00', 'Complete'],
    ['03:06:00', 'Failed'],
    ['03:07:00', 'Complete'],
  ] as const) {
    await cluster.advance(minute);
    await finish(nameAt(time), result);
  }
  expect(await jobs()).toEqual([nameAt('03:07:00')]);
  expect(await status()).toMatchObject({ lastScheduleTime: '2026-01-02T03:07:00Z' });
  expect((await status())?.active).toBeUndefined();
  expect(await cluster.events('SawCompletedJob')).toContain(
    `SawCompletedJob: Saw completed job: ${nameAt('03:05:00')}, condition: Complete`,
  );
});

test('the Jobs go with it', async () => {
  await create();
  await cluster.advance(minute);
  await cluster.write({ verb: 'delete', key });
  await cluster.settle();
  expect(await jobs()).toEqual([]);
});
