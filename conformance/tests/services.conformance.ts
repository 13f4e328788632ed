import { expect } from 'vitest';
import { updateLatest } from '../harness/api-operations.ts';
import { type Conformance, conforms } from '../harness/conforms.ts';
import { kinds } from '../harness/kinds.ts';
import { aDeployment } from '../harness/pods.ts';

conforms('Find Kubernetes Service in default Namespace', async (t) => {
  const { items } = await t.resource(kinds.service, '').list();
  expect(items.some(({ metadata }) => metadata.name === 'kubernetes' && metadata.namespace === 'default')).toBe(true);
});

conforms('Kubernetes Service', async (t) => {
  const service = await t.resource(kinds.service, 'default').get('kubernetes');
  expect(service.spec.ports).toMatchObject([{ name: 'https', port: 443, protocol: 'TCP' }]);
});

conforms('Service, complete ServiceStatus lifecycle', async (t) => {
  const services = t.resource(kinds.service);
  const labelSelector = 'test-service-static=true';
  const { metadata: list } = await services.list({ labelSelector });
  const watch = await services.watch({ labelSelector, resourceVersion: list.resourceVersion });
  await services.create({
    metadata: { name: 'service', labels: { 'test-service-static': 'true' } },
    spec: {
      type: 'LoadBalancer',
      loadBalancerClass: 'example.com/internal-vip',
      ports: [{ name: 'http', protocol: 'TCP', port: 80, targetPort: 80 }],
    },
  });
  await watch.until('ADDED', ({ metadata }) => metadata.name === 'service');
  expect((await services.get('service', 'status')).status).toEqual({ loadBalancer: {} });

  const loadBalancer = { ingress: [{ ip: '203.0.113.1' }] };
  const patch = { metadata: { annotations: { patchedstatus: 'true' } }, status: { loadBalancer } };
  await services.patch('service', patch, { subresource: 'status' });
  const patched = await watch.until('MODIFIED', ({ metadata }) => metadata.annotations?.patchedstatus === 'true');
  expect(patched.status.loadBalancer?.ingress).toMatchObject([{ ip: '203.0.113.1' }]);

  const condition = { type: 'StatusUpdate', status: 'True', reason: 'Test', message: 'Set by a test' };
  await updateLatest(
    services,
    'service',
    ({ status }) => {
      status.conditions = [condition as unknown as NonNullable<typeof status.conditions>[number]];
    },
    'status',
  );
  const updated = await watch.until('MODIFIED', ({ status }) => status.conditions !== undefined);
  expect(updated.metadata.annotations).toMatchObject({ patchedstatus: 'true' });
  expect(updated.status.conditions).toMatchObject([condition]);

  await services.patch('service', { metadata: { labels: { 'test-service': 'patched' } } }, { type: 'strategic' });
  await watch.until('MODIFIED', ({ metadata }) => metadata.labels?.['test-service'] === 'patched');
  await services.delete('service');
  await watch.until('DELETED', ({ metadata }) => metadata.name === 'service');
});

conforms('Service, deletes a collection of services', async (t) => {
  const services = t.resource(kinds.service);
  const make = (name: string, fate: string, port: number) =>
    services.create({
      metadata: { name, labels: { fate } },
      spec: { type: 'ClusterIP', ports: [{ name: 'http', protocol: 'TCP', port, targetPort: port }] },
    });
  await make('a', 'delete', 8001);
  await make('b', 'delete', 8002);
  await make('c', 'keep', 8003);
  expect((await services.list()).items).toHaveLength(3);
  await services.deleteCollection({ labelSelector: 'fate=delete' });
  expect((await services.list()).items.map(({ metadata }) => metadata.name)).toEqual(['c']);
});

conforms('Service endpoint latency, thresholds', async (t) => {
  const trials = 200;
  const inParallel = 15;
  await t.resource(kinds.deployment).create(aDeployment('latency', 1));
  await t.eventually('the Pod is there', async () => {
    return (await t.resource(kinds.deployment).get('latency')).status.readyReplicas === 1;
  });
  const endpointsOf = await watchEndpoints(t);
  const measure = async () => {
    const startMs = performance.now();
    const { metadata } = await t.resource(kinds.service).create({
      metadata: { generateName: 'latency-' },
      spec: { selector: { name: 'latency' }, ports: [{ protocol: 'TCP', port: 80 }] },
    });
    await endpointsOf(metadata.name);
    return performance.now() - startMs;
  };
  await measure(); // The first one pays for what all of them need.
  let left = trials;
  const latencies: number[] = [];
  const client = async () => {
    while (left-- > 0) latencies.push(await measure());
  };
  await Promise.all(Array.from({ length: inParallel }, client));
  latencies.sort((a, b) => a - b);
  expect(latencies).toHaveLength(trials);
  expect(latencies[Math.floor(trials * 0.5)]).toBeLessThan(20_000);
  expect(latencies[Math.floor(trials * 0.99)]).toBeLessThan(50_000);
});

/** Follows the EndpointSlices through one watch; the answer resolves once that of a Service has an endpoint. */
async function watchEndpoints(t: Conformance): Promise<(service: string) => Promise<void>> {
  const found = new Map<string, PromiseWithResolvers<void>>();
  const entry = (service: string) => {
    const known = found.get(service) ?? Promise.withResolvers<void>();
    found.set(service, known);
    return known;
  };
  const watch = await t.resource(kinds.endpointSlice).watch();
  const follow = async () => {
    for (;;) {
      const [{ object } = {}] = await watch.take(1, 60_000);
      const service = object?.metadata.labels?.['kubernetes.io/service-name'];
      if (service && object?.endpoints?.length) entry(service).resolve();
    }
  };
  // The watch ends with the test.
  follow().catch(() => undefined);
  return (service) => entry(service).promise;
}
