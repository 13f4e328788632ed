import { expect } from 'vitest';
import { conforms } from '../harness/conforms.ts';
import { kinds } from '../harness/kinds.ts';

conforms('Kubernetes Service', async (t) => {
  const service = await t.resource(kinds.service, 'default').get('kubernetes');
  expect(service.spec.ports).toMatchObject([{ name: 'https', port: 443, protocol: 'TCP' }]);
});

conforms('kubernetes.default Endpoints and EndpointSlices', async (t) => {
  const cluster = await t.ownCluster({ settings: { apiServerAddress: '192.0.2.10:6443' } });
  await cluster.resource(kinds.service).get('kubernetes');
  const endpoints = await cluster.resource(kinds.endpoints).get('kubernetes');
  expect(endpoints.metadata.labels).toEqual({ 'endpointslice.kubernetes.io/skip-mirror': 'true' });
  const ports = [{ name: 'https', port: 6443, protocol: 'TCP' }];
  expect(endpoints.subsets).toEqual([{ addresses: [{ ip: '192.0.2.10' }], ports }]);

  const labelSelector = 'kubernetes.io/service-name=kubernetes';
  const { items } = await cluster.resource(kinds.endpointSlice).list({ labelSelector });
  expect(items.map(({ metadata }) => metadata.name)).toEqual(['kubernetes']);
  expect(items[0]?.metadata.labels).toEqual({ 'kubernetes.io/service-name': 'kubernetes' });
  expect(items[0]).toMatchObject({
    addressType: 'IPv4',
    endpoints: [{ addresses: ['192.0.2.10'], conditions: { ready: true } }],
    ports,
  });
});
