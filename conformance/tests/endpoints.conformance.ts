import { expect } from 'vitest';
import { updateLatest } from '../harness/api-operations.ts';
import { conforms } from '../harness/conforms.ts';
import { kinds } from '../harness/kinds.ts';
import { aPod, runs } from '../harness/pods.ts';
import { gone, refused } from '../harness/wait.ts';

conforms('Endpoint resource lifecycle', async (t) => {
  const endpoints = t.resource(kinds.endpoints);
  const labelSelector = 'test-endpoint-static=true';
  const everywhere = t.resource(kinds.endpoints, '');
  const { metadata } = await everywhere.list({ labelSelector });
  const watch = await endpoints.watch({ labelSelector, resourceVersion: metadata.resourceVersion });
  const created = await endpoints.create({
    metadata: { name: 'testservice', labels: { 'test-endpoint-static': 'true' } },
    subsets: [{ addresses: [{ ip: '10.0.0.24' }], ports: [{ name: 'http', port: 80, protocol: 'TCP' }] }],
  });
  await watch.until('ADDED', (object) => object.metadata.name === 'testservice');
  const { items } = await everywhere.list({ labelSelector });
  expect(items.map((item) => item.metadata.namespace)).toContain(t.namespace);

  await updateLatest(endpoints, 'testservice', (object) => {
    object.metadata.labels = { ...object.metadata.labels, 'test-service': 'updated' };
  });
  await watch.until('MODIFIED', (object) => object.metadata.labels?.['test-service'] === 'updated');

  const patch = {
    metadata: { labels: { 'test-service': 'patched' } },
    subsets: [{ addresses: [{ ip: '10.0.0.25' }], ports: [{ name: 'http-test', port: 8080 }] }],
  };
  const patched = await endpoints.patch('testservice', patch, { type: 'strategic' });
  expect(BigInt(patched.metadata.resourceVersion)).toBeGreaterThan(BigInt(created.metadata.resourceVersion));
  await watch.until('MODIFIED', (object) => object.metadata.labels?.['test-service'] === 'patched');
  const read = await endpoints.get('testservice');
  expect(read.subsets).toEqual([
    { addresses: [{ ip: '10.0.0.25' }], ports: [{ name: 'http-test', port: 8080, protocol: 'TCP' }] },
  ]);

  await endpoints.deleteCollection({ labelSelector });
  await watch.until('DELETED', (object) => object.metadata.name === 'testservice');
  await refused(endpoints.get('testservice'), { code: 404, reason: 'NotFound' });
});

conforms('Endpoints, "empty" Service', async (t) => {
  const services = t.resource(kinds.service);
  const endpoints = t.resource(kinds.endpoints);
  await services.create({
    metadata: { name: 'empty' },
    spec: { selector: { app: 'nothing-has-this' }, ports: [{ name: 'example', port: 80, protocol: 'TCP' }] },
  });
  const made = await t.eventually('Endpoints', () => endpoints.get('empty'));
  expect(made.subsets ?? []).toEqual([]);
  await services.delete('empty');
  await gone('the Endpoints', () => endpoints.get('empty'));
});

conforms('Endpoints, creation/deletion', async (t) => {
  const pods = t.resource(kinds.pod);
  const services = t.resource(kinds.service);
  const port = (name: string, containerPort: number) => ({ name, containerPort });
  const make = (name: string, ports: Array<ReturnType<typeof port>>) =>
    pods.create(aPod(name, { labels: { name, shared: 'on' }, container: { ports } }));
  await make('pod1', [port('example-name', 3000)]);
  await make('pod2', [port('example-name', 3001), port('other-port', 3002)]);
  const serve = (name: string, selector: Record<string, string>, targetPort: number | string) =>
    services.create({
      metadata: { name },
      spec: {
        selector,
        publishNotReadyAddresses: true,
        ports: [{ name: 'http', port: 80, targetPort, protocol: 'TCP' }],
      },
    });
  await serve('by-number', { name: 'pod1' }, 3000);
  await serve('by-name', { shared: 'on' }, 'example-name');
  const ips = [(await runs(t, 'pod1')).status.podIP!, (await runs(t, 'pod2')).status.podIP!];

  const addressed = async (name: string) => {
    const { subsets = [] } = await t.resource(kinds.endpoints).get(name);
    const flat = subsets.flatMap(({ addresses = [], ports = [] }) =>
      addresses.flatMap(({ ip, targetRef }) => ports.map((item) => [ip, targetRef?.name, item.name, item.port])),
    );
    return flat.sort();
  };
  const settles = (name: string, expected: unknown[]) =>
    t.eventually(`the Endpoints ${name} settle`, async () => {
      expect(await addressed(name)).toEqual(expected);
      return true;
    });
  await settles('by-number', [[ips[0], 'pod1', 'http', 3000]]);
  await settles(
    'by-name',
    [
      [ips[0], 'pod1', 'http', 3000],
      [ips[1], 'pod2', 'http', 3001],
    ].sort(),
  );

  // Pods that go leave, as does what belongs to a Service that goes.
  await pods.delete('pod1');
  await settles('by-name', [[ips[1], 'pod2', 'http', 3001]]);
  await services.delete('by-name');
  await gone('the Endpoints', () => t.resource(kinds.endpoints).get('by-name'));
});
