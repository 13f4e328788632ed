import type { V1Job, V1JobSpec } from '@kubernetes/client-node';
import { expect } from 'vitest';
import { type Conformance, conforms } from '../harness/conforms.ts';
import { images } from '../harness/containers.ts';
import { kinds } from '../harness/kinds.ts';
import { aPod } from '../harness/pods.ts';
import type { Served } from '../harness/resource.ts';
import { gone } from '../harness/wait.ts';

/** A Job that fails is tried again after ten seconds. */
const retriedMs = 45_000;

function aJob(name: string, image: string, { template, ...spec }: Partial<V1JobSpec> = {}): V1Job {
  const { spec: podSpec } = aPod(name, { restartPolicy: 'Never', container: { image }, ...template?.spec });
  const labels = { job: name };
  return {
    metadata: { name },
    spec: { parallelism: 2, completions: 2, template: { metadata: { labels }, spec: podSpec }, ...spec },
  };
}

const indexed = (name: string, image: string, spec: Partial<V1JobSpec>) =>
  aJob(name, image, { completionMode: 'Indexed', ...spec });

/** Resolves with the Job once it has this condition. */
const hasCondition = (t: Conformance, name: string, type: string, reason?: string): Promise<Served<V1Job>> =>
  t.eventually(
    `${name} is ${type}`,
    async () => {
      const job = await t.resource(kinds.job).get(name);
      const found = job.status.conditions?.find((one) => one.type === type && one.status === 'True');
      if (found && (reason === undefined || found.reason === reason)) return job;
      throw new Error(JSON.stringify(job.status));
    },
    retriedMs,
  );

const podsOf = async (t: Conformance, name: string) =>
  (await t.resource(kinds.pod).list({ labelSelector: `job=${name}` })).items;

conforms('Jobs, completion after task failure', async (t) => {
  const job = aJob('restarts', images.failsFirst);
  job.spec!.template.spec!.restartPolicy = 'OnFailure';
  await t.resource(kinds.job).create(job);
  const { status } = await hasCondition(t, 'restarts', 'Complete', 'CompletionsReached');
  expect([status.succeeded, status.failed ?? 0]).toEqual([2, 0]);
  const restarts = (await podsOf(t, 'restarts')).map(({ status: of }) => of.containerStatuses?.[0]?.restartCount);
  expect(restarts).toEqual([1, 1]);
});

conforms('Ensure Pods of an Indexed Job get a unique index.', async (t) => {
  await t.resource(kinds.job).create(indexed('indexed', images.endsWith(0), { completions: 4 }));
  const { status } = await hasCondition(t, 'indexed', 'Complete', 'CompletionsReached');
  expect(status.completedIndexes).toBe('0-3');
  const pods = await podsOf(t, 'indexed');
  const index = ({ metadata }: (typeof pods)[number]) =>
    metadata.annotations?.['batch.kubernetes.io/job-completion-index'];
  expect(pods.map(index).sort()).toEqual(['0', '1', '2', '3']);
  for (const pod of pods) expect(pod.spec.hostname).toBe(`indexed-${index(pod)}`);
});

/** A Job that its policy calls a success: what runs still is stopped, and the end is told after that. */
async function succeeds(t: Conformance, name: string, succeeded: number): Promise<Served<V1Job>> {
  await hasCondition(t, name, 'SuccessCriteriaMet', 'SuccessPolicy');
  const job = await hasCondition(t, name, 'Complete', 'SuccessPolicy');
  const { active, ready, terminating } = job.status;
  expect([job.status.succeeded, active ?? 0, ready ?? 0, terminating ?? 0]).toEqual([succeeded, 0, 0, 0]);
  return job;
}

conforms('Job with successPolicy succeeded when all indexes succeeded', async (t) => {
  const successPolicy = { rules: [{ succeededCount: 2 }] };
  await t.resource(kinds.job).create(indexed('all', images.endsWith(0), { successPolicy }));
  expect((await succeeds(t, 'all', 2)).status.failed ?? 0).toBe(0);
});

conforms('Job with successPolicy succeededIndexes rule', async (t) => {
  const successPolicy = { rules: [{ succeededIndexes: '0' }] };
  await t.resource(kinds.job).create(indexed('by-index', images.failsOdd, { completions: 5, successPolicy }));
  expect((await succeeds(t, 'by-index', 1)).status.completedIndexes).toBe('0');
});

conforms('Job with successPolicy succeededCount rule', async (t) => {
  const spec = { completions: 5, backoffLimit: 2 ** 31 - 1, successPolicy: { rules: [{ succeededCount: 1 }] } };
  await t.resource(kinds.job).create(indexed('by-count', images.failsOdd, spec));
  expect((await succeeds(t, 'by-count', 1)).status.completedIndexes).toBe('0');
});

conforms('All indexes are executed for an indexed job with backoffLimitPerIndex despite some failing', async (t) => {
  await t.resource(kinds.job).create(indexed('executed', images.failsOdd, { completions: 4, backoffLimitPerIndex: 1 }));
  const { status } = await hasCondition(t, 'executed', 'Failed', 'FailedIndexes');
  expect(status).toMatchObject({ failedIndexes: '1,3', completedIndexes: '0,2', failed: 4, succeeded: 2 });
});

conforms('Terminate job execution when the maxFailedIndexes is exceeded', async (t) => {
  const spec = { parallelism: 1, completions: 4, backoffLimitPerIndex: 0, maxFailedIndexes: 0 };
  await t.resource(kinds.job).create(indexed('exceeded', images.endsWith(1), spec));
  const { status } = await hasCondition(t, 'exceeded', 'Failed', 'MaxFailedIndexesExceeded');
  expect(status).toMatchObject({ failedIndexes: '0', failed: 1 });
});

const onExitCode = (action: string) => ({ rules: [{ action, onExitCodes: { operator: 'In', values: [1] } }] });

conforms('Mark indexes as failed when the FailIndex action is matched in podFailurePolicy', async (t) => {
  const spec = { backoffLimitPerIndex: 1, podFailurePolicy: onExitCode('FailIndex') };
  await t.resource(kinds.job).create(indexed('fail-index', images.failsOdd, spec));
  const { status } = await hasCondition(t, 'fail-index', 'Failed', 'FailedIndexes');
  expect(status).toMatchObject({ failedIndexes: '1', completedIndexes: '0', failed: 1, succeeded: 1 });
});

conforms('Verify Pod Failure policy allows to fail job early on exit code.', async (t) => {
  const spec = { completions: 4, podFailurePolicy: onExitCode('FailJob') };
  await t.resource(kinds.job).create(aJob('fail-job', images.endsWith(1), spec));
  const { status } = await hasCondition(t, 'fail-job', 'Failed', 'PodFailurePolicy');
  expect(status.succeeded ?? 0).toBe(0);
});

conforms('Pod failure policy: ignore failure matching on the DisruptionTarget condition', async (t) => {
  const onPodConditions = [{ type: 'DisruptionTarget', status: 'True' }];
  // One failure less than there are Pods would be too many already.
  const spec = { parallelism: 3, completions: 3, backoffLimit: 2 };
  const podFailurePolicy = { rules: [{ action: 'Ignore', onPodConditions }] };
  await t.resource(kinds.job).create(indexed('evicted', images.runsOnce, { ...spec, podFailurePolicy }));
  await t.eventually('all Pods are ready', async () => (await t.resource(kinds.job).get('evicted')).status.ready === 3);
  const pods = t.resource(kinds.pod);
  for (const { metadata } of await podsOf(t, 'evicted')) {
    const body = {
      apiVersion: 'policy/v1',
      kind: 'Eviction',
      metadata: { name: metadata.name, namespace: t.namespace },
    };
    await t.api.ask('POST', `${pods.path}/${metadata.name}/eviction`, { body });
    await gone(metadata.name, () => pods.get(metadata.name));
  }
  const { status } = await hasCondition(t, 'evicted', 'Complete', 'CompletionsReached');
  expect(status.succeeded).toBe(3);
});
