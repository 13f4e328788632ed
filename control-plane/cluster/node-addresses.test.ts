import { expect, it } from 'vitest';
import { ClusterFixture } from './testing/fixture.ts';

it('a node whose two fields of Pod addresses differ is an invalid patch', async () => {
  const fixture = await ClusterFixture.create();
  await fixture.call('POST', '/api/v1/nodes', { body: { metadata: { name: 'n' } } });
  const headers = { 'content-type': 'application/merge-patch+json' };
  const { json } = await fixture.call('PATCH', '/api/v1/nodes/n', { headers, body: { spec: { podCIDR: 'x' } } });
  expect(json).toMatchObject({
    code: 422,
    message: expect.stringContaining('v1.PodCIDR and v1.PodCIDRs[0] do not match x - 10.244.0.0/24'),
  });
});
