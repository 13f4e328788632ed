import { expect } from 'vitest';
import { conforms } from '../harness/conforms.ts';
import { canBeFrozen } from '../harness/immutability.ts';
import { kinds } from '../harness/kinds.ts';
import { refused } from '../harness/wait.ts';

const base64 = (text: string) => Buffer.from(text).toString('base64');

conforms('Secrets, with empty-key', async (t) => {
  const create = t.resource(kinds.secret).create({ metadata: { name: 'empty-key' }, data: { '': base64('value') } });
  await refused(create, { code: 422, reason: 'Invalid' });
});

conforms('Secret patching', async (t) => {
  const secrets = t.resource(kinds.secret);
  const labels = { 'testsecret-constant': t.namespace };
  const created = await secrets.create({
    metadata: { name: 'patched', labels },
    data: { key: base64('value') },
    type: 'Opaque',
  });

  const everywhere = t.resource(kinds.secret, '');
  const labelSelector = `testsecret-constant=${t.namespace}`;
  const { items } = await everywhere.list({ labelSelector });
  expect(items.map(({ metadata }) => [metadata.namespace, metadata.name])).toEqual([[t.namespace, 'patched']]);

  const patch = { metadata: { labels: { testsecret: 'true' } }, data: { key: base64('value1') } };
  await secrets.patch('patched', patch, { type: 'strategic' });
  const patched = await secrets.get('patched');
  expect(patched.data).toEqual({ key: base64('value1') });
  expect(patched.metadata.labels).toEqual({ ...labels, testsecret: 'true' });
  expect(BigInt(patched.metadata.resourceVersion)).toBeGreaterThan(BigInt(created.metadata.resourceVersion));

  await secrets.deleteCollection({ labelSelector: 'testsecret=true' });
  expect((await everywhere.list({ labelSelector })).items).toEqual([]);
});

conforms('Secrets Volume, immutability', async (t) => {
  const secrets = t.resource(kinds.secret);
  await canBeFrozen(secrets, base64('value'), base64('changed'));
});
