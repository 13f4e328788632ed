import { expect } from 'vitest';
import { conforms } from '../harness/conforms.ts';
import { canBeFrozen } from '../harness/immutability.ts';
import { kinds } from '../harness/kinds.ts';
import { refused } from '../harness/wait.ts';

conforms('ConfigMap, with empty-key', async (t) => {
  const create = t.resource(kinds.configMap).create({ metadata: { name: 'empty-key' }, data: { '': 'value' } });
  await refused(create, { code: 422, reason: 'Invalid' });
});

conforms('ConfigMap Update', async (t) => {
  const configMaps = t.resource(kinds.configMap);
  const created = await configMaps.create({ metadata: { name: 'update' }, data: { one: '1', two: '2' } });
  await configMaps.update({ ...created, data: { data: 'value' } });
  expect((await configMaps.get('update')).data).toEqual({ data: 'value' });
});

conforms('ConfigMap lifecycle', async (t) => {
  const configMaps = t.resource(kinds.configMap);
  const labels = { 'test-configmap-static': t.namespace };
  await configMaps.create({ metadata: { name: 'life', labels }, data: { valueName: 'value' } });
  const created = await configMaps.get('life');
  expect(created).toMatchObject({ data: { valueName: 'value' }, metadata: { labels } });

  const patch = { metadata: { labels: { 'test-configmap': 'patched' } }, data: { valueName: 'value1' } };
  const patched = await configMaps.patch('life', patch, { type: 'strategic' });
  expect(BigInt(patched.metadata.resourceVersion)).toBeGreaterThan(BigInt(created.metadata.resourceVersion));

  const everywhere = await t.resource(kinds.configMap, '').list({ labelSelector: 'test-configmap=patched' });
  const found = everywhere.items.find(({ metadata }) => metadata.namespace === t.namespace);
  expect(found).toMatchObject({
    metadata: { name: 'life', labels: { ...labels, 'test-configmap': 'patched' } },
    data: { valueName: 'value1' },
  });

  const labelSelector = `test-configmap-static=${t.namespace}`;
  await configMaps.deleteCollection({ labelSelector });
  expect((await configMaps.list({ labelSelector })).items).toEqual([]);
});

conforms('ConfigMap Volume, immutability', async (t) => {
  const configMaps = t.resource(kinds.configMap);
  await canBeFrozen(configMaps, 'value', 'changed');
});
