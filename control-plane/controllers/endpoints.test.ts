import { beforeEach, describe, expect, test } from 'vitest';
import type { Endpoints, Pod, Service } from '../../shared/api/object.ts';
import { endpointsOfPod } from './endpoints/address.ts';
import { packSubsets, truncateSubsets } from './endpoints/pack.ts';
import definition from './endpoints.ts';
import { podSpec, startTestCluster, type TestCluster } from './testing/test-cluster.ts';

let cluster: TestCluster;
beforeEach(async () => {
  cluster = await startTestCluster();
  cluster.startControllers([definition]);
});

const labels = { app: 'web' };
const service = (spec: object = {}) => ({
  metadata: { name: 'web' },
  spec: { selector: labels, ports: [{ port: 80 }], ...spec },
});
const key = (resource: string, name = 'web') => ({ resource, namespace: 'default', name });
const endpoints = () => cluster.get<Endpoints>('endpoints', 'web');

async function runningPod(name: string, podIP: string, options: { ready?: boolean; spec?: object } = {}) {
  const pod = await cluster.create<Pod>('pods', {
    metadata: { name, labels },
    spec: { nodeName: 'n1', ...podSpec, ...options.spec },
  });
  await cluster.setPodReady(name, options.ready ?? true, podIP);
  return { ip: podIP, nodeName: 'n1', targetRef: { kind: 'Pod', namespace: 'default', name, uid: pod.metadata.uid } };
}

describe('addresses', () => {
  test('ready and not ready Pods, sorted, with labels and trigger time', async () => {
    await cluster.create('services', { ...service(), metadata: { name: 'web', labels: { tier: 'front' } } });
    const second = await runningPod('a', '10.244.0.20');
    const first = await runningPod('b', '10.244.0.3');
    const third = await runningPod('c', '10.244.0.4', { ready: false });
    await cluster.settle();
    const found = await endpoints();
    expect(found?.subsets).toEqual([
      { addresses: [first, second], notReadyAddresses: [third], ports: [{ port: 80, protocol: 'TCP' }] },
    ]);
    expect(found?.metadata.labels).toEqual({
      tier: 'front',
      'endpoints.kubernetes.io/managed-by': 'endpoint-controller',
    });
    expect(found?.metadata.annotations).toEqual({
      'endpoints.kubernetes.io/last-change-trigger-time': '2026-01-02T03:04:05Z',
    });
  });

  test('follow readiness, deletion and labels, and nothing is written for what does not matter', async () => {
    await cluster.create('services', service());
    const address = await runningPod('a', '10.244.0.3');
    await cluster.settle();
    const { resourceVersion } = (await endpoints())!.metadata;
    await cluster.patchStatus(key('pods', 'a'), { message: 'still there' });
    await cluster.write({ verb: 'patch', key: key('pods', 'a'), patch: { metadata: { annotations: { x: 'y' } } } });
    await cluster.settle();
    expect((await endpoints())?.metadata.resourceVersion).toBe(resourceVersion);

    cluster.nowMs += 60_000;
    await cluster.setPodReady('a', false, '10.244.0.3');
    await cluster.settle();
    expect((await endpoints())?.subsets).toEqual([
      { notReadyAddresses: [address], ports: [{ port: 80, protocol: 'TCP' }] },
    ]);
    expect(Object.values((await endpoints())?.metadata.annotations ?? {})).toEqual(['2026-01-02T03:05:05Z']);
    const other = await runningPod('b', '10.244.0.4');
    await cluster.settle();
    expect((await endpoints())?.subsets?.[0]?.addresses).toEqual([other]);
    await cluster.write({ verb: 'delete', key: key('pods', 'a') });
    await cluster.write({ verb: 'delete', key: key('pods', 'b'), gracePeriodSeconds: 0 });
    await cluster.settle();
    expect((await endpoints())?.subsets).toBeUndefined();
  });

  test('publishNotReadyAddresses takes in what is not ready and what is going', async () => {
    await cluster.create('services', service({ publishNotReadyAddresses: true, clusterIP: 'None' }));
    const address = await runningPod('a', '10.244.0.3', { ready: false });
    await cluster.write({ verb: 'delete', key: key('pods', 'a') });
    await cluster.settle();
    expect((await endpoints())?.subsets?.[0]?.addresses).toEqual([address]);
    expect((await endpoints())?.metadata.labels).toHaveProperty(['service.kubernetes.io/headless'], '');
  });

  test("go with their Service; those of a Service without a selector are the user's", async () => {
    await cluster.create('services', service());
    await cluster.settle();
    await cluster.write({ verb: 'delete', key: key('services') });
    await cluster.create('endpoints', {
      metadata: { name: 'manual' },
      subsets: [{ addresses: [{ ip: '10.0.0.9' }], ports: [{ port: 1 }] }],
    });
    await cluster.settle();
    expect((await cluster.list<Endpoints>('endpoints')).map(({ metadata }) => metadata.name)).toEqual(['manual']);
    expect(cluster.errors).toEqual([]);
  });
});

describe('ports and packing', () => {
  const pod = (name: string, ip: string, ports: object[], ready = true) =>
    ({
      metadata: { name, namespace: 'default', uid: name },
      spec: { containers: [{ name: 'c', ports }] },
      status: { podIP: ip, conditions: [{ type: 'Ready', status: ready ? 'True' : 'False' }] },
    }) as unknown as Pod;
  const pack = (spec: object, ...pods: Pod[]) => {
    const of = { metadata: { name: 'web', namespace: 'default' }, spec } as unknown as Service;
    return packSubsets(pods.flatMap((item) => endpointsOfPod(item, of))).map(
      ({ addresses = [], notReadyAddresses = [], ports = [] }) => ({
        ready: addresses.map(({ ip }) => ip),
        notReady: notReadyAddresses.map(({ ip }) => ip),
        ports: ports.map(({ name, port }) => `${name ?? ''}:${port}`),
      }),
    );
  };

  test('a named port may have another number in each Pod', () => {
    const spec = {
      ports: [
        { name: 'http', port: 80, targetPort: 'web' },
        { name: 'admin', port: 81, targetPort: 9000 },
      ],
    };
    expect(
      pack(
        spec,
        pod('a', '10.0.0.2', [{ name: 'web', containerPort: 8080 }]),
        pod('b', '10.0.0.1', [{ name: 'web', containerPort: 8081 }]),
        pod('c', '10.0.0.10', []),
      ),
    ).toEqual([
      { ready: ['10.0.0.1', '10.0.0.2', '10.0.0.10'], notReady: [], ports: ['admin:9000'] },
      { ready: ['10.0.0.2'], notReady: [], ports: ['http:8080'] },
      { ready: ['10.0.0.1'], notReady: [], ports: ['http:8081'] },
    ]);
  });

  test('ports of the same addresses share a subset; a protocol must match', () => {
    const spec = {
      ports: [
        { name: 'a', port: 1 },
        { name: 'b', port: 2 },
        { name: 'c', port: 3, targetPort: 'x', protocol: 'UDP' },
      ],
    };
    expect(
      pack(spec, pod('p', '10.0.0.1', [{ name: 'x', containerPort: 5 }]), pod('q', '10.0.0.2', [], false)),
    ).toEqual([{ ready: ['10.0.0.1'], notReady: ['10.0.0.2'], ports: ['a:1', 'b:2'] }]);
  });

  test('a headless Service without ports has addresses all the same', () => {
    expect(pack({ clusterIP: 'None' }, pod('p', '10.0.0.1', []))).toEqual([
      { ready: ['10.0.0.1'], notReady: [], ports: [] },
    ]);
    expect(pack({ clusterIP: '10.96.0.1' }, pod('p', '10.0.0.1', []))).toEqual([]);
  });

  test('beyond a thousand addresses ready ones are kept', () => {
    const address = (n: number) => ({ ip: `10.0.${Math.floor(n / 256)}.${n % 256}` });
    const many = Array.from({ length: 900 }, (_, n) => address(n));
    const { subsets, truncated } = truncateSubsets([{ addresses: many, notReadyAddresses: many }], 1000);
    expect(truncated).toBe(true);
    expect([subsets[0]?.addresses?.length, subsets[0]?.notReadyAddresses?.length]).toEqual([900, 100]);
  });
});
