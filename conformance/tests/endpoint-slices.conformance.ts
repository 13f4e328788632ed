import { expect } from 'vitest';
import { apiOperations } from '../harness/api-operations.ts';
import { conforms } from '../harness/conforms.ts';
import { kinds } from '../harness/kinds.ts';
import { aPod, runs } from '../harness/pods.ts';
import { gone } from '../harness/wait.ts';

const ofService = (name: string) => ({ labelSelector: `kubernetes.io/service-name=${name}` });

conforms('EndpointSlice API', async (t) => {
  await apiOperations(t, {
    kind: kinds.endpointSlice,
    draft: () => ({ addressType: 'IPv4', endpoints: [{ addresses: ['10.1.2.3'], conditions: { ready: true } }] }),
  });
});

conforms('EndpointSlice, "empty" Service', async (t) => {
  const services = t.resource(kinds.service);
  const slices = t.resource(kinds.endpointSlice);
  await services.create({
    metadata: { name: 'empty' },
    spec: { selector: { app: 'nothing-has-this' }, ports: [{ name: 'example', port: 80, protocol: 'TCP' }] },
  });
  const made = await t.eventually('a slice', async () => (await slices.list(ofService('empty'))).items[0]);
  expect(made.endpoints ?? []).toEqual([]);
  await services.delete('empty');
  await gone('the slice', () => slices.get(made.metadata.name));
});

conforms('EndpointSlice Mirroring', async (t) => {
  const endpoints = t.resource(kinds.endpoints);
  const slices = t.resource(kinds.endpointSlice);
  const ports = [{ name: 'example', port: 80, protocol: 'TCP' }];
  await t.resource(kinds.service).create({ metadata: { name: 'custom' }, spec: { ports } });
  const created = await endpoints.create({
    metadata: { name: 'custom' },
    subsets: [{ addresses: [{ ip: '10.1.2.3' }], ports }],
  });
  const shows = (ip: string, port: number) =>
    t.eventually(`the slice shows ${ip}`, async () => {
      const { items } = await slices.list(ofService('custom'));
      expect(items).toHaveLength(1);
      expect(items[0]).toMatchObject({
        endpoints: [{ addresses: [ip], conditions: { ready: true } }],
        ports: [{ name: 'example', port }],
      });
      return true;
    });
  await shows('10.1.2.3', 80);

  const { resourceVersion: _, ...metadata } = created.metadata;
  const changed = [{ addresses: [{ ip: '10.2.3.4' }], ports: [{ name: 'example', port: 9090, protocol: 'TCP' }] }];
  await endpoints.update({ ...created, metadata, subsets: changed });
  await shows('10.2.3.4', 9090);

  await endpoints.delete('custom');
  await t.eventually('no slice is left', async () => (await slices.list(ofService('custom'))).items.length === 0);
});

conforms('EndpointSlice, creation/deletion', async (t) => {
  const pods = t.resource(kinds.pod);
  const slices = t.resource(kinds.endpointSlice);
  const make = (name: string, containerPort: number) => {
    const ports = [{ name: 'example-name', containerPort }];
    return pods.create(aPod(name, { labels: { name, shared: 'on' }, container: { ports } }));
  };
  await make('pod1', 3000);
  await make('pod2', 3001);
  await t.resource(kinds.service).create({
    metadata: { name: 'by-name' },
    spec: { selector: { shared: 'on' }, ports: [{ name: 'http', port: 80, targetPort: 'example-name' }] },
  });
  const [first, second] = [await runs(t, 'pod1'), await runs(t, 'pod2')];
  const settles = (what: string, expected: unknown[]) =>
    t.eventually(what, async () => {
      const { items } = await slices.list(ofService('by-name'));
      const flat = items.flatMap(({ endpoints, ports }) =>
        (endpoints ?? []).map(({ addresses, targetRef }) => [addresses[0], targetRef?.name, ports?.[0]?.port]),
      );
      expect(flat.sort()).toEqual(expected.sort());
      return true;
    });
  // Pods that have a port of this name under different numbers are in slices of their own.
  await settles('both Pods are there', [
    [first.status.podIP, 'pod1', 3000],
    [second.status.podIP, 'pod2', 3001],
  ]);
  await pods.delete('pod1');
  await settles('one Pod is left', [[second.status.podIP, 'pod2', 3001]]);
});
