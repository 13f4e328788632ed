import type { V1Scale } from '@kubernetes/client-node';
import { expect } from 'vitest';
import { updateLatest } from '../harness/api-operations.ts';
import { type Conformance, conforms } from '../harness/conforms.ts';
import { kinds } from '../harness/kinds.ts';
import { aStatefulSet } from '../harness/workloads.ts';

const isReady = (t: Conformance, name: string, replicas: number) =>
  t.eventually(`${replicas} replicas of ${name}`, async () => {
    const { status } = await t.resource(kinds.statefulSet).get(name);
    return status.replicas === replicas && (status.readyReplicas ?? 0) === replicas;
  });

conforms('StatefulSet resource Replica scaling', async (t) => {
  const sets = t.resource(kinds.statefulSet);
  await sets.create(aStatefulSet('scaled', 1));
  await isReady(t, 'scaled', 1);
  const path = `${sets.path}/scaled/scale`;
  const scale = await t.api.ask<V1Scale>('GET', path);
  expect(scale).toMatchObject({ spec: { replicas: 1 }, status: { replicas: 1 } });
  const { resourceVersion: _, ...metadata } = scale.metadata!;
  await t.api.ask('PUT', path, { body: { ...scale, metadata, spec: { replicas: 2 } } });
  expect((await sets.get('scaled')).spec.replicas).toBe(2);
  await isReady(t, 'scaled', 2);
  await t.api.ask('PATCH', path, {
    headers: { 'content-type': 'application/merge-patch+json' },
    body: { spec: { replicas: 1 } },
  });
  await isReady(t, 'scaled', 1);
});

conforms('StatefulSet, list, patch and delete a collection of StatefulSets', async (t) => {
  const sets = t.resource(kinds.statefulSet);
  await sets.create(aStatefulSet('patched', 1));
  await isReady(t, 'patched', 1);
  const template = {
    spec: { terminationGracePeriodSeconds: 0, containers: [{ name: 'main', image: 'registry.example/app:2' }] },
  };
  await sets.patch(
    'patched',
    { metadata: { labels: { patched: 'yes' } }, spec: { replicas: 2, template } },
    { type: 'strategic' },
  );
  await t.eventually('both Pods have the new image', async () => {
    const { items } = await t.resource(kinds.pod).list({ labelSelector: 'name=patched' });
    return items.length === 2 && items.every(({ spec }) => spec.containers[0]?.image === 'registry.example/app:2');
  });
  await isReady(t, 'patched', 2);
  expect(
    (await t.resource(kinds.statefulSet, '').list({ labelSelector: 'name=patched,patched=yes' })).items,
  ).toHaveLength(1);
  await sets.deleteCollection({ labelSelector: 'patched=yes' });
  await t.eventually('none is left', async () => (await sets.list()).items.length === 0);
});

conforms('StatefulSet, status sub-resource', async (t) => {
  const sets = t.resource(kinds.statefulSet);
  await sets.create(aStatefulSet('status', 1));
  await isReady(t, 'status', 1);
  const condition = { status: 'True', reason: 'E2E', message: 'Set by a test' };
  await updateLatest(
    sets,
    'status',
    ({ status }) => Object.assign(status, { conditions: [{ type: 'StatusUpdate', ...condition }] }),
    'status',
  );
  expect((await sets.get('status', 'status')).status.conditions).toMatchObject([{ type: 'StatusUpdate' }]);
  const patched = await sets.patch(
    'status',
    { status: { conditions: [{ type: 'StatusPatched', ...condition }] } },
    { subresource: 'status' },
  );
  expect(patched.status.conditions).toMatchObject([{ type: 'StatusPatched' }]);
});
