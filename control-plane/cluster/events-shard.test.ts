import { beforeEach, expect, it } from 'vitest';
import { ClusterFixture } from './testing/fixture.ts';

let main: ClusterFixture;
let shard: ClusterFixture;
beforeEach(async () => {
  main = await ClusterFixture.create();
  shard = main.eventsShard();
});

const record = (namespace: string, name: string) =>
  shard.call('POST', `/api/v1/namespaces/${namespace}/events`, {
    body: { metadata: { name }, involvedObject: { kind: 'Pod', namespace, name: 'p' }, reason: 'Tested' },
  });
const makeNamespace = (name: string) => main.call('POST', '/api/v1/namespaces', { body: { metadata: { name } } });

it('takes events of Namespaces that are there, from the moment of their creation', async () => {
  expect((await record('default', 'a')).status).toBe(201);
  expect((await record('later', 'a')).json).toMatchObject({ code: 404, message: 'namespaces "later" not found' });
  await makeNamespace('later');
  expect((await record('later', 'a')).status).toBe(201);
});

it('refuses new events of a Namespace on its way out, within two seconds', async () => {
  await makeNamespace('tmp');
  expect((await record('tmp', 'a')).status).toBe(201);
  await main.call('DELETE', '/api/v1/namespaces/tmp');
  main.nowMs += 2_001;
  shard.nowMs = main.nowMs;
  const { json } = await record('tmp', 'b');
  expect(json).toMatchObject({ code: 403, details: { causes: [{ reason: 'NamespaceTerminating' }] } });
});
