import { beforeEach, describe, expect, test } from 'vitest';
import { RegistryFixture, refusal } from '../registry/testing/fixture.ts';
import { testKinds } from '../registry/testing/kinds.ts';
import { configMap } from '../registry/testing/objects.ts';

let cluster: RegistryFixture;
beforeEach(() => {
  cluster = new RegistryFixture(testKinds);
  cluster.create('namespaces', { metadata: { name: 'default' } });
});

describe('namespaces', () => {
  test('nothing is created in one that is absent or on its way out; finalize lets it go', () => {
    expect(
      refusal(() => cluster.create('configmaps', configMap('x'), { namespace: 'missing' })).toStatus(),
    ).toMatchObject({
      code: 404,
      message: 'namespaces "missing" not found',
      details: { name: 'missing', kind: 'namespaces' },
    });
    const tmp = cluster.create('namespaces', { metadata: { name: 'tmp' } }).body;
    const deleted = cluster.delete('namespaces', 'tmp').body;
    expect(deleted).toMatchObject({ status: { phase: 'Terminating' }, spec: { finalizers: ['kubernetes'] } });
    expect(deleted.metadata).not.toHaveProperty('deletionGracePeriodSeconds');
    expect(
      refusal(() => cluster.create('configmaps', configMap('late'), { namespace: 'tmp' })).toStatus(),
    ).toMatchObject({
      code: 403,
      message:
        'configmaps "late" is forbidden: unable to create new content in namespace tmp because it is being terminated',
      details: {
        name: 'late',
        kind: 'configmaps',
        causes: [
          {
            reason: 'NamespaceTerminating',
            message: 'namespace tmp is being terminated',
            field: 'metadata.namespace',
          },
        ],
      },
    });
    const emptied = { ...tmp, metadata: { name: 'tmp' }, spec: {} };
    expect(cluster.update('namespaces', 'tmp', emptied, { subresource: 'finalize' }).code).toBe(200);
    expect(refusal(() => cluster.get('namespaces', 'tmp')).code).toBe(404);
  });

  test('the system cannot lose its own', () => {
    expect(refusal(() => cluster.delete('namespaces', 'default')).toStatus()).toMatchObject({
      code: 403,
      message: 'namespaces "default" is forbidden: this namespace may not be deleted',
    });
  });
});
