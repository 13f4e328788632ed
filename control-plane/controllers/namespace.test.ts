import { beforeEach, expect, test } from 'vitest';
import type { Namespace } from '../../shared/api/object.ts';
import { resourceName } from '../../shared/kinds/define-kind.ts';
import { builtInControllers } from './index.generated.ts';
import { podSpec, replicationController, startTestCluster, type TestCluster } from './testing/test-cluster.ts';

let cluster: TestCluster;
beforeEach(async () => {
  cluster = await startTestCluster();
  cluster.startControllers(builtInControllers);
  cluster.startScheduler();
  await cluster.addNode('n1');
  await cluster.create('namespaces', { metadata: { name: 'tmp' } });
});

const inTmp = (object: { metadata: object }) => ({ ...object, metadata: { ...object.metadata, namespace: 'tmp' } });
const deleteTmp = () => cluster.write({ verb: 'delete', key: { resource: 'namespaces', namespace: '', name: 'tmp' } });
const namespace = () => cluster.get<Namespace>('namespaces', 'tmp');

test('a new namespace has its ServiceAccount, and gets it back', async () => {
  await cluster.settle();
  const account = { resource: 'serviceaccounts', namespace: 'tmp', name: 'default' };
  const first = await cluster.client.get(account);
  await cluster.write({ verb: 'delete', key: account });
  await cluster.settle();
  const second = await cluster.client.get(account);
  expect(first?.metadata.uid).not.toBe(second?.metadata.uid);
  expect(second).toBeDefined();
});

test('deletion empties it of every kind, waits for Pods in grace, and ends', async () => {
  await cluster.create('replicationcontrollers', inTmp(replicationController('web', 2)));
  await cluster.create(
    'services',
    inTmp({ metadata: { name: 'web' }, spec: { selector: { app: 'web' }, ports: [{ port: 80 }] } } as never),
  );
  await cluster.create('configmaps', inTmp({ metadata: { name: 'c' } }));
  await cluster.create('secrets', inTmp({ metadata: { name: 's' } }));
  await cluster.settle();
  await deleteTmp();
  await cluster.settle();
  const waiting = await namespace();
  expect(waiting?.status?.phase).toBe('Terminating');
  expect(waiting?.status?.conditions).toContainEqual({
    type: 'NamespaceContentRemaining',
    status: 'True',
    reason: 'SomeResourcesRemain',
    message: 'Some resources are remaining: pods. has 2 resource instances',
    lastTransitionTime: '2026-01-02T03:04:05Z',
  });
  // What the node agent does when the containers have ended.
  for (const { metadata } of await cluster.list('pods', { namespace: 'tmp' })) {
    const key = { resource: 'pods', namespace: 'tmp', name: metadata.name ?? '' };
    await cluster.write({ verb: 'delete', key, gracePeriodSeconds: 0 });
  }
  await cluster.advance(1000);
  expect(await namespace()).toBeUndefined();
  for (const kind of cluster.kinds.all().filter(({ scope, plural }) => scope === 'Namespaced' && plural !== 'events')) {
    expect(await cluster.list(resourceName(kind), { namespace: 'tmp' }), kind.plural).toEqual([]);
  }
  expect(cluster.errors).toEqual([]);
});

test('an empty namespace goes without conditions being written', async () => {
  await cluster.settle();
  await deleteTmp();
  await cluster.settle();
  expect(await namespace()).toBeUndefined();
});

test('what a finalizer holds is named, and the namespace goes when it lets go', async () => {
  await cluster.create('configmaps', inTmp({ metadata: { name: 'c', finalizers: ['example.com/hold'] } }));
  await cluster.settle();
  await deleteTmp();
  await cluster.settle();
  expect((await namespace())?.status?.conditions).toContainEqual(
    expect.objectContaining({
      type: 'NamespaceFinalizersRemaining',
      status: 'True',
      message: 'Some content in the namespace has finalizers remaining: example.com/hold in 1 resource instances',
    }),
  );
  const key = { resource: 'configmaps', namespace: 'tmp', name: 'c' };
  await cluster.write({ verb: 'patch', key, patch: { metadata: { finalizers: null } } });
  await cluster.settle();
  expect(await namespace()).toBeUndefined();
});

test('other namespaces are left alone', async () => {
  await cluster.create('pods', { metadata: { name: 'mine' }, spec: podSpec });
  await deleteTmp();
  await cluster.settle();
  expect(await cluster.get('pods', 'mine')).toBeDefined();
});
