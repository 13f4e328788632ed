import { expect } from 'vitest';
import { updateLatest } from '../harness/api-operations.ts';
import { type Conformance, conforms } from '../harness/conforms.ts';
import { kinds } from '../harness/kinds.ts';
import { aPod, runs } from '../harness/pods.ts';
import {
  hasReplicas,
  hasStatusOfItsOwn,
  isDeletedAsCollection,
  patchScale,
  updateScale,
} from '../harness/workload-steps.ts';
import { aReplicaSet } from '../harness/workloads.ts';

const isReady = (t: Conformance, name: string, replicas: number) =>
  hasReplicas(t, t.resource(kinds.replicaSet), name, replicas);

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
  await updateScale(t, sets, 'scaled', 2);
  await patchScale(sets, 'scaled', 4);
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
  const everywhere = t.resource(kinds.replicaSet, '');
  await isDeletedAsCollection(t, { everywhere, here: sets }, 'name=collected');
});

conforms('ReplicaSet, status sub-resource', async (t) => {
  const sets = t.resource(kinds.replicaSet);
  await sets.create(aReplicaSet('status', 1));
  await isReady(t, 'status', 1);
  await hasStatusOfItsOwn(sets, 'status');
});
