import { expect, test } from 'vitest';
import node from '../../../shared/kinds/node.ts';
import { RegistryFixture } from '../registry/testing/fixture.ts';
import { testKinds } from '../registry/testing/kinds.ts';
import { pod } from '../registry/testing/objects.ts';

test('Pods learn where their node is when they get it', () => {
  const cluster = new RegistryFixture([...testKinds, node]);
  cluster.create('namespaces', { metadata: { name: 'default' } });
  const zone = { 'topology.kubernetes.io/zone': 'z1' };
  cluster.create('nodes', { metadata: { name: 'n1', labels: { ...zone, disk: 'ssd' } } });
  cluster.create('pods', pod('early', { nodeName: 'n1' }));
  cluster.create('pods', pod('late'));
  expect(cluster.get('pods', 'late').metadata.labels).toBeUndefined();
  const target = { kind: 'Node', name: 'n1' };
  cluster.create('pods', { metadata: { name: 'late' }, target }, { name: 'late', subresource: 'binding' });
  for (const name of ['early', 'late']) expect(cluster.get('pods', name).metadata.labels).toEqual(zone);
});
