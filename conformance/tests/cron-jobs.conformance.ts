import type { V1CronJob, V1CronJobSpec, V1Job } from '@kubernetes/client-node';
import { expect } from 'vitest';
import { apiOperations } from '../harness/api-operations.ts';
import { type Conformance, conforms } from '../harness/conforms.ts';
import { kinds } from '../harness/kinds.ts';
import { aPod } from '../harness/pods.ts';
import type { Served } from '../harness/resource.ts';

const minuteMs = 60_000;
/** Once a year: not while a test runs, unless it is made to come due. */
const rarely = '0 0 1 1 *';

function aCronJob(name: string, spec: Partial<V1CronJobSpec> = {}): V1CronJob {
  const { spec: podSpec } = aPod(name, { restartPolicy: 'OnFailure' });
  return {
    metadata: { name },
    spec: { schedule: rarely, jobTemplate: { spec: { template: { spec: podSpec } } }, ...spec },
  };
}

/**
 * Lets the CronJob be due since a number of whole minutes: its schedule names that moment, and its status says that it
 * was last due before it. Nobody has to wait for a minute to begin.
 */
async function isDueSince(t: Conformance, name: string, minutes: number): Promise<number> {
  const cronJobs = t.resource(kinds.cronJob);
  const due = new Date(Math.floor(Date.now() / minuteMs - minutes) * minuteMs);
  await cronJobs.patch(name, { spec: { schedule: `${due.getUTCMinutes()} ${due.getUTCHours()} * * *` } });
  const lastScheduleTime = new Date(due.getTime() - 10 * minuteMs).toISOString();
  await cronJobs.patch(name, { status: { lastScheduleTime } }, { subresource: 'status' });
  return due.getTime() / minuteMs;
}

async function jobsOf(t: Conformance, name: string): Promise<Served<V1Job>[]> {
  const { items } = await t.resource(kinds.job).list();
  return items.filter(({ metadata }) => metadata.ownerReferences?.some((owner) => owner.name === name));
}

async function starts(t: Conformance, name: string, minutes: number): Promise<Served<V1Job>> {
  const jobName = `${name}-${await isDueSince(t, name, minutes)}`;
  return t.eventually(`the Job ${jobName} is active`, async () => {
    const { status } = await t.resource(kinds.cronJob).get(name);
    expect(status.active?.map((active) => active.name)).toContain(jobName);
    return t.resource(kinds.job).get(jobName);
  });
}

/** Resolves when the controller has looked at what came before: it says so about the Event that it records. */
function says(t: Conformance, name: string, reason: string): Promise<unknown> {
  return t.eventually(`the event ${reason}`, async () => {
    const { items } = await t.resource(kinds.event).list({ fieldSelector: `reason=${reason}` });
    return items.some(({ involvedObject }) => involvedObject.name === name);
  });
}

conforms('CronJob API Operations', async (t) => {
  await apiOperations(t, {
    kind: kinds.cronJob,
    draft: (name) => aCronJob(name, { suspend: true }),
    statuses: [{ lastScheduleTime: '2026-01-01T00:00:00Z' }, { lastScheduleTime: '2026-01-02T00:00:00Z' }],
  });
});

conforms('CronJob AllowConcurrent', async (t) => {
  await t.resource(kinds.cronJob).create(aCronJob('concurrent', { concurrencyPolicy: 'Allow' }));
  const first = await starts(t, 'concurrent', 2);
  const second = await starts(t, 'concurrent', 1);
  expect(second.metadata.uid).not.toBe(first.metadata.uid);
  expect(await jobsOf(t, 'concurrent')).toHaveLength(2);
  expect((await t.resource(kinds.cronJob).get('concurrent')).status.active).toHaveLength(2);
});

conforms('CronJob ForbidConcurrent', async (t) => {
  await t.resource(kinds.cronJob).create(aCronJob('forbid', { concurrencyPolicy: 'Forbid' }));
  await starts(t, 'forbid', 2);
  await isDueSince(t, 'forbid', 1);
  await says(t, 'forbid', 'JobAlreadyActive');
  expect(await jobsOf(t, 'forbid')).toHaveLength(1);
});

conforms('CronJob ReplaceConcurrent', async (t) => {
  await t.resource(kinds.cronJob).create(aCronJob('replace', { concurrencyPolicy: 'Replace' }));
  const first = await starts(t, 'replace', 2);
  const second = await starts(t, 'replace', 1);
  expect(second.metadata.name).not.toBe(first.metadata.name);
  await t.eventually('only the new Job is left', async () => {
    const names = (await jobsOf(t, 'replace')).map(({ metadata }) => metadata.name);
    return names.length === 1 && names[0] === second.metadata.name;
  });
  expect((await t.resource(kinds.cronJob).get('replace')).status.active).toHaveLength(1);
});

conforms('CronJob Suspend', async (t) => {
  const cronJobs = t.resource(kinds.cronJob);
  await cronJobs.create(aCronJob('suspended', { suspend: true }));
  await cronJobs.create(aCronJob('running'));
  await isDueSince(t, 'suspended', 1);
  // What came later has happened: the other is not merely late.
  await starts(t, 'running', 1);
  expect(await jobsOf(t, 'suspended')).toEqual([]);
  expect((await cronJobs.get('suspended')).status.active ?? []).toEqual([]);
  await cronJobs.patch('suspended', { spec: { suspend: false } });
  await t.eventually('a Job is started', async () => (await jobsOf(t, 'suspended')).length === 1);
});
