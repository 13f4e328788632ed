import type { KubernetesObject, V1APIService, V1Deployment } from '@kubernetes/client-node';
import { expect } from 'vitest';
import { sampleGroup, startSampleApiServer } from '../../miniflare-tests/cluster/sample-apiserver.ts';
import { type Cluster, type Conformance, conforms } from '../harness/conforms.ts';
import { kinds } from '../harness/kinds.ts';
import { commandLine } from '../harness/kubectl.ts';
import type { Kind, Served } from '../harness/resource.ts';

const apiServiceKind: Kind<V1APIService> = {
  apiVersion: 'apiregistration.k8s.io/v1',
  kind: 'APIService',
  plural: 'apiservices',
  namespaced: false,
};
const flunderKind: Kind<KubernetesObject> = {
  apiVersion: `${sampleGroup}/v1alpha1`,
  kind: 'Flunder',
  plural: 'flunders',
  namespaced: true,
};
const name = `v1alpha1.${sampleGroup}`;

/** A cluster with a Deployment and a Service, behind which this process answers as an API server. */
async function startSample(t: Conformance): Promise<{ cluster: Cluster; certificate: string }> {
  const sample = await startSampleApiServer('sample-api.default.svc');
  t.cleanUp(() => sample.close());
  const cluster = await t.ownCluster({ nodes: [{ listener: () => sample.port }] });
  const labels = { app: 'sample-apiserver' };
  const containers = [
    { name: 'sample-apiserver', image: 'registry.example/sample:1', ports: [{ containerPort: 443 }] },
  ];
  const spec = {
    replicas: 1,
    selector: { matchLabels: labels },
    template: { metadata: { labels }, spec: { containers } },
  };
  await cluster.resource<V1Deployment>(kinds.deployment).create({ metadata: { name: 'sample-apiserver' }, spec });
  const ports = [{ port: 7443, targetPort: 443 }];
  await cluster.resource(kinds.service).create({ metadata: { name: 'sample-api' }, spec: { selector: labels, ports } });
  return { cluster, certificate: sample.certificate };
}

const conditionOf = ({ status }: Served<V1APIService>, type: string) =>
  status.conditions?.find((condition) => condition.type === type);

conforms('aggregator-supports-the-sample-apiserver', async (t) => {
  const { cluster, certificate } = await startSample(t);
  const apiServices = cluster.resource(apiServiceKind);
  await apiServices.create({
    metadata: { name },
    spec: {
      service: { namespace: 'default', name: 'sample-api', port: 7443 },
      ...{ group: sampleGroup, version: 'v1alpha1', groupPriorityMinimum: 2000, versionPriority: 200 },
      caBundle: Buffer.from(certificate).toString('base64'),
    },
  });
  const flunders = cluster.resource(flunderKind);
  await t.eventually('the sample API server answers', async () => (await flunders.list()).items.length === 0);
  await isUsedByKubectl({ ...t, ...cluster });
  await isUsedByItsResource(cluster);
  await statusIsKept(cluster);
});

/** As the official test has it with a REST client. */
async function isUsedByKubectl(t: Conformance): Promise<void> {
  const kubectl = commandLine(t);
  const manifest = { apiVersion: flunderKind.apiVersion, kind: 'Flunder', metadata: { name: 'rest-flunder' } };
  await kubectl.run(['create', '-f', '-'], JSON.stringify(manifest));
  expect(await kubectl.run(['get', 'flunders', '-o', 'name'])).toBe(`flunder.${sampleGroup}/rest-flunder\n`);
  await kubectl.run(['delete', 'flunder', 'rest-flunder']);
  expect(await kubectl.run(['get', 'flunders', '-o', 'name'])).toBe('');
}

/** As the official test has it with a client that goes by discovery. */
async function isUsedByItsResource(cluster: Cluster): Promise<void> {
  const list = await cluster.api.ask<{ resources: { name: string }[] }>('GET', `/apis/${flunderKind.apiVersion}`);
  expect(list.resources.map(({ name: resource }) => resource)).toContain('flunders');
  const flunders = cluster.resource(flunderKind);
  const created = await flunders.create({ metadata: { name: 'dynamic-flunder' } });
  expect(created).toMatchObject({ apiVersion: flunderKind.apiVersion, kind: 'Flunder' });
  expect((await flunders.list()).items).toHaveLength(1);
  await flunders.delete('dynamic-flunder');
  expect((await flunders.list()).items).toHaveLength(0);
  await flunders.create({ metadata: { name: 'dynamic-flunder' } });
  await flunders.deleteCollection();
  expect((await flunders.list()).items).toHaveLength(0);
}

async function statusIsKept(cluster: Cluster): Promise<void> {
  const apiServices = cluster.resource(apiServiceKind);
  const before = await apiServices.get(name, 'status');
  expect(conditionOf(before, 'Available')?.message).toBe('all checks passed');
  const patched = await apiServices.patch(name, { spec: { versionPriority: 400 } });
  expect(patched.spec.versionPriority).toBe(400);
  expect(Number(patched.metadata.resourceVersion)).toBeGreaterThan(Number(before.metadata.resourceVersion));
  expect((await apiServices.list()).items.map(({ metadata }) => metadata.name)).toContain(name);
  const labelled = { metadata: { labels: { 'e2e-apiservice': 'patched' } } };
  await apiServices.patch(name, labelled, { type: 'strategic' });

  const condition = (type: string) => ({ type, status: 'True', reason: 'E2E', message: 'Set from e2e test' });
  const current = await apiServices.get(name, 'status');
  current.status.conditions?.push(condition('StatusUpdated'));
  await apiServices.update(current, { subresource: 'status' });
  const updated = await apiServices.get(name, 'status');
  expect(conditionOf(updated, 'StatusUpdated')).toMatchObject(condition('StatusUpdated'));
  const conditions = [...(updated.status.conditions ?? []), condition('StatusPatched')];
  await apiServices.patch(name, { status: { conditions } }, { subresource: 'status' });
  expect(conditionOf(await apiServices.get(name, 'status'), 'StatusPatched')).toMatchObject({ reason: 'E2E' });

  const replaced = await apiServices.get(name);
  replaced.metadata.labels = { [name]: 'updated' };
  await apiServices.update(replaced);
  const labelSelector = `${name}=updated`;
  await apiServices.deleteCollection({ labelSelector });
  expect((await apiServices.list({ labelSelector })).items).toEqual([]);
  expect((await cluster.api.send('GET', cluster.resource(flunderKind).path)).status).toBe(404);
}
