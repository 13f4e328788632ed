import { expect, it } from 'vitest';
import pvProtection from './pv-protection.ts';
import pvcProtection from './pvc-protection.ts';
import { podSpec, startTestCluster } from './testing/test-cluster.ts';
import vacProtection from './vac-protection.ts';

const size = { storage: '1Gi' };
const accessModes = ['ReadWriteOnce'];

it('a claim outlives its deletion while a Pod on a node uses it', async () => {
  const cluster = await startTestCluster();
  cluster.startControllers([pvcProtection]);
  const key = { resource: 'persistentvolumeclaims', namespace: 'default', name: 'c' };
  await cluster.create(key.resource, { metadata: { name: 'c' }, spec: { accessModes, resources: { requests: size } } });
  const volumes = [{ name: 'v', persistentVolumeClaim: { claimName: 'c' } }];
  await cluster.create('pods', { metadata: { name: 'p' }, spec: { ...podSpec, volumes, nodeName: 'n' } });
  await cluster.create('pods', { metadata: { name: 'waiting' }, spec: { ...podSpec, volumes } });
  await cluster.write({ verb: 'delete', key });
  await cluster.settle();
  expect((await cluster.get(key.resource, 'c'))?.metadata).toMatchObject({
    finalizers: ['kubernetes.io/pvc-protection'],
    deletionTimestamp: expect.any(String),
  });
  const pod = { resource: 'pods', namespace: 'default', name: 'p' };
  await cluster.write({ verb: 'delete', key: pod, gracePeriodSeconds: 0 });
  await cluster.settle();
  expect(await cluster.get(key.resource, 'c')).toBeUndefined();
});

it('a class of attributes outlives its deletion while a claim wants it', async () => {
  const cluster = await startTestCluster();
  cluster.startControllers([vacProtection, pvcProtection]);
  const key = { resource: 'volumeattributesclasses.storage.k8s.io', namespace: '', name: 'fast' };
  await cluster.create(key.resource, {
    metadata: { name: 'fast' },
    driverName: 'd.example.com',
    parameters: { iops: '9' },
  });
  const claim = { resource: 'persistentvolumeclaims', namespace: 'default', name: 'c' };
  const spec = { accessModes, resources: { requests: size }, volumeAttributesClassName: 'fast' };
  await cluster.create(claim.resource, { metadata: { name: 'c' }, spec });
  await cluster.write({ verb: 'delete', key });
  await cluster.settle();
  expect(await cluster.get(key.resource, 'fast')).toBeDefined();
  await cluster.write({ verb: 'delete', key: claim });
  await cluster.settle();
  expect(await cluster.get(key.resource, 'fast')).toBeUndefined();
});

it('a volume outlives its deletion while it is bound', async () => {
  const cluster = await startTestCluster();
  cluster.startControllers([pvProtection]);
  const key = { resource: 'persistentvolumes', namespace: '', name: 'v' };
  const spec = { capacity: size, accessModes, hostPath: { path: '/data' } };
  await cluster.create(key.resource, { metadata: { name: 'v' }, spec });
  await cluster.patchStatus(key, { phase: 'Bound' });
  await cluster.write({ verb: 'delete', key });
  await cluster.settle();
  expect(await cluster.get(key.resource, 'v')).toBeDefined();
  await cluster.patchStatus(key, { phase: 'Released' });
  await cluster.settle();
  expect(await cluster.get(key.resource, 'v')).toBeUndefined();
});
