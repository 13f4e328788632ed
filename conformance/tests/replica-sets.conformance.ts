import type { V1Scale } from '@kubernetes/client-node';
import { expect } from 'vitest';
import { updateLatest } from '../harness/api-operations.ts';
import { type Conformance, conforms } from '../harness/conforms.ts';
import { kinds } from '../harness/kinds.ts';
import { aPod, runs } from '../harness/pods.ts';
import { aReplicaSet } from '../harness/workloads.ts';

const isReady = (t: Conformance, name: string, replicas: number) =>
  t.eventually(`${replicas} replicas of ${name}`, async () => {
    const { status } = await t.resource(kinds.replicaSet).get(name);
    return status.replicas === replicas && (status.readyReplicas ?? 0) === replicas;
  });

conforms('Replica Set, adopt matching pods and release non matching pods', async (t) => {
  const pods = t.resource(kinds.pod);
  await pods.create(aPod('orphan', { labels: { name: 'adopts' } }));
  await runs(t, 'orphan');
  const { metadata } = await t.resource(kinds.replicaSet).create(aReplicaSet('adopts', 1));
  await t.eventually('the Pod is adopted', async () => {
    const [owner] = (await pods.get('orphan')).metadata.ownerReferences ?? [];
    return owner?.uid === metadata.uid;
  });
  await updateLatest(pods, 'orphan', (pod) => {
    pod.metadata.labels = { name: 'no-longer' };
  });
  await t.eventually('the Pod is released', async () => !(await pods.get('orphan')).metadata.ownerReferences?.length);
});

conforms('ReplicaSet, completes the scaling of a ReplicaSet subresource', async (t) => {
  const sets = t.resource(kinds.replicaSet);
  await sets.create(aReplicaSet('scaled', 1));
  await isReady(t, 'scaled', 1);
  const path = `${sets.path}/scaled/scale`;
  const scale = await t.api.ask<V1Scale>('GET', path);
  expect(scale).toMatchObject({ kind: 'Scale', spec: { replicas: 1 }, status: { replicas: 1 } });
  const { resourceVersion: _, ...metadata } = scale.metadata!;
  await t.api.ask('PUT', path, { body: { ...scale, metadata, spec: { replicas: 2 } } });
  expect((await sets.get('scaled')).spec.replicas).toBe(2);
  await t.api.ask('PATCH', path, {
    headers: { 'content-type': 'application/merge-patch+json' },
    body: { spec: { replicas: 4 } },
  });
  await isReady(t, 'scaled', 4);
});

conforms('ReplicaSet, is created, Replaced and Patched', async (t) => {
  const sets = t.resource(kinds.replicaSet);
  await sets.create(aReplicaSet('replaced', 1));
  await isReady(t, 'replaced', 1);
  await updateLatest(sets, 'replaced', ({ spec }) => Object.assign(spec, { replicas: 2 }));
  await isReady(t, 'replaced', 2);
  const patched = await sets.patch(
    'replaced',
    { metadata: { labels: { patched: 'yes' } }, spec: { replicas: 3 } },
    { type: 'strategic' },
  );
  expect(patched.metadata.labels).toEqual({ name: 'replaced', patched: 'yes' });
  await isReady(t, 'replaced', 3);
});

conforms('ReplicaSet, list and delete a collection of ReplicaSets', async (t) => {
  const sets = t.resource(kinds.replicaSet);
  await sets.create(aReplicaSet('collected', 2));
  await isReady(t, 'collected', 2);
  expect((await t.resource(kinds.replicaSet, '').list({ labelSelector: 'name=collected' })).items).toHaveLength(1);
  await sets.deleteCollection({ labelSelector: 'name=collected' });
  await t.eventually(
    'none is left',
    async () => (await sets.list({ labelSelector: 'name=collected' })).items.length === 0,
  );
});

conforms('ReplicaSet, status sub-resource', async (t) => {
  const sets = t.resource(kinds.replicaSet);
  await sets.create(aReplicaSet('status', 1));
  await isReady(t, 'status', 1);
  const condition = { status: 'True', reason: 'E2E', message: 'Set by a test' };
  await updateLatest(
    sets,
    'status',
    ({ status }) => Object.assign(status, { conditions: [{ type: 'StatusUpdate', ...condition }] }),
    'status',
  );
  const patched = await sets.patch(
    'status',
    { status: { conditions: [{ type: 'StatusPatched', ...condition }] } },
    { subresource: 'status' },
  );
  expect(patched.status.conditions).toMatchObject([{ type: 'StatusPatched' }]);
});
