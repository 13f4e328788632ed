import { beforeEach, expect, test } from 'vitest';
import type { APIService, KubernetesObject } from '../../shared/api/object.ts';
import apiServiceAvailability from './api-service-availability.ts';
import { startTestCluster, type TestCluster } from './testing/test-cluster.ts';

let cluster: TestCluster;
beforeEach(async () => {
  cluster = await startTestCluster();
  cluster.startControllers([apiServiceAvailability]);
  await cluster.create('namespaces', { metadata: { name: 'tmp' } });
});

const resource = 'apiservices.apiregistration.k8s.io';
const condition = async () => {
  await cluster.settle();
  const key = { resource, namespace: '', name: 'v1.metrics.example' };
  return (await cluster.client.get<APIService>(key))?.status?.conditions?.[0];
};

test('an aggregated API is available while somebody is behind its Service', async () => {
  await cluster.create(resource, {
    metadata: { name: 'v1.metrics.example' },
    spec: {
      group: 'metrics.example',
      version: 'v1',
      groupPriorityMinimum: 100,
      versionPriority: 100,
      service: { namespace: 'tmp', name: 'metrics' },
    },
  });
  expect(await condition()).toMatchObject({
    type: 'Available',
    status: 'False',
    reason: 'ServiceNotFound',
    message: 'service/metrics in "tmp" is not present',
  });
  const metadata = { name: 'metrics', namespace: 'tmp' };
  await cluster.create('services', { metadata, spec: { ports: [{ port: 443 }] } });
  expect(await condition()).toMatchObject({ status: 'False', reason: 'EndpointsNotFound' });
  await cluster.create('endpoints', { metadata });
  expect(await condition()).toMatchObject({ status: 'False', reason: 'MissingEndpoints' });
  const subsets = [{ addresses: [{ ip: '10.0.0.1' }], ports: [{ port: 8443 }] }];
  await cluster.write({
    verb: 'patch',
    key: { resource: 'endpoints', namespace: 'tmp', name: 'metrics' },
    patch: { subsets },
  });
  expect(await condition()).toMatchObject({ status: 'True', reason: 'Passed', message: 'all checks passed' });
  await cluster.write({ verb: 'delete', key: { resource: 'services', namespace: 'tmp', name: 'metrics' } });
  expect(await condition()).toMatchObject({ status: 'False', reason: 'ServiceNotFound' });
});

async function createReady(): Promise<void> {
  const metadata = { name: 'metrics', namespace: 'tmp' };
  await cluster.create('services', { metadata, spec: { ports: [{ port: 443 }] } });
  const subsets = [{ addresses: [{ ip: '10.0.0.1' }], ports: [{ port: 8443 }] }];
  await cluster.create('endpoints', { metadata, subsets } as KubernetesObject);
  const group = { group: 'metrics.example', version: 'v1', groupPriorityMinimum: 100, versionPriority: 100 };
  const spec = { ...group, service: { namespace: 'tmp', name: 'metrics' } };
  await cluster.create(resource, { metadata: { name: 'v1.metrics.example' }, spec });
}

test('a server that does not answer makes it unavailable, until it does', async () => {
  cluster.apiCheck = { problem: 'failing or missing response from https://10.0.0.1:8443/: EOF' };
  await createReady();
  const failed = { status: 'False', reason: 'FailedDiscoveryCheck', message: cluster.apiCheck.problem };
  expect(await condition()).toMatchObject(failed);
  await cluster.advance(60_000);
  expect(await condition()).toMatchObject(failed);
  cluster.apiCheck = {};
  await cluster.advance(60_000);
  expect(await condition()).toMatchObject({ status: 'True', reason: 'Passed' });
});

test('a server that does not answer is asked less and less, and one that answers not again', async () => {
  let asked = 0;
  cluster.apiCheck = { problem: 'EOF' };
  const { client } = cluster;
  Object.assign(client, {
    checkApi: async () => {
      asked++;
      return cluster.apiCheck;
    },
  });
  await createReady();
  await cluster.advance(3_600_000);
  expect(asked).toBeLessThan(30);
  cluster.apiCheck = {};
  await cluster.advance(300_000);
  expect(await condition()).toMatchObject({ status: 'True' });
  const before = asked;
  const revision = cluster.store.revision;
  await cluster.advance(3_600_000);
  expect([asked, cluster.store.revision]).toEqual([before, revision]);
});

test('while too many others are asked it waits for its turn', async () => {
  cluster.apiCheck = undefined;
  await createReady();
  expect(await condition()).toBeUndefined();
  cluster.apiCheck = {};
  await cluster.advance(1000);
  expect(await condition()).toMatchObject({ status: 'True' });
});
