import { expect } from 'vitest';
import { updateLatest } from '../harness/api-operations.ts';
import { type Cluster, type Conformance, conforms } from '../harness/conforms.ts';
import { kinds } from '../harness/kinds.ts';
import { hasStatusOfItsOwn, isDeletedAsCollection } from '../harness/workload-steps.ts';
import { aDaemonSet } from '../harness/workloads.ts';

/** A Pod of the set runs on so many nodes, each of the present template. */
const runsOn = (t: Conformance, cluster: Cluster, name: string, nodes: number) =>
  t.eventually(`${name} on ${nodes} nodes`, async () => {
    const { metadata, status } = await cluster.resource(kinds.daemonSet).get(name);
    return (
      status.observedGeneration === metadata.generation &&
      status.desiredNumberScheduled === nodes &&
      status.numberReady === nodes &&
      (status.updatedNumberScheduled ?? 0) === nodes
    );
  });

const podsOf = async (cluster: Cluster, name: string) =>
  (await cluster.resource(kinds.pod).list({ labelSelector: `name=${name}` })).items;

const twoNodes = (t: Conformance) => t.ownCluster({ nodes: [{}, {}] });

conforms('DaemonSet-Creation', async (t) => {
  const cluster = await twoNodes(t);
  await cluster.resource(kinds.daemonSet).create(aDaemonSet('simple'));
  await runsOn(t, cluster, 'simple', 2);
  const [pod] = await podsOf(cluster, 'simple');
  await cluster.resource(kinds.pod).delete(pod!.metadata.name);
  await t.eventually('another Pod takes its place', async () => {
    const items = await podsOf(cluster, 'simple');
    return items.length === 2 && items.every(({ metadata }) => metadata.uid !== pod!.metadata.uid);
  });
});

conforms('DaemonSet-FailedPodCreation', async (t) => {
  const cluster = await t.ownCluster();
  const nodes = cluster.resource(kinds.node);
  // A node without an agent: nobody reports what the Pod does.
  await nodes.create({ metadata: { name: 'silent' } });
  await cluster.resource(kinds.daemonSet).create(aDaemonSet('failing', { tolerations: [{ operator: 'Exists' }] }));
  const [pod] = await t.eventually('a Pod is made', async () => {
    const items = await podsOf(cluster, 'failing');
    return items.length === 1 ? items : undefined;
  });
  const { name, uid } = pod!.metadata;
  await cluster.resource(kinds.pod).patch(name, { status: { phase: 'Failed' } }, { subresource: 'status' });
  await t.eventually('it is replaced', async () => {
    const items = await podsOf(cluster, 'failing');
    return items.length === 1 && items[0]?.metadata.uid !== uid;
  });
});

conforms('DaemonSet-NodeSelection', async (t) => {
  const cluster = await twoNodes(t);
  const [node] = (await cluster.resource(kinds.node).list()).items;
  await cluster.resource(kinds.daemonSet).create(aDaemonSet('chosen', { nodeSelector: { color: 'blue' } }));
  await runsOn(t, cluster, 'chosen', 0);
  await cluster.resource(kinds.node).patch(node!.metadata.name, { metadata: { labels: { color: 'blue' } } });
  await runsOn(t, cluster, 'chosen', 1);
  expect((await podsOf(cluster, 'chosen')).map(({ spec }) => spec.nodeName)).toEqual([node!.metadata.name]);
  await cluster.resource(kinds.node).patch(node!.metadata.name, { metadata: { labels: { color: 'green' } } });
  await t.eventually('the Pod is gone', async () => (await podsOf(cluster, 'chosen')).length === 0);
});

conforms('DaemonSet-RollingUpdate', async (t) => {
  const cluster = await twoNodes(t);
  const sets = cluster.resource(kinds.daemonSet);
  await sets.create(aDaemonSet('rolled'));
  await runsOn(t, cluster, 'rolled', 2);
  const image = 'registry.example/app:2';
  await sets.patch(
    'rolled',
    { spec: { template: { spec: { containers: [{ name: 'main', image }] } } } },
    { type: 'strategic' },
  );
  await runsOn(t, cluster, 'rolled', 2);
  expect((await podsOf(cluster, 'rolled')).map(({ spec }) => spec.containers[0]?.image)).toEqual([image, image]);
  const { items } = await cluster.resource(kinds.controllerRevision).list({ labelSelector: 'name=rolled' });
  expect(items.map(({ revision }) => revision).sort()).toEqual([1, 2]);
});

conforms('DaemonSet, list and delete a collection of DaemonSets', async (t) => {
  const cluster = await t.ownCluster({ nodes: [{}] });
  const sets = cluster.resource(kinds.daemonSet);
  await sets.create(aDaemonSet('collected'));
  await runsOn(t, cluster, 'collected', 1);
  const everywhere = cluster.resource(kinds.daemonSet, '');
  await isDeletedAsCollection(t, { everywhere, here: sets }, 'name=collected');
});

conforms('DaemonSet, status sub-resource', async (t) => {
  const cluster = await t.ownCluster({ nodes: [{}] });
  const sets = cluster.resource(kinds.daemonSet);
  await sets.create(aDaemonSet('status'));
  await runsOn(t, cluster, 'status', 1);
  await hasStatusOfItsOwn(sets, 'status');
});

conforms('ControllerRevision, resource lifecycle', async (t) => {
  const cluster = await t.ownCluster({ nodes: [{}] });
  const revisions = cluster.resource(kinds.controllerRevision);
  await cluster.resource(kinds.daemonSet).create(aDaemonSet('history'));
  await runsOn(t, cluster, 'history', 1);
  const labelSelector = 'name=history';
  const [first] = (await revisions.list({ labelSelector })).items;
  const { name, ownerReferences } = first!.metadata;
  expect(ownerReferences).toMatchObject([{ kind: 'DaemonSet', name: 'history' }]);
  await revisions.patch(name, { metadata: { labels: { [name]: 'patched' } } });
  await updateLatest(revisions, name, ({ metadata }) => {
    metadata.labels = { ...metadata.labels, [name]: 'updated' };
  });
  expect((await revisions.list({ labelSelector: `${name}=updated` })).items).toHaveLength(1);
  // Whoever deletes the history of a set makes it remember the present again.
  await revisions.delete(name);
  await cluster.resource(kinds.daemonSet).patch('history', { metadata: { annotations: { touched: 'yes' } } });
  await t.eventually('the present is remembered', async () => {
    const { items } = await revisions.list({ labelSelector });
    return items.length === 1 && items[0]?.metadata.uid !== first!.metadata.uid;
  });
  await revisions.deleteCollection({ labelSelector });
  await t.eventually('the collection was deleted', async () => {
    const { items } = await revisions.list({ labelSelector });
    return items.every(({ metadata }) => metadata.uid !== first!.metadata.uid);
  });
});
