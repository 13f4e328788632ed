import { jsonEqual } from '../../shared/api/json.ts';
import type { Pod, PodDisruptionBudget } from '../../shared/api/object.ts';
import { type LabelSelector, labelSelectorFromObject } from '../../shared/api/selectors.ts';
import type { BudgetStatus } from '../../shared/kinds/pod-disruption-budget/allowance.ts';
import type { ObjectChange } from '../client.ts';
import { expectedScale, UnknownScaleError } from './disruption/expected-scale.ts';
import { type BudgetPlan, failedStatus, needsScale, planBudget } from './disruption/plan.ts';
import { isReady } from './pods/pod-state.ts';
import { defineController, type Reader, type ReconcileDeps } from './runtime/controller.ts';
import { namespacedKey, splitKey } from './runtime/key.ts';
import { keyOf, sameState, writeAll } from './runtime/write.ts';

const component = 'controllermanager';
const budgets = 'poddisruptionbudgets.policy';

/** Reckons how many Pods of a PodDisruptionBudget may be evicted now; evictions spend what its status allows. */
export default defineController({
  name: 'disruption-controller',
  watches: [
    { resource: budgets, toKeys: ({ object }) => [namespacedKey(object)] },
    { resource: 'pods', toKeys: (change, { reader }) => budgetsOf(change, reader) },
  ],
  async reconcile(key, deps) {
    const budget = await deps.client.get<PodDisruptionBudget>({ resource: budgets, ...splitKey(key) });
    if (!budget || budget.metadata.deletionTimestamp) return undefined;
    const pods = await podsOf(budget, deps);
    const plan = await reckon(budget, pods, deps);
    await writeStatus(budget, plan.status, { deps, tellsNoPods: pods.length === 0 });
    for (const pod of plan.notDeleted) {
      const { namespace, name } = budget.metadata;
      const message = `Pod was expected by PDB ${namespace}/${name} to be deleted but it wasn't`;
      deps.recorder.record({ object: pod, type: 'Warning', reason: 'NotDeleted', message, component });
    }
    return plan.requeueAfterMs === undefined ? undefined : { requeueAfterMs: plan.requeueAfterMs };
  },
});

function selectorOf({ spec }: PodDisruptionBudget): LabelSelector | undefined {
  return spec?.selector && labelSelectorFromObject(spec.selector);
}

/** Without a selector none, with an empty one all of the namespace. */
async function podsOf(budget: PodDisruptionBudget, { client }: ReconcileDeps): Promise<Pod[]> {
  const selector = selectorOf(budget);
  if (!selector) return [];
  const { namespace } = budget.metadata;
  return (await client.list<Pod>({ resource: 'pods', namespace, labelSelector: selector.toString() })).items;
}

async function reckon(budget: PodDisruptionBudget, pods: readonly Pod[], deps: ReconcileDeps): Promise<BudgetPlan> {
  const nowMs = deps.clock.now();
  if (!needsScale(budget)) return planBudget(budget, { pods, expected: pods.length, nowMs });
  try {
    const { count, unmanaged } = await expectedScale(pods, deps);
    if (unmanaged.length > 0) {
      const message =
        `Pods selected by this PodDisruptionBudget (selector: ${selectorOf(budget)}) were found to be unmanaged. As a ` +
        'result, the status of the PDB cannot be calculated correctly, which may result in undefined behavior. To ' +
        'account for these pods please set ".spec.minAvailable" field of the PDB to an integer value.';
      deps.recorder.record({ object: budget, type: 'Warning', reason: 'UnmanagedPods', message, component });
    }
    return planBudget(budget, { pods, expected: count, nowMs });
  } catch (error) {
    if (!(error instanceof UnknownScaleError)) throw error;
    const message = `Failed to calculate the number of expected pods: ${error.message}`;
    const reason = 'CalculateExpectedPodCountFailed';
    deps.recorder.record({ object: budget, type: 'Warning', reason, message, component });
    return { status: failedStatus(budget, error.message, nowMs), notDeleted: [] };
  }
}

async function writeStatus(
  budget: PodDisruptionBudget,
  wanted: BudgetStatus,
  { deps, tellsNoPods }: { deps: ReconcileDeps; tellsNoPods: boolean },
): Promise<void> {
  const { status } = budget;
  const fields = [
    ...(['currentHealthy', 'desiredHealthy', 'expectedPods', 'disruptionsAllowed'] as const),
    ...(['disruptedPods', 'observedGeneration', 'conditions'] as const),
  ];
  const changed = fields.filter((field) => !jsonEqual(status?.[field], wanted[field]));
  if (changed.length === 0) return;
  if (tellsNoPods) {
    const message = 'No matching pods found';
    deps.recorder.record({ object: budget, type: 'Normal', reason: 'NoPods', message, component });
  }
  const patch: Record<string, unknown> = Object.fromEntries(changed.map((field) => [field, wanted[field] ?? null]));
  if (changed.includes('disruptedPods')) patch.disruptedPods = mapPatch(status?.disruptedPods, wanted.disruptedPods);
  const key = keyOf(budgets, budget);
  // An eviction in between has spent what this would give back.
  const preconditions = sameState(budget);
  await writeAll(deps.client, [{ verb: 'patch', key, subresource: 'status', patch: { status: patch }, preconditions }]);
}

/** The merge patch from one map to another. */
function mapPatch(from: object | undefined, to: object | undefined): object | null {
  if (!to) return null;
  const gone = Object.keys(from ?? {}).filter((name) => !(name in to));
  return { ...Object.fromEntries(gone.map((name) => [name, null])), ...to };
}

async function budgetsOf({ type, object, previous }: ObjectChange, reader: Reader): Promise<string[]> {
  const states = [object, previous].filter((state) => state !== undefined) as Pod[];
  if (type === 'MODIFIED' && previous && !matters(object as Pod, previous as Pod)) return [];
  const { items } = await reader.list<PodDisruptionBudget>({
    resource: budgets,
    namespace: object.metadata.namespace ?? '',
  });
  return items
    .filter((budget) => states.some(({ metadata }) => selectorOf(budget)?.matches(metadata.labels)))
    .map(namespacedKey);
}

function matters(pod: Pod, previous: Pod): boolean {
  const facts = ({ metadata }: Pod) => [metadata.labels, metadata.ownerReferences, metadata.deletionTimestamp];
  return isReady(pod) !== isReady(previous) || !jsonEqual(facts(pod), facts(previous));
}
