import type { V1Job, V1JobSpec } from '@kubernetes/client-node';
import { expect } from 'vitest';
import { updateLatest } from '../harness/api-operations.ts';
import { type Conformance, conforms } from '../harness/conforms.ts';
import { kinds } from '../harness/kinds.ts';
import { aPod } from '../harness/pods.ts';
import { gone } from '../harness/wait.ts';

function aJob(name: string, spec: Partial<V1JobSpec> = {}, labels: Record<string, string> = {}): V1Job {
  const { spec: podSpec } = aPod(name, { restartPolicy: 'Never' });
  return {
    metadata: { name, labels },
    spec: { parallelism: 2, completions: 4, template: { metadata: { labels: { job: name } }, spec: podSpec }, ...spec },
  };
}

function isActive(t: Conformance, name: string, active: number): Promise<unknown> {
  return t.eventually(`${active} Pods of the Job ${name}`, async () => {
    const { status } = await t.resource(kinds.job).get(name);
    const { items } = await t.resource(kinds.pod).list({ labelSelector: `job=${name}` });
    return (status.active ?? 0) === active && items.length === active;
  });
}

conforms('Jobs, manage lifecycle', async (t) => {
  const jobs = t.resource(kinds.job);
  const labels = { lifecycle: t.unique('job') };
  const labelSelector = `lifecycle=${labels.lifecycle}`;
  await jobs.create(aJob('work', { suspend: true }, labels));
  await jobs.patch('work', { spec: { suspend: false } });
  await isActive(t, 'work', 2);
  await updateLatest(jobs, 'work', ({ metadata }) => {
    metadata.annotations = { updated: 'true' };
  });
  const { items } = await t.resource(kinds.job, '').list({ labelSelector });
  expect(items.map(({ metadata }) => metadata.annotations)).toMatchObject([{ updated: 'true' }]);
  await jobs.deleteCollection({ labelSelector }, { propagationPolicy: 'Background' });
  await t.eventually('no Job is left', async () => (await jobs.list({ labelSelector })).items.length === 0);
  await isGone(t, 'work');
});

async function isGone(t: Conformance, name: string): Promise<void> {
  await t.eventually('its Pods are gone', async () => {
    const { items } = await t.resource(kinds.pod).list({ labelSelector: `job=${name}` });
    return items.length === 0;
  });
}

conforms('Jobs, apply changes to status', async (t) => {
  const jobs = t.resource(kinds.job);
  await jobs.create(aJob('status'));
  await isActive(t, 'status', 2);
  const condition = { status: 'True', lastTransitionTime: '2026-01-01T00:00:00Z' };
  const patched = await jobs.patch(
    'status',
    {
      metadata: { annotations: { patchedstatus: 'true' } },
      status: { conditions: [{ type: 'StatusPatched', ...condition }] },
    },
    { subresource: 'status' },
  );
  expect(patched.status.conditions).toContainEqual(expect.objectContaining({ type: 'StatusPatched', status: 'True' }));
  expect(patched.metadata.annotations).toMatchObject({ patchedstatus: 'true' });
  const updated = await updateLatest(
    jobs,
    'status',
    ({ status }) => status.conditions?.push({ type: 'StatusUpdate', status: 'True' }),
    'status',
  );
  expect(updated.status.conditions?.map(({ type }) => type)).toEqual(['StatusPatched', 'StatusUpdate']);
  expect((await jobs.get('status', 'status')).status.conditions).toHaveLength(2);
});

conforms('Jobs, active pods, graceful termination', async (t) => {
  await t.resource(kinds.job).create(aJob('ends'));
  await isActive(t, 'ends', 2);
  await t.resource(kinds.job).delete('ends', { propagationPolicy: 'Foreground' });
  await gone('the Job', () => t.resource(kinds.job).get('ends'));
  expect((await t.resource(kinds.pod).list({ labelSelector: 'job=ends' })).items).toEqual([]);
});

conforms('Jobs, orphan pods, re-adoption', async (t) => {
  const pods = t.resource(kinds.pod);
  const { metadata } = await t.resource(kinds.job).create(aJob('adopts', { parallelism: 1, completions: 1 }));
  await isActive(t, 'adopts', 1);
  const [pod] = (await pods.list({ labelSelector: 'job=adopts' })).items;
  const name = pod!.metadata.name;
  await updateLatest(pods, name, (object) => {
    object.metadata.ownerReferences = [];
  });
  await t.eventually('the Pod is adopted again', async () => {
    const [owner] = (await pods.get(name)).metadata.ownerReferences ?? [];
    return owner?.uid === metadata.uid && owner.controller;
  });
  await updateLatest(pods, name, (object) => {
    object.metadata.labels = {};
  });
  await t.eventually('the Pod is released', async () => !(await pods.get(name)).metadata.ownerReferences?.length);
});
