import { beforeEach, describe, expect, test } from 'vitest';
import type { EndpointSlice, Endpoints, Pod, Service } from '../../shared/api/object.ts';
import endpointSlice from './endpoint-slice.ts';
import mirroring from './endpoint-slice-mirroring.ts';
import { podSpec, startTestCluster, type TestCluster } from './testing/test-cluster.ts';

const resource = 'endpointslices.discovery.k8s.io';
const labels = { app: 'web' };
let cluster: TestCluster;
beforeEach(async () => {
  cluster = await startTestCluster();
  cluster.startControllers([endpointSlice, mirroring]);
});

const key = (of: string, name = 'web') => ({ resource: of, namespace: 'default', name });
const slices = async () => {
  await cluster.settle();
  return cluster.list<EndpointSlice>(resource);
};
const aService = (spec: object = {}) => ({ metadata: { name: 'web' }, spec: { ports: [{ port: 80 }], ...spec } });

async function runningPod(name: string, podIP: string, ready = true) {
  const spec = { nodeName: 'n1', ...podSpec };
  const pod = await cluster.create<Pod>('pods', { metadata: { name, labels }, spec });
  await cluster.setPodReady(name, ready, podIP);
  return { kind: 'Pod', namespace: 'default', name, uid: pod.metadata.uid };
}

describe('the slices of a Service with a selector', () => {
  test('say from the first moment that there is nobody, and then who', async () => {
    const service = await cluster.create<Service>('services', aService({ selector: labels }));
    const [before] = await slices();
    expect(before).toMatchObject({
      addressType: 'IPv4',
      endpoints: null,
      ports: null,
      metadata: {
        name: expect.stringMatching(/^web-[a-z0-9]{5}$/),
        labels: {
          'kubernetes.io/service-name': 'web',
          'endpointslice.kubernetes.io/managed-by': 'endpointslice-controller.k8s.io',
        },
        ownerReferences: [{ kind: 'Service', name: 'web', uid: service.metadata.uid, controller: true }],
      },
    });
    const first = await runningPod('a', '10.244.0.3');
    const second = await runningPod('b', '10.244.0.4', false);
    const [after, ...others] = await slices();
    expect(others).toEqual([]);
    expect(after?.metadata.name).toBe(before?.metadata.name);
    expect(after?.ports).toEqual([{ name: '', port: 80, protocol: 'TCP' }]);
    const conditions = (ready: boolean) => ({ ready, serving: ready, terminating: false });
    expect(after?.endpoints).toEqual([
      { addresses: ['10.244.0.3'], conditions: conditions(true), nodeName: 'n1', targetRef: first },
      { addresses: ['10.244.0.4'], conditions: conditions(false), nodeName: 'n1', targetRef: second },
    ]);
  });

  test('are put right, and are not written when nothing of theirs changes', async () => {
    await cluster.create('services', aService({ selector: labels }));
    await runningPod('a', '10.244.0.3');
    const [slice] = await slices();
    await cluster.write({ verb: 'patch', key: key('pods', 'a'), patch: { metadata: { annotations: { x: 'y' } } } });
    expect((await slices())[0]?.metadata.resourceVersion).toBe(slice?.metadata.resourceVersion);
    const name = slice?.metadata.name ?? '';
    await cluster.write({ verb: 'patch', key: key(resource, name), patch: { endpoints: [] } });
    expect((await slices())[0]?.endpoints).toHaveLength(1);
    await cluster.write({ verb: 'delete', key: key(resource, name) });
    expect(await slices()).toHaveLength(1);
  });

  test('follow the labels of the Service', async () => {
    await cluster.create('services', aService({ selector: labels, clusterIP: 'None' }));
    await slices();
    await cluster.write({ verb: 'patch', key: key('services'), patch: { metadata: { labels: { tier: 'front' } } } });
    const [slice] = await slices();
    expect(slice?.metadata.labels).toMatchObject({ tier: 'front', 'service.kubernetes.io/headless': '' });
  });
});

describe('the slices of Endpoints that somebody writes', () => {
  const subsets = [{ addresses: [{ ip: '10.1.2.3' }], ports: [{ name: 'http', port: 8080 }] }];

  test('show their addresses as long as there is a Service for them', async () => {
    await cluster.create<Endpoints>('endpoints', { metadata: { name: 'web', annotations: { a: 'b' } }, subsets });
    expect(await slices()).toEqual([]);
    await cluster.create('services', aService());
    const [slice] = await slices();
    expect(slice).toMatchObject({
      addressType: 'IPv4',
      endpoints: [{ addresses: ['10.1.2.3'], conditions: { ready: true } }],
      ports: [{ name: 'http', port: 8080, protocol: 'TCP' }],
      metadata: {
        annotations: { a: 'b' },
        labels: { 'endpointslice.kubernetes.io/managed-by': 'endpointslicemirroring-controller.k8s.io' },
        ownerReferences: [{ kind: 'Endpoints' }],
      },
    });
    const patch = { subsets: [{ notReadyAddresses: [{ ip: '10.1.2.4' }], ports: [{ port: 9 }] }] };
    await cluster.write({ verb: 'patch', key: key('endpoints'), patch });
    const [changed] = await slices();
    expect(changed?.metadata.name).toBe(slice?.metadata.name);
    expect(changed?.endpoints).toEqual([{ addresses: ['10.1.2.4'], conditions: { ready: false } }]);
    await cluster.write({ verb: 'delete', key: key('endpoints') });
    expect(await slices()).toEqual([]);
  });

  test('are none where they say so', async () => {
    await cluster.create('services', aService());
    const metadata = { name: 'web', labels: { 'endpointslice.kubernetes.io/skip-mirror': 'true' } };
    await cluster.create<Endpoints>('endpoints', { metadata, subsets });
    expect(await slices()).toEqual([]);
  });
});
