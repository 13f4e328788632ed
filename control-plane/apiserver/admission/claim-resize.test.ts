import { expect, test } from 'vitest';
import persistentVolumeClaim from '../../../shared/kinds/persistent-volume-claim.ts';
import storageClass from '../../../shared/kinds/storage-class.ts';
import { RegistryFixture, refusal } from '../registry/testing/fixture.ts';
import { testKinds } from '../registry/testing/kinds.ts';

test('a claim grows when it is bound and its class can make volumes larger', () => {
  const cluster = new RegistryFixture([...testKinds, persistentVolumeClaim, storageClass]);
  cluster.create('namespaces', { metadata: { name: 'default' } });
  const addClass = (name: string, allowVolumeExpansion: boolean) =>
    cluster.create('storageclasses.storage.k8s.io', {
      metadata: { name },
      provisioner: 'p.example.com',
      allowVolumeExpansion,
    });
  addClass('fixed', false);
  addClass('elastic', true);
  const addClaim = (name: string, storageClassName: string) => {
    const spec = { accessModes: ['ReadWriteOnce'], storageClassName, resources: { requests: { storage: '1Gi' } } };
    cluster.create('persistentvolumeclaims', { metadata: { name }, spec });
    const status = { phase: 'Bound', capacity: { storage: '1Gi' } };
    cluster.patch('persistentvolumeclaims', name, 'merge', { status }, { subresource: 'status' });
  };
  const grow = (name: string) =>
    cluster.patch('persistentvolumeclaims', name, 'merge', { spec: { resources: { requests: { storage: '2Gi' } } } });
  addClaim('a', 'fixed');
  expect(refusal(() => grow('a')).message).toBe(
    'persistentvolumeclaims "a" is forbidden: only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc must support resize',
  );
  addClaim('b', 'elastic');
  expect(grow('b').body).toMatchObject({ spec: { resources: { requests: { storage: '2Gi' } } } });
});
