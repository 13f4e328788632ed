import { beforeEach, describe, expect, test } from 'vitest';
import type { KubernetesObject } from '../../shared/api/object.ts';
import garbageCollector from './garbage-collector.ts';
import { startTestCluster, type TestCluster } from './testing/test-cluster.ts';

let cluster: TestCluster;
beforeEach(async () => {
  cluster = await startTestCluster();
  cluster.startControllers([garbageCollector]);
});

const key = (name: string) => ({ resource: 'configmaps', namespace: 'default', name });
const create = (name: string, ...ownerReferences: object[]) =>
  cluster.create('configmaps', { metadata: { name, ownerReferences } });
const reference = ({ metadata }: KubernetesObject, more: object = {}) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  name: metadata.name,
  uid: metadata.uid,
  ...more,
});
const remove = (name: string, propagationPolicy = 'Background') =>
  cluster.write({ verb: 'delete', key: key(name), propagationPolicy });
const left = async () => (await cluster.list('configmaps')).map(({ metadata }) => metadata.name);

test('Background: the dependents of a deleted owner go, and theirs', async () => {
  const owner = await create('owner');
  const child = await create('child', reference(owner));
  await create('grandchild', reference(child));
  await create('other');
  await cluster.settle();
  await remove('owner');
  await cluster.settle();
  expect(await left()).toEqual(['other']);
});

test('an owner that remains keeps them; the reference to the other goes', async () => {
  const [one, two] = [await create('one'), await create('two')];
  await create('child', reference(one), reference(two));
  await remove('one');
  await cluster.settle();
  expect((await cluster.get('configmaps', 'child'))?.metadata.ownerReferences).toEqual([reference(two)]);
});

test('an owner is who has its uid, not who has its name', async () => {
  const owner = await create('owner');
  await create('impostor', { ...reference(owner), uid: 'another' });
  await cluster.settle();
  expect(await left()).toEqual(['owner']);
});

test('Orphan: the dependents stay, without the reference', async () => {
  const owner = await create('owner');
  await create('child', reference(owner));
  await remove('owner', 'Orphan');
  await cluster.settle();
  expect(await left()).toEqual(['child']);
  expect((await cluster.get('configmaps', 'child'))?.metadata.ownerReferences).toBeUndefined();
});

describe('Foreground', () => {
  test('the owner waits for dependents that block it', async () => {
    const owner = await create('owner');
    const meta = {
      name: 'child',
      ownerReferences: [reference(owner, { blockOwnerDeletion: true })],
      finalizers: ['example.com/x'],
    };
    await cluster.create('configmaps', { metadata: meta });
    await cluster.settle();
    await remove('owner', 'Foreground');
    await cluster.settle();
    expect(await left()).toEqual(['child', 'owner']);
    await cluster.write({ verb: 'patch', key: key('child'), patch: { metadata: { finalizers: null } } });
    await cluster.settle();
    expect(await left()).toEqual([]);
  });

  test('a circle of owners that block each other goes as a whole', async () => {
    const names = ['one', 'two', 'three'];
    const objects = [];
    for (const name of names) objects.push(await create(name));
    for (const [index, name] of names.entries()) {
      const ownerReferences = [reference(objects[(index + 2) % 3]!, { blockOwnerDeletion: true })];
      await cluster.write({ verb: 'patch', key: key(name), patch: { metadata: { ownerReferences } } });
    }
    await cluster.settle();
    await remove('one', 'Foreground');
    await cluster.settle();
    expect(await left()).toEqual([]);
  });

  test('through generations, and not for those that do not block', async () => {
    const owner = await create('owner');
    const child = await create('child', reference(owner, { blockOwnerDeletion: true }));
    await create('grandchild', reference(child, { blockOwnerDeletion: true }));
    const meta = { name: 'slow', ownerReferences: [reference(owner)], finalizers: ['example.com/x'] };
    await cluster.create('configmaps', { metadata: meta });
    await cluster.settle();
    await remove('owner', 'Foreground');
    await cluster.settle();
    expect(await left()).toEqual(['slow']);
  });
});

test('an owner of a kind that nobody knows deletes nothing', async () => {
  await create('child', { apiVersion: 'example.com/v1', kind: 'Widget', name: 'w', uid: 'u' });
  await cluster.settle();
  expect(await left()).toEqual(['child']);
});

test('what was missed while nobody looked is found', async () => {
  const world = await startTestCluster();
  const owner = await world.create('configmaps', { metadata: { name: 'owner' } });
  await world.create('configmaps', { metadata: { name: 'child', ownerReferences: [reference(owner)] } });
  await world.write({ verb: 'delete', key: key('owner') });
  world.startControllers([garbageCollector]);
  await world.settle();
  expect(await world.list('configmaps')).toEqual([]);
});
