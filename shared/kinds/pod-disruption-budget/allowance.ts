import type { PodDisruptionBudget } from '../../api/object.ts';

export type BudgetStatus = NonNullable<PodDisruptionBudget['status']>;
export type BudgetCondition = NonNullable<BudgetStatus['conditions']>[number];

const type = 'DisruptionAllowed';

/** The condition that says whether a Pod may be evicted now, or why nobody knows. */
export function allowanceCondition({ conditions }: BudgetStatus): BudgetCondition | undefined {
  return conditions?.find((condition) => condition.type === type);
}

/** The conditions of a budget that allows what its status says. `failure`: that could not be found out. */
export function withAllowance(status: BudgetStatus, now: string, failure?: string): BudgetCondition[] {
  const { conditions = [], disruptionsAllowed = 0, observedGeneration } = status;
  const isAllowed = failure === undefined && disruptionsAllowed > 0;
  const known = allowanceCondition(status);
  const verdict = isAllowed ? 'True' : 'False';
  const condition: BudgetCondition = {
    type,
    status: verdict,
    reason: failure !== undefined ? syncFailed : isAllowed ? 'SufficientPods' : 'InsufficientPods',
    message: failure ?? '',
    ...(observedGeneration === undefined ? {} : { observedGeneration }),
    lastTransitionTime: known?.status === verdict ? known.lastTransitionTime : now,
  };
  return known ? conditions.map((one) => (one === known ? condition : one)) : [...conditions, condition];
}

export const syncFailed = 'SyncFailed';
