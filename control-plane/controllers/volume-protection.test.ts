import { expect, it } from 'vitest';
import pvProtection from './pv-protection.ts';
import pvcProtection from './pvc-protection.ts';
import { podSpec, startTestCluster } from './testing/test-cluster.ts';

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
