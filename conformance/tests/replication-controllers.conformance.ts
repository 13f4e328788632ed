import { expect } from 'vitest';
import { updateLatest } from '../harness/api-operations.ts';
import { type Conformance, conforms } from '../harness/conforms.ts';
import { kinds } from '../harness/kinds.ts';
import { aController, aPod, runs } from '../harness/pods.ts';
import { hasReplicas, updateScale } from '../harness/workload-steps.ts';

const isReady = (t: Conformance, name: string, replicas: number) =>
  hasReplicas(t, t.resource(kinds.replicationController), name, replicas);

conforms('Replication Controller, adopt matching pods', async (t) => {
  const pods = t.resource(kinds.pod);
  await pods.create(aPod('orphan', { labels: { name: 'adoption' } }));
  await runs(t, 'orphan');
  const { metadata } = await t.resource(kinds.replicationController).create(aController('adoption', 1));
  await t.eventually('the Pod is adopted', async () => {
    const [owner] = (await pods.get('orphan')).metadata.ownerReferences ?? [];
    return owner?.uid === metadata.uid && owner.controller;
  });
  expect((await pods.list({ labelSelector: 'name=adoption' })).items).toHaveLength(1);
});

conforms('Replication Controller, release pods', async (t) => {
  const pods = t.resource(kinds.pod);
  await t.resource(kinds.replicationController).create(aController('release', 1));
  await isReady(t, 'release', 1);
  const [pod] = (await pods.list({ labelSelector: 'name=release' })).items;
  const name = pod!.metadata.name;
  await updateLatest(pods, name, ({ metadata }) => {
    metadata.labels = { name: 'no-longer' };
  });
  await t.eventually('the Pod is released', async () => !(await pods.get(name)).metadata.ownerReferences?.length);
  await t.eventually('another takes its place', async () => {
    const { items } = await pods.list({ labelSelector: 'name=release' });
    return items.length === 1 && items[0]?.metadata.name !== name;
  });
});

conforms('Replication Controller, get and update ReplicationController scale', async (t) => {
  const controllers = t.resource(kinds.replicationController);
  await controllers.create(aController('scaled', 1));
  await isReady(t, 'scaled', 1);
  const scale = await updateScale(t, controllers, 'scaled', 2);
  expect(scale.status?.selector).toBe('name=scaled');
  await isReady(t, 'scaled', 2);
});

conforms('Replication Controller, lifecycle', async (t) => {
  const controllers = t.resource(kinds.replicationController);
  const labelSelector = 'test-rc-static=true';
  const watch = await controllers.watch({ labelSelector });
  const draft = aController('rc-test', 1);
  const labels = { 'test-rc-static': 'true' };
  const created = await controllers.create({ ...draft, metadata: { ...draft.metadata, labels } });
  await watch.until('ADDED');
  await watch.until('MODIFIED', ({ status }) => status.replicas === 1 && status.readyReplicas === 1);

  const patch = { metadata: { labels: { 'test-rc': 'patched' } } };
  const patched = await controllers.patch('rc-test', patch, { type: 'strategic' });
  expect(patched.metadata.labels).toEqual({ ...labels, 'test-rc': 'patched' });
  expect(BigInt(patched.metadata.resourceVersion)).toBeGreaterThan(BigInt(created.metadata.resourceVersion));
  await watch.until('MODIFIED', ({ metadata }) => metadata.labels?.['test-rc'] === 'patched');

  const none = { status: { readyReplicas: 0, availableReplicas: 0 } };
  const unready = await controllers.patch('rc-test', none, { type: 'strategic', subresource: 'status' });
  expect(unready.status.readyReplicas ?? 0).toBe(0);
  await watch.until('MODIFIED', ({ status }) => (status.readyReplicas ?? 0) === 0);
  expect((await controllers.get('rc-test', 'status')).status.replicas).toBe(1);

  await controllers.patch('rc-test', { spec: { replicas: 2 } }, { type: 'strategic', subresource: 'scale' });
  await watch.until('MODIFIED', ({ spec }) => spec.replicas === 2);
  await watch.until('MODIFIED', ({ status }) => status.replicas === 2 && status.readyReplicas === 2);

  const before = await controllers.get('rc-test');
  expect(before.metadata.labels).toMatchObject({ 'test-rc': 'patched' });
  await updateLatest(
    controllers,
    'rc-test',
    ({ status }) => Object.assign(status, { availableReplicas: 1, readyReplicas: 1 }),
    'status',
  );
  await watch.until('MODIFIED', ({ status }) => status.readyReplicas === 1);

  const { items } = await t.resource(kinds.replicationController, '').list({ labelSelector });
  expect(items.find(({ metadata }) => metadata.namespace === t.namespace)?.metadata.labels).toMatchObject(labels);
  await controllers.deleteCollection({ labelSelector });
  await watch.until('DELETED');
});

conforms('Replication Controller, check for issues like exceeding allocated quota', async (t) => {
  const controllers = t.resource(kinds.replicationController);
  const quotas = t.resource(kinds.resourceQuota);
  await quotas.create({ metadata: { name: 'condition-test' }, spec: { hard: { pods: '2' } } });
  await t.eventually(
    'the quota is in force',
    async () => (await quotas.get('condition-test')).status.used?.pods === '0',
  );
  await controllers.create(aController('condition-test', 3));
  const failure = async () => {
    const { status } = await controllers.get('condition-test');
    return status.conditions?.find(({ type }) => type === 'ReplicaFailure');
  };
  await t.eventually('the failure is told', async () => (await failure())?.reason === 'FailedCreate');
  await updateLatest(controllers, 'condition-test', ({ spec }) => {
    spec.replicas = 2;
  });
  await t.eventually('there is no failure any more', async () => !(await failure()));
});
