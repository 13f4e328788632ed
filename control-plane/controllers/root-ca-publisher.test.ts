import { beforeEach, expect, test } from 'vitest';
import type { ConfigMap } from '../../shared/api/object.ts';
import rootCaPublisher from './root-ca-publisher.ts';
import { startTestCluster, type TestCluster } from './testing/test-cluster.ts';

let cluster: TestCluster;
beforeEach(async () => {
  cluster = await startTestCluster();
  cluster.startControllers([rootCaPublisher]);
  await cluster.create('namespaces', { metadata: { name: 'tmp' } });
  await cluster.settle();
});

const key = { resource: 'configmaps', namespace: 'tmp', name: 'kube-root-ca.crt' };
const published = () => cluster.client.get<ConfigMap>(key);

test('every namespace has the authorities of the API server, and gets them back', async () => {
  const first = await published();
  expect(first?.data).toEqual({ 'ca.crt': expect.stringContaining('public authority') });
  await cluster.write({ verb: 'delete', key });
  await cluster.settle();
  expect((await published())?.data).toEqual(first?.data);
});

test('nobody else decides what Pods trust, or leaves anything beside it', async () => {
  const first = await published();
  const patch = { data: { 'ca.crt': 'mine', other: 'x' }, metadata: { labels: { kept: 'yes' } } };
  await cluster.write({ verb: 'patch', key, patch });
  await cluster.settle();
  const restored = await published();
  expect(restored?.data).toEqual(first?.data);
  expect(restored?.metadata.labels).toEqual({ kept: 'yes' });
});
