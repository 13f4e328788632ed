import type { V1PodDisruptionBudget, V1PodDisruptionBudgetSpec } from '@kubernetes/client-node';
import { expect } from 'vitest';
import { updateLatest } from '../harness/api-operations.ts';
import { type Conformance, conforms } from '../harness/conforms.ts';
import { kinds } from '../harness/kinds.ts';
import { aPod, runs } from '../harness/pods.ts';
import type { Served } from '../harness/resource.ts';
import { gone, refused } from '../harness/wait.ts';

const labels = { app: 'guarded' };
const budgetNamed = (name: string, spec: V1PodDisruptionBudgetSpec, marks: Record<string, string> = {}) => ({
  metadata: { name, labels: marks },
  spec: { selector: { matchLabels: labels }, ...spec },
});

/** Resolves with the budget once the controller has seen its present state. */
function isProcessed(t: Conformance, name: string): Promise<Served<V1PodDisruptionBudget>> {
  return t.eventually(`the budget ${name} is processed`, async () => {
    const budget = await t.resource(kinds.podDisruptionBudget).get(name);
    return (budget.status.observedGeneration ?? 0) >= (budget.metadata.generation ?? 0) ? budget : undefined;
  });
}

async function podsRun(t: Conformance, ...names: string[]): Promise<void> {
  for (const name of names) await t.resource(kinds.pod).create(aPod(name, { labels }));
  await Promise.all(names.map((name) => runs(t, name)));
}

conforms('PodDisruptionBudget: create, update, patch, and delete object', async (t) => {
  const budgets = t.resource(kinds.podDisruptionBudget);
  await budgets.create(budgetNamed('foo', { minAvailable: '1%' }));
  await isProcessed(t, 'foo');
  await updateLatest(budgets, 'foo', ({ spec }) => Object.assign(spec, { minAvailable: '2%' }));
  expect((await isProcessed(t, 'foo')).spec.minAvailable).toBe('2%');
  const patch = { spec: { minAvailable: '3%', selector: { matchLabels: { other: 'label' } } } };
  await budgets.patch('foo', patch, { type: 'strategic' });
  const patched = await isProcessed(t, 'foo');
  // The selector is replaced, not merged.
  expect(patched.spec).toMatchObject({ minAvailable: '3%', selector: { matchLabels: { other: 'label' } } });
  expect(patched.spec.selector?.matchLabels).not.toHaveProperty('app');
  await refused(budgets.update({ ...budgetNamed('foo', { minAvailable: 1 }) }), { code: 422, reason: 'Invalid' });
  await budgets.delete('foo');
  await gone('the budget', () => budgets.get('foo'));
});

conforms('PodDisruptionBudget: list and delete collection', async (t) => {
  const budgets = t.resource(kinds.podDisruptionBudget);
  const marks = { set: t.unique('budgets') };
  const labelSelector = `set=${marks.set}`;
  for (const name of ['one', 'two', 'three']) await budgets.create(budgetNamed(name, { minAvailable: 1 }, marks));
  expect((await t.resource(kinds.podDisruptionBudget, '').list({ labelSelector })).items).toHaveLength(3);
  expect((await budgets.list({ labelSelector })).items).toHaveLength(3);
  await budgets.deleteCollection({ labelSelector });
  await t.eventually('all are gone', async () => (await budgets.list({ labelSelector })).items.length === 0);
});

conforms('PodDisruptionBudget: update and patch status', async (t) => {
  const budgets = t.resource(kinds.podDisruptionBudget);
  await budgets.create(budgetNamed('status', { minAvailable: 1 }));
  await isProcessed(t, 'status');
  const at = '2026-01-01T00:00:00Z';
  const updated = await updateLatest(
    budgets,
    'status',
    (budget) => Object.assign(budget.status, { disruptedPods: { 'no-such-pod': at } }),
    'status',
  );
  expect(updated.status.disruptedPods).toEqual({ 'no-such-pod': at });
  const patched = await budgets.patch(
    'status',
    { metadata: { annotations: { patched: 'yes' } }, status: { disruptedPods: null } },
    { subresource: 'status' },
  );
  expect(patched.status).not.toHaveProperty('disruptedPods');
  expect((await budgets.get('status', 'status')).metadata.annotations).toEqual({ patched: 'yes' });
});

conforms('PodDisruptionBudget: Status updates', async (t) => {
  await t.resource(kinds.podDisruptionBudget).create(budgetNamed('counts', { minAvailable: 1 }));
  await podsRun(t, 'a', 'b');
  const budget = await t.eventually('both Pods are counted', async () => {
    const found = await isProcessed(t, 'counts');
    return found.status.currentHealthy === 2 ? found : undefined;
  });
  expect(budget.status).toMatchObject({ desiredHealthy: 1, expectedPods: 2, disruptionsAllowed: 1 });
});

conforms('PodDisruptionBudget: block an eviction until the PDB is updated to allow it', async (t) => {
  const budgets = t.resource(kinds.podDisruptionBudget);
  const evict = (name: string) =>
    t.api.ask('POST', `${t.resource(kinds.pod).path}/${name}/eviction`, {
      body: { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name, namespace: t.namespace } },
    });
  await budgets.create(budgetNamed('strict', { minAvailable: 2 }));
  await podsRun(t, 'a', 'b');
  await t.eventually('both Pods are counted', async () => (await budgets.get('strict')).status.currentHealthy === 2);
  const { details } = await refused(evict('a'), { code: 429, reason: 'TooManyRequests' });
  expect(details?.causes).toEqual([
    { reason: 'DisruptionBudget', message: 'The disruption budget strict needs 2 healthy pods and has 2 currently' },
  ]);
  await updateLatest(budgets, 'strict', ({ spec }) => Object.assign(spec, { minAvailable: 1 }));
  await t.eventually('one may go', async () => (await isProcessed(t, 'strict')).status.disruptionsAllowed === 1);
  await evict('a');
  await gone('the Pod', () => t.resource(kinds.pod).get('a'));
  await refused(evict('b'), { code: 429, reason: 'TooManyRequests' });
});
