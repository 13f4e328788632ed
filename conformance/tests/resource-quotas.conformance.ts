import type { V1Pod, V1ResourceQuotaSpec } from '@kubernetes/client-node';
import { expect } from 'vitest';
import { updateLatest } from '../harness/api-operations.ts';
import { type Conformance, conforms } from '../harness/conforms.ts';
import { kinds } from '../harness/kinds.ts';
import { aController, aPod } from '../harness/pods.ts';
import type { Kind } from '../harness/resource.ts';
import { gone, refused } from '../harness/wait.ts';

type Amounts = Record<string, string>;

/** Generous, for rows that are about one of these. */
const objectCounts: Amounts = {
  configmaps: '10',
  'count/replicasets.apps': '5',
  pods: '5',
  replicationcontrollers: '10',
  resourcequotas: '3',
  secrets: '10',
  services: '10',
  'services.loadbalancers': '1',
  'services.nodeports': '1',
};

const createQuota = (t: Conformance, hard: Amounts, spec: V1ResourceQuotaSpec = {}, name = 'test-quota') =>
  t.resource(kinds.resourceQuota).create({ metadata: { name }, spec: { hard, ...spec } });

const usage = async (t: Conformance, name = 'test-quota'): Promise<Amounts> =>
  (await t.resource(kinds.resourceQuota).get(name)).status.used ?? {};

/** Waits for the count; resolves with everything that is used then. */
const uses = (t: Conformance, expected: Amounts, name = 'test-quota'): Promise<Amounts> =>
  t.eventually(`${name} uses ${JSON.stringify(expected)}`, async () => {
    const used = await usage(t, name);
    if (Object.entries(expected).every(([resource, amount]) => used[resource] === amount)) return used;
    throw new Error(JSON.stringify(used));
  });

/** The quota counts one more while the object is there, and one less when it is gone. */
async function countsOne<T>(t: Conformance, kind: Kind<T>, resource: string, object: object): Promise<void> {
  await createQuota(t, objectCounts);
  const before = Number((await t.eventually('usage is known', async () => usedOf(await usage(t), resource)))[0]);
  const { metadata } = await t.resource(kind).create(object as never);
  await uses(t, { [resource]: String(before + 1) });
  await t.resource(kind).delete(metadata.name);
  await uses(t, { [resource]: String(before) });
}

const usedOf = (used: Amounts, resource: string) => (used[resource] === undefined ? undefined : [used[resource]]);

conforms('ResourceQuota, object count quota, configmap', (t) =>
  countsOne(t, kinds.configMap, 'configmaps', { metadata: { name: 'counted' }, data: { a: 'b' } }),
);

conforms('ResourceQuota, object count quota, secret', (t) =>
  countsOne(t, kinds.secret, 'secrets', { metadata: { name: 'counted' }, stringData: { a: 'b' } }),
);

conforms('ResourceQuota, object count quota, replicationController', (t) =>
  countsOne(t, kinds.replicationController, 'replicationcontrollers', aController('counted', 0)),
);

conforms('ResourceQuota, object count quota, replicaSet', (t) => {
  const { metadata, spec } = aController('counted', 0);
  const selector = { matchLabels: spec.selector };
  return countsOne(t, kinds.replicaSet, 'count/replicasets.apps', { metadata, spec: { ...spec, selector } });
});

conforms('ResourceQuota, object count quota, resourcequotas', async (t) => {
  await createQuota(t, { resourcequotas: '1' });
  await uses(t, { resourcequotas: '1' });
  const message = 'exceeded quota: test-quota, requested: resourcequotas=1, used: resourcequotas=1';
  await refused(createQuota(t, { pods: '1' }, {}, 'second'), { code: 403, reason: 'Forbidden', message });
});

conforms('ResourceQuota, object count quota, service', async (t) => {
  await createQuota(t, { ...objectCounts, services: '2' });
  await uses(t, { services: '0', 'services.nodeports': '0', 'services.loadbalancers': '0' });
  const services = t.resource(kinds.service);
  const ports = [{ port: 80 }];
  const service = (name: string, type: string) => services.create({ metadata: { name }, spec: { type, ports } });
  await service('cluster-ip', 'ClusterIP');
  await service('node-port', 'NodePort');
  await uses(t, { services: '2', 'services.nodeports': '1', 'services.loadbalancers': '0' });
  const exceeded = { code: 403, reason: 'Forbidden', message: 'exceeded quota' };
  await refused(service('load-balancer', 'LoadBalancer'), exceeded);
  await refused(service('another', 'NodePort'), exceeded);
  for (const name of ['cluster-ip', 'node-port']) await services.delete(name);
  await uses(t, { services: '0', 'services.nodeports': '0' });
});

const asking = (name: string, requests: Amounts, limits: Amounts = {}): V1Pod =>
  aPod(name, { container: { resources: { requests, limits } } });

conforms('ResourceQuota, object count quota, pod', async (t) => {
  const dongles = 'requests.example.com/dongle';
  await createQuota(t, { pods: '5', cpu: '1', memory: '500Mi', 'ephemeral-storage': '50Gi', [dongles]: '3' });
  await uses(t, { pods: '0', [dongles]: '0' });
  const pods = t.resource(kinds.pod);
  const dongle = { 'example.com/dongle': '2' };
  const requests = { cpu: '500m', memory: '252Mi', 'ephemeral-storage': '30Gi', ...dongle };
  await pods.create(asking('fits', requests, dongle));
  const used = { pods: '1', cpu: '500m', memory: '252Mi', 'ephemeral-storage': '30Gi', [dongles]: '2' };
  await uses(t, used);
  const exceeded = { code: 403, reason: 'Forbidden', message: 'exceeded quota' };
  await refused(pods.create(asking('too-much', { cpu: '600m', memory: '100Mi' })), exceeded);
  const [more, all] = [{ 'example.com/dongle': '2' }, { cpu: '1m', memory: '1Mi', 'example.com/dongle': '2' }];
  await refused(pods.create(asking('too-many-dongles', all, more)), exceeded);
  const changed = {
    spec: { containers: [{ name: 'main', resources: { requests: { cpu: '100m', memory: '100Mi' } } }] },
  };
  await refused(pods.patch('fits', changed, { type: 'strategic' }), { code: 422, reason: 'Invalid' });
  expect(await usage(t)).toEqual(used);
  await pods.delete('fits', { gracePeriodSeconds: 0 });
  await uses(t, { pods: '0', cpu: '0', memory: '0', 'ephemeral-storage': '0', [dongles]: '0' });
});

/** Each Pod in turn is counted by the one quota and not by the other. */
async function countsByScope(t: Conformance, scopes: readonly [string, string], pods: readonly [V1Pod, V1Pod]) {
  const hard = { pods: '5' };
  for (const scope of scopes) await createQuota(t, hard, { scopes: [scope] }, `quota-${scope.toLowerCase()}`);
  for (const scope of scopes) await uses(t, { pods: '0' }, `quota-${scope.toLowerCase()}`);
  for (const [index, pod] of pods.entries()) {
    await t.resource(kinds.pod).create(pod);
    const [counting, other] = [scopes[index]!, scopes[1 - index]!].map((scope) => `quota-${scope.toLowerCase()}`);
    await uses(t, { pods: '1' }, counting);
    expect(await usage(t, other)).toEqual({ pods: '0' });
    await t.resource(kinds.pod).delete(pod.metadata!.name!, { gracePeriodSeconds: 0 });
    await uses(t, { pods: '0' }, counting);
  }
}

conforms('ResourceQuota, quota scope, BestEffort and NotBestEffort scope', (t) =>
  countsByScope(t, ['BestEffort', 'NotBestEffort'], [aPod('idle'), asking('burstable', { cpu: '100m' }, { cpu: '1' })]),
);

conforms('ResourceQuota, quota scope, Terminating and NotTerminating scope', (t) =>
  countsByScope(
    t,
    ['NotTerminating', 'Terminating'],
    [aPod('lasting'), aPod('ending', { activeDeadlineSeconds: 3600 })],
  ),
);

conforms('ResourceQuota, update and delete', async (t) => {
  const quotas = t.resource(kinds.resourceQuota);
  await createQuota(t, { cpu: '1', memory: '500Mi' });
  await updateLatest(quotas, 'test-quota', ({ spec }) => {
    spec.hard = { cpu: '2', memory: '1Gi' };
  });
  expect((await quotas.get('test-quota')).spec.hard).toEqual({ cpu: '2', memory: '1Gi' });
  await t.eventually('the status follows', async () => (await quotas.get('test-quota')).status.hard?.cpu === '2');
  await quotas.delete('test-quota');
  await gone('the quota', () => quotas.get('test-quota'));
});

conforms('ResourceQuota, manage lifecycle of a ResourceQuota', async (t) => {
  const quotas = t.resource(kinds.resourceQuota);
  const name = t.unique('quota');
  const labelSelector = `${name}=patched`;
  await createQuota(t, { cpu: '1', memory: '500Mi' }, {}, name);
  expect((await quotas.get(name)).spec.hard).toEqual({ cpu: '1', memory: '500Mi' });
  const patch = { metadata: { labels: { [name]: 'patched' } }, spec: { hard: { memory: '750Mi' } } };
  expect((await quotas.patch(name, patch, { type: 'strategic' })).spec.hard).toEqual({ cpu: '1', memory: '750Mi' });
  const { items } = await t.resource(kinds.resourceQuota, '').list({ labelSelector });
  expect(items.map(({ metadata }) => metadata.name)).toEqual([name]);
  await quotas.deleteCollection({ labelSelector });
  await gone('the quota', () => quotas.get(name));
});

conforms('ResourceQuota, apply changes to a ResourceQuota status', async (t) => {
  const quotas = t.resource(kinds.resourceQuota);
  const { metadata } = await createQuota(t, { cpu: '500', memory: '500Gi' });
  await t.eventually('the status is noted', async () => (await quotas.get('test-quota')).status.hard?.cpu === '500');
  const watch = await quotas.watch({
    fieldSelector: 'metadata.name=test-quota',
    resourceVersion: metadata.resourceVersion,
  });
  await t.eventually('the status is updated', async () => {
    const quota = await quotas.get('test-quota');
    return quotas.update(
      { ...quota, status: { ...quota.status, hard: { cpu: '1', memory: '1Gi' } } },
      { subresource: 'status' },
    );
  });
  await watch.until('MODIFIED', ({ status }) => status.hard?.cpu === '1');
  await quotas.patch('test-quota', { status: { hard: { cpu: '2' } } }, { subresource: 'status' });
  await watch.until('MODIFIED', ({ status }) => status.hard?.cpu === '2');
  await t.eventually('the status follows the spec again', async () => {
    const { status, spec } = await quotas.get('test-quota');
    return status.hard?.cpu === spec.hard?.cpu && status.hard?.memory === '500Gi';
  });
});
