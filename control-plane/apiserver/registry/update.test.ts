import { beforeEach, describe, expect, test } from 'vitest';
import { RegistryFixture, refusal } from './testing/fixture.ts';
import { testKinds } from './testing/kinds.ts';
import { configMap, controller } from './testing/objects.ts';

let cluster: RegistryFixture;
beforeEach(() => {
  cluster = new RegistryFixture(testKinds);
  cluster.create('namespaces', { metadata: { name: 'default' } });
});

describe('update', () => {
  test('optimistic concurrency', () => {
    const { body } = cluster.create('configmaps', configMap('c1', { a: '1' }));
    const second = cluster.update('configmaps', 'c1', { ...body, data: { a: '2' } });
    expect(second.code).toBe(200);
    expect(second.body.metadata.resourceVersion).toBe(String(cluster.revision));
    expect(refusal(() => cluster.update('configmaps', 'c1', { ...body, data: { a: '3' } })).toStatus()).toMatchObject({
      code: 409,
      reason: 'Conflict',
      message:
        'Operation cannot be fulfilled on configmaps "c1": the object has been modified; please apply your changes to the latest version and try again',
      details: { name: 'c1', kind: 'configmaps' },
    });
    const unconditional = cluster.update('configmaps', 'c1', configMap('c1', { a: '4' }));
    expect(unconditional.body).toMatchObject({ metadata: { uid: body.metadata.uid }, data: { a: '4' } });
  });

  test('a write that changes nothing moves no version and writes no row', () => {
    const { body } = cluster.create('configmaps', configMap('c1', { a: '1', b: '2' }));
    const { rowsWritten } = cluster.store.counters;
    cluster.nowMs += 60_000;
    const reordered = { data: { b: '2', a: '1' }, metadata: { ...body.metadata }, kind: 'ConfigMap', apiVersion: 'v1' };
    expect(cluster.update('configmaps', 'c1', reordered).body).toEqual(body);
    expect(cluster.patch('configmaps', 'c1', 'merge', { data: { a: '1' } }).body).toEqual(body);
    expect(cluster.store.counters.rowsWritten).toBe(rowsWritten);
  });

  test('identity must match', () => {
    const { body } = cluster.create('configmaps', configMap('c1'));
    expect(refusal(() => cluster.update('configmaps', 'c1', configMap('c2'))).message).toBe(
      'the name of the object (c2) does not match the name on the URL (c1)',
    );
    expect(refusal(() => cluster.update('configmaps', 'none', configMap('none'))).code).toBe(404);
    const uid = 'ffffffff-0000-0000-0000-000000000000';
    expect(refusal(() => cluster.update('configmaps', 'c1', configMap('c1', {}, { uid }))).message).toBe(
      `Operation cannot be fulfilled on configmaps "c1": StorageError: invalid object, Code: 4, Key: /registry/configmaps/default/c1, ResourceVersion: 0, AdditionalErrorMsg: Precondition failed: UID in precondition: ${uid}, UID in object meta: ${body.metadata.uid}`,
    );
  });

  test('the status is kept by the main resource and alone written by its subresource', () => {
    const { body } = cluster.create('replicationcontrollers', controller('r1', {}, { labels: { a: '1' } }));
    expect(body).toMatchObject({ metadata: { generation: 1 }, status: { replicas: 0 } });

    const main = cluster.update('replicationcontrollers', 'r1', { ...body, status: { replicas: 7 } });
    expect(main.body.metadata.resourceVersion).toBe(body.metadata.resourceVersion);

    const wanted = { ...controller('r1', { replicas: 9 }, { annotations: { n: '1' } }), status: { replicas: 3 } };
    const status = cluster.update('replicationcontrollers', 'r1', wanted, { subresource: 'status' }).body;
    expect(status).toMatchObject({
      metadata: { generation: 1, annotations: { n: '1' } },
      spec: { replicas: 1 },
      status: { replicas: 3 },
    });

    const spec = cluster.patch('replicationcontrollers', 'r1', 'merge', {
      spec: { replicas: 2 },
      status: { replicas: 5 },
    });
    expect(spec.body).toMatchObject({ metadata: { generation: 2 }, status: { replicas: 3 } });
    const labelled = cluster.patch('replicationcontrollers', 'r1', 'merge', { metadata: { labels: { b: '2' } } });
    expect(labelled.body.metadata.generation).toBe(2);
  });

  test('a deletion that has begun cannot be taken back by an update', () => {
    const { body } = cluster.create('configmaps', configMap('c1', {}, { finalizers: ['example.com/x'] }));
    cluster.delete('configmaps', 'c1');
    const { deletionTimestamp: _gone, ...metadata } = { ...body.metadata, resourceVersion: undefined };
    const kept = cluster.update('configmaps', 'c1', { ...body, metadata, data: { a: '1' } }).body;
    expect(kept.metadata).toMatchObject({ deletionTimestamp: '2026-01-02T03:04:05Z', deletionGracePeriodSeconds: 0 });
  });

  test('dry run shows the change and keeps the version', () => {
    const { body } = cluster.create('configmaps', configMap('c1', { a: '1' }));
    const dry = cluster.update('configmaps', 'c1', configMap('c1', { a: '2' }), { dryRun: true }).body;
    expect(dry).toMatchObject({ data: { a: '2' }, metadata: { resourceVersion: body.metadata.resourceVersion } });
    expect(cluster.get('configmaps', 'c1')).toEqual(body);
  });
});
