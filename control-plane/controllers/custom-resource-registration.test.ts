import { beforeEach, expect, test } from 'vitest';
import type { APIService, KubernetesObject } from '../../shared/api/object.ts';
import { serveCustomKinds } from '../cluster/custom-kinds.ts';
import customResourceDefinition from './custom-resource-definition.ts';
import customResourceRegistration from './custom-resource-registration.ts';
import { startTestCluster, type TestCluster } from './testing/test-cluster.ts';

const definitions = 'customresourcedefinitions.apiextensions.k8s.io';
const resource = 'apiservices.apiregistration.k8s.io';

let cluster: TestCluster;
beforeEach(async () => {
  cluster = await startTestCluster();
  serveCustomKinds(cluster);
  cluster.startControllers([customResourceDefinition, customResourceRegistration]);
});

const schema = { openAPIV3Schema: { type: 'object' } };

function definition(plural: string, versions: Record<string, boolean>): KubernetesObject {
  const kind = `${plural[0]!.toUpperCase()}${plural.slice(1, -1)}`;
  return {
    metadata: { name: `${plural}.x.example` },
    spec: {
      ...{ group: 'x.example', scope: 'Cluster', names: { plural, singular: plural.slice(0, -1), kind } },
      versions: Object.entries(versions).map(([name, served]) => ({ name, served, storage: name === 'v1', schema })),
    },
  };
}

async function registered(): Promise<string[]> {
  await cluster.settle();
  const { items } = await cluster.client.list<APIService>({ resource });
  return items.filter(({ spec }) => spec?.group === 'x.example').map(({ metadata }) => metadata.name ?? '');
}

const remove = (of: string, name: string) =>
  cluster.write({ verb: 'delete', key: { resource: of, namespace: '', name } });

test('the versions that are served are registered, as the cluster’s own', async () => {
  await cluster.create(definitions, definition('things', { v1: true, v2: true, v3: false }));
  expect(await registered()).toEqual(['v1.x.example', 'v2.x.example']);
  const found = await cluster.client.get<APIService>({ resource, namespace: '', name: 'v1.x.example' });
  expect(found).toMatchObject({
    metadata: { labels: { 'kube-aggregator.kubernetes.io/automanaged': 'true' } },
    spec: { group: 'x.example', version: 'v1', groupPriorityMinimum: 1000, versionPriority: 100 },
    status: { conditions: [{ type: 'Available', status: 'True', reason: 'Local' }] },
  });
});

test('a version is registered as long as any kind has it', async () => {
  await cluster.create(definitions, definition('things', { v1: true, v2: true }));
  await cluster.create(definitions, definition('others', { v1: true }));
  expect(await registered()).toEqual(['v1.x.example', 'v2.x.example']);
  await remove(definitions, 'things.x.example');
  expect(await registered()).toEqual(['v1.x.example']);
  await remove(definitions, 'others.x.example');
  expect(await registered()).toEqual([]);
});

test('a registration that is deleted comes back, and somebody else’s stays', async () => {
  await cluster.create(definitions, definition('things', { v1: true }));
  expect(await registered()).toEqual(['v1.x.example']);
  await remove(resource, 'v1.x.example');
  expect(await registered()).toEqual(['v1.x.example']);
  const spec = { group: 'x.example', version: 'v9', groupPriorityMinimum: 1, versionPriority: 1 };
  await cluster.create(resource, { metadata: { name: 'v9.x.example' }, spec });
  await remove(definitions, 'things.x.example');
  expect(await registered()).toEqual(['v9.x.example']);
});
