import { expect, test } from 'vitest';
import { ClusterFixture } from '../../cluster/testing/fixture.ts';

const path = '/fairlead/v1/debug/counters';

test('administrators see what writes cost, nobody else does', async () => {
  const fixture = await ClusterFixture.create();
  const before = await fixture.call('GET', path);
  await fixture.call('POST', '/api/v1/namespaces/default/configmaps', { body: { metadata: { name: 'one' } } });
  const after = await fixture.call('GET', path);
  expect(after.json).toEqual({
    rowsRead: expect.any(Number),
    rowsWritten: before.json.rowsWritten + 2,
    keyValueWrites: 0,
    alarmsSet: 0,
  });
  const token = await fixture.cluster.credentials.issue({ name: 'jane', groups: ['system:authenticated'] });
  expect((await fixture.call('GET', path, { token })).status).toBe(403);
  expect((await fixture.call('GET', path, { token: undefined })).status).toBe(403);
  expect((await fixture.call('POST', path, { body: {} })).status).toBe(405);
});
