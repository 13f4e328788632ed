import { beforeAll, expect, test } from 'vitest';
import { ClusterFixture } from './testing/fixture.ts';

const path = '/apis/apiregistration.k8s.io/v1/apiservices';
let cluster: ClusterFixture;
beforeAll(async () => {
  cluster = await ClusterFixture.create();
});

interface Listed {
  metadata: { name: string };
  spec: { group: string; version: string };
  status: { conditions: { status: string; reason: string }[] };
}

test('every group version that the server answers has a local APIService, which is available', async () => {
  const { groups } = (await cluster.call('GET', '/apis')).json as {
    groups: { versions: { groupVersion: string }[] }[];
  };
  const served = ['v1', ...groups.flatMap(({ versions }) => versions.map(({ groupVersion }) => groupVersion))];
  const { items } = (await cluster.call('GET', path)).json as { items: Listed[] };
  const registered = items.map(({ spec }) => (spec.group ? `${spec.group}/${spec.version}` : spec.version));
  // The API of the registrations themselves is nobody's to register.
  expect(registered.sort()).toEqual(served.filter((one) => !one.startsWith('apiregistration.')).sort());
  for (const { status } of items) expect(status.conditions).toMatchObject([{ status: 'True', reason: 'Local' }]);
});

test('names follow from group and version, and backends are checked', async () => {
  const spec = { group: 'x.example', version: 'v1', groupPriorityMinimum: 100, versionPriority: 100 };
  const create = async (name: string, more: object) =>
    (await cluster.call('POST', path, { body: { metadata: { name }, spec: { ...spec, ...more } } })).json;
  expect(await create('wrong', {})).toMatchObject({
    code: 422,
    message: `APIService.apiregistration.k8s.io "wrong" is invalid: metadata.name: Invalid value: "wrong": must be \`spec.version+"."+spec.group\`: "v1.x.example"`,
  });
  expect(await create('v1.x.example', { groupPriorityMinimum: 0, insecureSkipTLSVerify: true })).toMatchObject({
    code: 422,
    details: { causes: [{ field: 'spec.groupPriorityMinimum' }, { field: 'spec.insecureSkipTLSVerify' }] },
  });
  expect(await create('v1.x.example', { service: { namespace: 'default', name: 'x' } })).toMatchObject({
    spec: { service: { port: 443 } },
    status: {},
  });
});
