import { expect } from 'vitest';
import { apiOperations, updateLatest } from '../harness/api-operations.ts';
import { conforms } from '../harness/conforms.ts';
import { kinds } from '../harness/kinds.ts';

conforms('ServiceCIDR API', async (t) => {
  const ranges = t.resource(kinds.serviceCIDR);
  await t.eventually('the range of the cluster is ready', async () => {
    const { status } = await ranges.get('kubernetes');
    return status.conditions?.some((one) => one.type === 'Ready' && one.status === 'True');
  });
  expect((await ranges.get('kubernetes')).spec.cidrs).toEqual([expect.stringMatching(/^10\./)]);

  const condition = (reason: string) => ({
    conditions: [
      { type: 'Ready', status: 'True', reason: '', message: '', lastTransitionTime: '2026-01-01T00:00:00Z' },
      { type: 'Tested', status: 'True', reason, message: '', lastTransitionTime: '2026-01-01T00:00:00Z' },
    ],
  });
  let made = 0;
  await apiOperations(t, {
    kind: kinds.serviceCIDR,
    draft: () => ({ spec: { cidrs: [`192.168.${made++ % 200}.0/24`] } }),
    statuses: [condition('Patched'), condition('Updated')],
  });
});

conforms('IPAddress API', async (t) => {
  const addresses = t.resource(kinds.ipAddress);
  const labels = { conformance: t.unique('address') };
  const labelSelector = `conformance=${labels.conformance}`;
  t.cleanUp(() => addresses.deleteCollection({ labelSelector }));
  const parentRef = { resource: 'services', namespace: t.namespace, name: 'test-ip' };
  const { metadata } = await addresses.list({ labelSelector });
  const watch = await addresses.watch({ labelSelector, resourceVersion: metadata.resourceVersion });
  for (const name of ['203.0.113.1', '203.0.113.2']) {
    await addresses.create({ metadata: { name, labels }, spec: { parentRef } });
    expect((await addresses.get(name)).spec).toEqual({ parentRef });
    await watch.until('ADDED', (object) => object.metadata.name === name);
  }
  expect((await addresses.list({ labelSelector })).items).toHaveLength(2);
  await addresses.patch('203.0.113.1', { metadata: { annotations: { patched: 'true' } } });
  await updateLatest(addresses, '203.0.113.1', (object) => {
    object.metadata.annotations = { ...object.metadata.annotations, updated: 'true' };
  });
  const changed = await addresses.get('203.0.113.1');
  expect(changed.metadata.annotations).toEqual({ patched: 'true', updated: 'true' });
  await addresses.delete('203.0.113.1');
  await watch.until('DELETED', (object) => object.metadata.name === '203.0.113.1');
  await addresses.deleteCollection({ labelSelector });
  expect((await addresses.list({ labelSelector })).items).toEqual([]);
});
