import { expect, test } from 'vitest';
import type { Service, ServiceCIDR } from '../../shared/api/object.ts';
import serviceCIDR from './service-cidr.ts';
import { TestCluster } from './testing/test-cluster.ts';

const resource = 'servicecidrs.networking.k8s.io';

test('a range is ready, and stays as long as a Service has an address of it alone', async () => {
  const cluster = new TestCluster();
  cluster.startControllers([serviceCIDR]);
  await cluster.create('namespaces', { metadata: { name: 'default' } });
  const make = (name: string, cidr: string) =>
    cluster.create(resource, { metadata: { name }, spec: { cidrs: [cidr] } });
  const remove = (name: string) => cluster.write({ verb: 'delete', key: { resource, namespace: '', name } });
  const condition = async (name: string) => {
    await cluster.settle();
    return (await cluster.get<ServiceCIDR>(resource, name))?.status?.conditions?.map(
      ({ type, status }) => `${type} ${status}`,
    );
  };

  await make('all', '10.96.0.0/12');
  await make('other', '10.0.0.0/16');
  expect(await condition('all')).toEqual(['Ready True']);
  const service = await cluster.create<Service>('services', {
    metadata: { name: 's' },
    spec: { ports: [{ port: 80 }] },
  });
  expect(service.spec?.clusterIP).toMatch(/^10\.(9|1)/);

  await remove('other');
  expect(await condition('other')).toBeUndefined();
  await remove('all');
  expect(await condition('all')).toEqual(['Ready False']);
  await cluster.write({ verb: 'delete', key: { resource: 'services', namespace: 'default', name: 's' } });
  expect(await condition('all')).toBeUndefined();
  expect(cluster.errors).toEqual([]);
});
