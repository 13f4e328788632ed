import { beforeEach, describe, expect, test } from 'vitest';
import { writesOver } from '../apiserver/outside-calls/testing/writes.ts';
import { RegistryFixture } from '../apiserver/registry/testing/fixture.ts';
import { testKinds } from '../apiserver/registry/testing/kinds.ts';
import type { ClusterClient } from '../client.ts';
import { createLocalClient } from './local-client.ts';

let cluster: RegistryFixture;
let client: ClusterClient;
beforeEach(() => {
  cluster = new RegistryFixture(testKinds);
  cluster.create('namespaces', { metadata: { name: 'default' } });
  const { store, registry, kinds } = cluster;
  const writes = writesOver(store, cluster.world);
  const user = { name: 'system:kube-controller-manager', groups: [] };
  const fieldManager = 'kube-controller-manager';
  const sibling = () => {
    throw new Error('there is only one shard here');
  };
  client = createLocalClient({ store, writes, registry, kinds, user, fieldManager, shard: '', sibling });
});

const configMap = (name: string) => ({ metadata: { name, namespace: 'default' }, data: { a: '1' } });
const create = (name: string) => ({ verb: 'create', resource: 'configmaps', object: configMap(name) }) as const;
const key = (name: string, resource = 'configmaps') => ({ resource, namespace: 'default', name });
const pod = (name: string) => ({
  metadata: { name, namespace: 'default', ownerReferences: undefined },
  spec: { containers: [{ name: 'c', image: 'i' }] },
});

describe('write', () => {
  test('each operation is judged on its own, in order, in one transaction', async () => {
    const segments: number[] = [];
    cluster.store.onCommit((changes) => segments.push(changes.length));
    const results = await client.write([
      create('a'),
      create('a'),
      { verb: 'patch', key: key('a'), patch: { data: { a: '2' } } },
      { verb: 'delete', key: key('none') },
      { verb: 'delete', key: key('a') },
    ]);
    expect(results.map(({ object, error }) => object?.metadata.name ?? error?.reason ?? 'done')).toEqual([
      'a',
      'AlreadyExists',
      'a',
      'NotFound',
      'done',
    ]);
    expect(segments).toEqual([3]);
  });

  test('an atomic batch happens as a whole or not at all', async () => {
    const before = cluster.revision;
    const results = await client.write([create('a'), { verb: 'delete', key: key('none') }, create('b')], {
      atomic: true,
    });
    expect(results.map(({ error }) => error?.reason)).toEqual(['Conflict', 'NotFound', 'Conflict']);
    expect(cluster.revision).toBe(before);
    expect(cluster.names('configmaps')).toEqual([]);
    const together = await client.write([create('a'), create('b')], { atomic: true });
    expect(together.every(({ object }) => object)).toBe(true);
  });

  test('preconditions of patches, deletions and bindings', async () => {
    const [created] = await client.write([{ verb: 'create', resource: 'pods', object: pod('p') }]);
    const { uid, resourceVersion } = created!.object!.metadata;
    const stale = { uid: 'other' };
    const results = await client.write([
      { verb: 'patch', key: key('p', 'pods'), patch: { metadata: { labels: { a: '1' } } }, preconditions: stale },
      { verb: 'delete', key: key('p', 'pods'), preconditions: stale },
      { verb: 'bind', key: key('p', 'pods'), node: 'n1', preconditions: stale },
      { verb: 'bind', key: key('p', 'pods'), node: 'n1', preconditions: { uid, resourceVersion } },
      { verb: 'bind', key: key('p', 'pods'), node: 'n2', preconditions: { uid } },
    ]);
    expect(results.map(({ error }) => error?.code)).toEqual([409, 409, 409, undefined, 409]);
    const { items } = await client.list({ resource: 'pods', nodeName: 'n1' });
    expect(items.map(({ metadata }) => metadata.name)).toEqual(['p']);
  });

  test('a field that the schema does not know is refused', async () => {
    const object = { ...configMap('a'), dta: {} };
    const [result] = await client.write([{ verb: 'create', resource: 'configmaps', object }]);
    expect(result?.error).toMatchObject({ code: 400, message: expect.stringContaining('unknown field "dta"') });
  });
});

test('reads and changes', async () => {
  const [result] = await client.write([create('a')]);
  const after = cluster.revision;
  await client.write([{ verb: 'patch', key: key('a'), patch: { metadata: { labels: { x: '1' } } } }, create('b')]);
  expect(await client.get(key('none'))).toBeUndefined();
  expect(await client.get(key('a'))).toMatchObject({ kind: 'ConfigMap', metadata: { labels: { x: '1' } } });
  const { items } = await client.list({ resource: 'configmaps', labelSelector: 'x=1' });
  expect(items).toHaveLength(1);
  const batch = await client.changes({ after, resources: ['configmaps'] });
  expect(batch.revision).toBe(cluster.revision);
  expect(batch.changes).toMatchObject([
    { type: 'MODIFIED', key: key('a'), object: { metadata: { labels: { x: '1' } } }, previous: result?.object },
    { type: 'ADDED', key: key('b') },
  ]);
});

test('pages of a list are of one revision', async () => {
  await client.write([create('a'), create('b'), create('c')]);
  const first = await client.list({ resource: 'configmaps', limit: 2 });
  await client.write([create('bb'), { verb: 'delete', key: key('c') }]);
  const second = await client.list({ resource: 'configmaps', limit: 2, after: first.next });
  expect([...first.items, ...second.items].map(({ metadata }) => metadata.name)).toEqual(['a', 'b', 'c']);
  expect(second).toMatchObject({ revision: first.revision });
  expect(second.next).toBeUndefined();
});

test('changes can be copied, as they are on their way to another object', async () => {
  await client.write([create('a')]);
  await client.write([{ verb: 'patch', key: key('a'), patch: { data: { a: '2' } } }]);
  const { changes } = await client.changes({ after: 0, resources: ['configmaps'] });
  expect(structuredClone(changes)).toMatchObject([
    { type: 'ADDED', object: { data: { a: '1' } } },
    { type: 'MODIFIED', object: { data: { a: '2' } }, previous: { data: { a: '1' } } },
  ]);
});
