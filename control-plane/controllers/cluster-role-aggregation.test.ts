import { expect, test } from 'vitest';
import type { ClusterRole, PolicyRule } from '../../shared/api/object.ts';
import { builtInControllers } from './index.generated.ts';
import { startTestCluster } from './testing/test-cluster.ts';

const resource = 'clusterroles.rbac.authorization.k8s.io';
const apiVersion = 'rbac.authorization.k8s.io/v1';
const rule = (resources: string): PolicyRule => ({ verbs: ['get'], apiGroups: [''], resources: [resources] });
const aggregating = (name: string, label: string, labels = {}) => ({
  apiVersion,
  metadata: { name, labels },
  aggregationRule: { clusterRoleSelectors: [{ matchLabels: { [label]: 'true' } }] },
});

test('an aggregated role has the rules of those it selects, one step after the other, and loses them again', async () => {
  const cluster = await startTestCluster();
  cluster.startControllers(builtInControllers);
  const rulesOf = async (name: string) => (await cluster.get<ClusterRole>(resource, name, ''))?.rules ?? [];

  await cluster.create(resource, aggregating('top', 'in-top'));
  await cluster.create(resource, aggregating('middle', 'in-middle', { 'in-top': 'true' }));
  await cluster.create(resource, {
    apiVersion,
    metadata: { name: 'b', labels: { 'in-middle': 'true' } },
    rules: [rule('b')],
  });
  await cluster.create(resource, {
    apiVersion,
    metadata: { name: 'a', labels: { 'in-middle': 'true', 'in-top': 'true' } },
    rules: [rule('a'), rule('b')],
  });
  await cluster.settle();
  expect(await rulesOf('middle')).toEqual([rule('a'), rule('b')]);
  expect(await rulesOf('top')).toEqual([rule('a'), rule('b')]);

  await cluster.write({ verb: 'delete', key: { resource, namespace: '', name: 'a' } });
  await cluster.settle();
  expect(await rulesOf('top')).toEqual([rule('b')]);

  const key = { resource, namespace: '', name: 'middle' };
  await cluster.write({ verb: 'patch', key, patch: { rules: [rule('secrets')] } });
  await cluster.settle();
  expect(await rulesOf('middle')).toEqual([rule('b')]);
});
