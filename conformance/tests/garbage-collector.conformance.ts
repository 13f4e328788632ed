import { expect } from 'vitest';
import { type Conformance, conforms } from '../harness/conforms.ts';
import { kinds } from '../harness/kinds.ts';
import { aController, aDeployment, aPod } from '../harness/pods.ts';
import { gone } from '../harness/wait.ts';

const replicas = 10;

async function aSettledController(t: Conformance, name: string, count = replicas) {
  const controllers = t.resource(kinds.replicationController);
  const { metadata } = await controllers.create(aController(name, count));
  await t.eventually('all replicas are there', async () => (await controllers.get(name)).status.replicas === count);
  return metadata;
}

conforms('Garbage Collector, delete replication controller, propagation policy background', async (t) => {
  const controllers = t.resource(kinds.replicationController);
  const pods = t.resource(kinds.pod);
  const { metadata } = await controllers.create(aController('background', 2));
  // In the midst of its work, so that controller and collector meet.
  await t.eventually('the first Pods', async () => (await pods.list()).items.length > 0);
  await controllers.delete('background', { propagationPolicy: 'Background', preconditions: { uid: metadata.uid } });
  await gone('the controller', () => controllers.get('background'));
  await t.eventually('no Pods are left', async () => (await pods.list()).items.length === 0);
});

conforms('Garbage Collector, delete replication controller, propagation policy orphan', async (t) => {
  const controllers = t.resource(kinds.replicationController);
  const pods = t.resource(kinds.pod);
  const { uid } = await aSettledController(t, 'orphan');
  await controllers.delete('orphan', { propagationPolicy: 'Orphan', preconditions: { uid } });
  await gone('the controller', () => controllers.get('orphan'));
  const orphans = (await pods.list()).items;
  expect(orphans).toHaveLength(replicas);
  expect(orphans.flatMap(({ metadata }) => metadata.ownerReferences ?? [])).toEqual([]);
  // The collector works in the order of events: once it has taken a later orphan away, it has looked at these.
  const owner = { apiVersion: 'v1', kind: 'ReplicationController', name: 'orphan', uid };
  await pods.create({ ...aPod('later'), metadata: { name: 'later', ownerReferences: [owner] } });
  await gone('the Pod of an owner that is gone', () => pods.get('later'));
  const left = (await pods.list()).items;
  expect(left).toHaveLength(replicas);
  expect(left.filter(({ metadata }) => metadata.deletionTimestamp)).toEqual([]);
});

conforms('Garbage Collector, delete replication controller, after owned pods', async (t) => {
  const controllers = t.resource(kinds.replicationController);
  const { uid } = await aSettledController(t, 'foreground');
  const { metadata } = await controllers.list();
  const watch = await controllers.watch({ resourceVersion: metadata.resourceVersion });
  await controllers.delete('foreground', { propagationPolicy: 'Foreground', preconditions: { uid } });
  const marked = await watch.until('MODIFIED', (object) => object.metadata.deletionTimestamp !== undefined);
  expect(marked.metadata.finalizers).toContain('foregroundDeletion');
  await watch.until('DELETED');
  expect((await t.resource(kinds.pod).list()).items).toEqual([]);
});

conforms('Garbage Collector, multiple owners', async (t) => {
  const controllers = t.resource(kinds.replicationController);
  const pods = t.resource(kinds.pod);
  const leaving = await aSettledController(t, 'to-be-deleted');
  const staying = await aSettledController(t, 'to-stay', 0);
  const owner = { apiVersion: 'v1', kind: 'ReplicationController', name: 'to-stay', uid: staying.uid };
  const shared = (await pods.list()).items.slice(0, replicas / 2).map(({ metadata }) => metadata.name);
  for (const name of shared) {
    const patch = { metadata: { ownerReferences: [owner] } };
    const { metadata } = await pods.patch(name, patch, { type: 'strategic' });
    expect(metadata.ownerReferences).toHaveLength(2);
  }
  await controllers.delete('to-be-deleted', { propagationPolicy: 'Foreground', preconditions: { uid: leaving.uid } });
  await gone('the controller', () => controllers.get('to-be-deleted'));
  const left = (await pods.list()).items;
  expect(left.map(({ metadata }) => metadata.name).sort()).toEqual(shared.sort());
  for (const { metadata } of left) {
    expect(metadata.deletionTimestamp).toBeUndefined();
    expect(metadata.ownerReferences).toMatchObject([{ uid: staying.uid }]);
  }
});

conforms('Garbage Collector, dependency cycle', async (t) => {
  const pods = t.resource(kinds.pod);
  const names = ['pod1', 'pod2', 'pod3'];
  const uids = new Map<string, string>();
  for (const name of names) uids.set(name, (await pods.create(aPod(name))).metadata.uid);
  for (const [index, name] of names.entries()) {
    const owner = names[(index + 2) % 3]!;
    const reference = { apiVersion: 'v1', kind: 'Pod', name: owner, uid: uids.get(owner) };
    const ownerReferences = [{ ...reference, controller: true, blockOwnerDeletion: true }];
    await pods.patch(name, { metadata: { ownerReferences } }, { type: 'strategic' });
  }
  await pods.delete('pod1', { propagationPolicy: 'Foreground', preconditions: { uid: uids.get('pod1') } });
  await t.eventually('the circle is gone', async () => (await pods.list()).items.length === 0);
});

async function aDeploymentWithReplicaSet(t: Conformance, name: string) {
  const { metadata } = await t.resource(kinds.deployment).create(aDeployment(name, 2));
  const replicaSets = t.resource(kinds.replicaSet);
  await t.eventually('the ReplicaSet is there', async () => (await replicaSets.list()).items.length === 1);
  return metadata;
}

conforms('Garbage Collector, delete deployment, propagation policy background', async (t) => {
  const { uid } = await aDeploymentWithReplicaSet(t, 'background');
  await t.resource(kinds.deployment).delete('background', { propagationPolicy: 'Background', preconditions: { uid } });
  const replicaSets = t.resource(kinds.replicaSet);
  await t.eventually('no ReplicaSet is left', async () => (await replicaSets.list()).items.length === 0);
  await t.eventually('no Pod is left', async () => (await t.resource(kinds.pod).list()).items.length === 0);
});

conforms('Garbage Collector, delete deployment, propagation policy orphan', async (t) => {
  const { uid } = await aDeploymentWithReplicaSet(t, 'orphan');
  const deployments = t.resource(kinds.deployment);
  await deployments.delete('orphan', { propagationPolicy: 'Orphan', preconditions: { uid } });
  await gone('the Deployment', () => deployments.get('orphan'));
  const replicaSets = t.resource(kinds.replicaSet);
  // The collector works in the order of events: once it has taken a later orphan away, it has looked at this one.
  const owner = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'orphan', uid };
  await t.resource(kinds.configMap).create({ metadata: { name: 'later', ownerReferences: [owner] } });
  await gone('the dependent of an owner that is gone', () => t.resource(kinds.configMap).get('later'));
  const { items } = await replicaSets.list();
  expect(items).toHaveLength(1);
  expect(items[0]!.metadata.ownerReferences ?? []).toEqual([]);
  expect(items[0]!.metadata.deletionTimestamp).toBeUndefined();
});
