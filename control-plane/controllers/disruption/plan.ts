import type { Pod, PodDisruptionBudget } from '../../../shared/api/object.ts';
import { type BudgetStatus, withAllowance } from '../../../shared/kinds/pod-disruption-budget/allowance.ts';
import { isReady } from '../pods/pod-state.ts';
import { timestamp } from '../runtime/write.ts';

/** An evicted Pod that is still not being deleted after this long will not be. */
const deletionTimeoutMs = 120_000;

export interface BudgetPlan {
  status: BudgetStatus;
  /** Pods that were evicted and are still there. */
  notDeleted: Pod[];
  requeueAfterMs?: number;
}

/** What a budget allows, from one consistent reading. `expected`: how many Pods there should be, where that counts. */
export function planBudget(
  budget: PodDisruptionBudget,
  { pods, expected, nowMs }: { pods: readonly Pod[]; expected: number; nowMs: number },
): BudgetPlan {
  const { status } = budget;
  const alive = pods.filter(({ metadata }) => !metadata.deletionTimestamp);
  const evicted = alive.flatMap((pod) => {
    const at = status?.disruptedPods?.[pod.metadata.name ?? ''];
    return at === undefined ? [] : [{ pod, at, leftMs: Date.parse(at) + deletionTimeoutMs - nowMs }];
  });
  const pending = evicted.filter(({ leftMs }) => leftMs >= 0);
  const going = new Set(pending.map(({ pod }) => pod));
  const currentHealthy = alive.filter((pod) => !going.has(pod) && isReady(pod)).length;
  const desiredHealthy = wantedHealthy(budget, expected);
  const wanted: BudgetStatus = {
    currentHealthy,
    desiredHealthy,
    expectedPods: expected,
    disruptionsAllowed: expected > 0 ? Math.max(0, currentHealthy - desiredHealthy) : 0,
    ...(pending.length > 0
      ? { disruptedPods: Object.fromEntries(pending.map(({ pod, at }) => [pod.metadata.name ?? '', at])) as never }
      : {}),
    observedGeneration: budget.metadata.generation,
    conditions: status?.conditions,
  };
  return {
    status: { ...wanted, conditions: withAllowance(wanted, timestamp(nowMs)) },
    notDeleted: evicted.filter(({ leftMs }) => leftMs < 0).map(({ pod }) => pod),
    ...(pending.length > 0 ? { requeueAfterMs: Math.min(...pending.map(({ leftMs }) => leftMs)) + 1000 } : {}),
  };
}

/** A budget that cannot be reckoned allows nothing, and says why. */
export function failedStatus({ status }: PodDisruptionBudget, failure: string, nowMs: number): BudgetStatus {
  const wanted = { currentHealthy: 0, desiredHealthy: 0, expectedPods: 0, ...status, disruptionsAllowed: 0 };
  return { ...wanted, conditions: withAllowance(wanted, timestamp(nowMs), failure) };
}

function wantedHealthy({ spec }: PodDisruptionBudget, expected: number): number {
  const { minAvailable, maxUnavailable } = spec ?? {};
  if (maxUnavailable !== undefined) return Math.max(0, expected - share(maxUnavailable, expected));
  return minAvailable === undefined ? 0 : share(minAvailable, expected);
}

/** A number, or a percentage of all, rounded up. */
function share(value: number | string, all: number): number {
  return typeof value === 'number' ? value : Math.ceil((Number.parseInt(value, 10) * all) / 100);
}

/** Whether the controllers of the Pods have to be asked how many there should be. */
export function needsScale({ spec }: PodDisruptionBudget): boolean {
  return spec?.maxUnavailable !== undefined || typeof spec?.minAvailable === 'string';
}
