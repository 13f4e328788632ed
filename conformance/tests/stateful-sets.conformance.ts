import { type Conformance, conforms } from '../harness/conforms.ts';
import { kinds } from '../harness/kinds.ts';
import {
  hasReplicas,
  hasStatusOfItsOwn,
  isDeletedAsCollection,
  patchScale,
  updateScale,
} from '../harness/workload-steps.ts';
import { aStatefulSet } from '../harness/workloads.ts';

const isReady = (t: Conformance, name: string, replicas: number) =>
  hasReplicas(t, t.resource(kinds.statefulSet), name, replicas);

conforms('StatefulSet resource Replica scaling', async (t) => {
  const sets = t.resource(kinds.statefulSet);
  await sets.create(aStatefulSet('scaled', 1));
  await isReady(t, 'scaled', 1);
  await updateScale(t, sets, 'scaled', 2);
  await isReady(t, 'scaled', 2);
  await patchScale(sets, 'scaled', 1);
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
  const everywhere = t.resource(kinds.statefulSet, '');
  await isDeletedAsCollection(t, { everywhere, here: sets }, 'name=patched,patched=yes');
});

conforms('StatefulSet, status sub-resource', async (t) => {
  const sets = t.resource(kinds.statefulSet);
  await sets.create(aStatefulSet('status', 1));
  await isReady(t, 'status', 1);
  await hasStatusOfItsOwn(sets, 'status');
});
