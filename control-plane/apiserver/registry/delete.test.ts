import { beforeEach, describe, expect, test } from 'vitest';
import { RegistryFixture, refusal } from './testing/fixture.ts';
import { testKinds } from './testing/kinds.ts';
import { configMap, controller, pod } from './testing/objects.ts';

let cluster: RegistryFixture;
beforeEach(() => {
  cluster = new RegistryFixture(testKinds);
  cluster.create('namespaces', { metadata: { name: 'default' } });
});

describe('delete', () => {
  test('an object without anything to wait for goes at once, and a Status says so', () => {
    const { body } = cluster.create('configmaps', configMap('del'));
    const dry = cluster.delete('configmaps', 'del', {}, { dryRun: true });
    const real = cluster.delete('configmaps', 'del');
    expect(dry.body).toEqual(real.body);
    expect(real).toMatchObject({
      code: 200,
      body: { kind: 'Status', status: 'Success', details: { name: 'del', kind: 'configmaps', uid: body.metadata.uid } },
    });
    expect(refusal(() => cluster.delete('configmaps', 'del')).message).toBe('configmaps "del" not found');
  });

  test('preconditions and options', () => {
    const { uid, resourceVersion } = cluster.create('configmaps', configMap('del')).body.metadata;
    const refused = (options: object) => refusal(() => cluster.delete('configmaps', 'del', options)).toStatus();
    expect(refused({ preconditions: { uid: 'x' } })).toMatchObject({
      code: 409,
      message: `Operation cannot be fulfilled on ConfigMap "del": the UID in the precondition (x) does not match the UID in record (${uid}). The object might have been deleted and then recreated`,
      details: { name: 'del', kind: 'ConfigMap' },
    });
    expect(refused({ preconditions: { resourceVersion: '1' } }).message).toBe(
      `Operation cannot be fulfilled on ConfigMap "del": the ResourceVersion in the precondition (1) does not match the ResourceVersion in record (${resourceVersion}). The object might have been modified`,
    );
    expect(refused({ propagationPolicy: 'Nope' })).toMatchObject({
      code: 422,
      message:
        'DeleteOptions.meta.k8s.io "" is invalid: propagationPolicy: Unsupported value: "Nope": supported values: "Foreground", "Background", "Orphan", "nil"',
      details: { group: 'meta.k8s.io', kind: 'DeleteOptions' },
    });
    expect(cluster.delete('configmaps', 'del', { preconditions: { uid, resourceVersion } }).code).toBe(200);
  });

  test('finalizers hold it; the update that removes the last one removes the object', () => {
    cluster.create('configmaps', configMap('fin', { a: 'b' }, { finalizers: ['example.com/x'] }));
    const first = cluster.delete('configmaps', 'fin').body;
    expect(first.metadata).toMatchObject({ deletionTimestamp: '2026-01-02T03:04:05Z', deletionGracePeriodSeconds: 0 });
    cluster.nowMs += 5000;
    expect(cluster.delete('configmaps', 'fin').body).toEqual(first);

    const more = { metadata: { finalizers: ['example.com/x', 'example.com/y'] } };
    expect(refusal(() => cluster.patch('configmaps', 'fin', 'merge', more)).message).toBe(
      'ConfigMap "fin" is invalid: metadata.finalizers: Forbidden: no new finalizers can be added if the object is being deleted, found new finalizers []string{"example.com/y"}',
    );
    const last = cluster.patch('configmaps', 'fin', 'merge', { metadata: { finalizers: [] } });
    expect(last.code).toBe(200);
    expect(last.body.metadata).not.toHaveProperty('finalizers');
    expect(refusal(() => cluster.get('configmaps', 'fin')).code).toBe(404);
  });

  test('watchers of a removal see the last stored state at the revision of the removal', () => {
    cluster.create('configmaps', configMap('fin', {}, { finalizers: ['example.com/x'] }));
    cluster.delete('configmaps', 'fin');
    const before = cluster.revision;
    cluster.patch('configmaps', 'fin', 'merge', { metadata: { finalizers: null } });
    const { changes } = cluster.store.changes({ after: before });
    expect(changes.map(({ type }) => type)).toEqual(['DELETED']);
    expect(JSON.parse(changes[0]!.json).metadata).toMatchObject({
      finalizers: ['example.com/x'],
      resourceVersion: String(before + 1),
    });
  });

  test('a bound Pod stays for its grace period, which only gets shorter', () => {
    cluster.create('pods', pod('bound', { nodeName: 'n1' }));
    expect(cluster.delete('pods', 'bound').body.metadata).toMatchObject({
      deletionTimestamp: '2026-01-02T03:04:35Z',
      deletionGracePeriodSeconds: 30,
    });
    cluster.nowMs += 1000;
    const before = cluster.revision;
    expect(cluster.delete('pods', 'bound', { gracePeriodSeconds: 60 }).body.metadata.deletionGracePeriodSeconds).toBe(
      30,
    );
    expect(cluster.delete('pods', 'bound').code).toBe(200);
    expect(cluster.revision).toBe(before);
    expect(cluster.delete('pods', 'bound', { gracePeriodSeconds: 5 }).body.metadata).toMatchObject({
      deletionTimestamp: '2026-01-02T03:04:10Z',
      deletionGracePeriodSeconds: 5,
    });
    const last = cluster.delete('pods', 'bound', { gracePeriodSeconds: 0 });
    expect(last.body).toMatchObject({ kind: 'Pod', metadata: { name: 'bound', deletionGracePeriodSeconds: 0 } });
    expect(refusal(() => cluster.get('pods', 'bound')).code).toBe(404);
  });

  test('an unbound Pod goes at once and is the answer', () => {
    cluster.create('pods', pod('unsched'));
    expect(cluster.delete('pods', 'unsched').body).toMatchObject({
      kind: 'Pod',
      metadata: { deletionTimestamp: '2026-01-02T03:04:05Z', deletionGracePeriodSeconds: 0 },
    });
    expect(refusal(() => cluster.get('pods', 'unsched')).code).toBe(404);
  });

  test.each([
    [{ propagationPolicy: 'Foreground' }, ['foregroundDeletion']],
    [{ propagationPolicy: 'Orphan' }, ['orphan']],
    [{ orphanDependents: true }, ['orphan']],
    [{}, ['orphan']],
    [{ propagationPolicy: 'Background' }, undefined],
  ])('propagation %j of a kind that orphans by habit: finalizers %j', (options, finalizers) => {
    cluster.create('replicationcontrollers', controller('r1'));
    const { body } = cluster.delete('replicationcontrollers', 'r1', options);
    expect(body.metadata?.finalizers).toEqual(finalizers);
    expect(body.kind).toBe(finalizers ? 'ReplicationController' : 'Status');
    if (finalizers) expect(body.metadata.generation).toBe(2);
  });

  test('a collection: what the selector means, and nothing else', () => {
    for (const name of ['a', 'b', 'c']) {
      cluster.create('configmaps', configMap(name, {}, { labels: { keep: name === 'b' ? 'yes' : 'no' } }));
    }
    const { body } = cluster.deleteCollection('configmaps', { labelSelector: 'keep=no' });
    expect(body).toMatchObject({
      kind: 'ConfigMapList',
      items: [{ metadata: { name: 'a' } }, { metadata: { name: 'c' } }],
    });
    expect(cluster.names('configmaps')).toEqual(['b']);
  });
});
