import type { PodDisruptionBudget } from '../../shared/api/object.ts';
import { labelSelectorFromObject } from '../../shared/api/selectors.ts';
import type { Clock } from '../controllers/runtime/controller.ts';
import type { PodInfo } from './pod-info.ts';

/** What preemption has to know of a PodDisruptionBudget. */
export interface Budget {
  namespace: string;
  /** How many more of its Pods may go. */
  allowed: number;
  /** Keys of Pods that have been counted against it already. */
  spentOn: ReadonlySet<string>;
  selects(pod: PodInfo): boolean;
}

/** Nothing where it selects no Pods: without a selector, and with one that is empty. */
export function budgetOf({ metadata, spec, status }: PodDisruptionBudget): Budget[] {
  const { namespace = '' } = metadata;
  const selector = labelSelectorFromObject(spec?.selector ?? {});
  if (selector.isEmpty()) return [];
  return [
    {
      namespace,
      allowed: status?.disruptionsAllowed ?? 0,
      spentOn: new Set(Object.keys(status?.disruptedPods ?? {}).map((name) => `${namespace}/${name}`)),
      selects: ({ labels }) => Object.keys(labels).length > 0 && selector.matches(labels),
    },
  ];
}

function covers(budget: Budget, pod: PodInfo): boolean {
  return budget.namespace === pod.namespace && !budget.spentOn.has(pod.key) && budget.selects(pod);
}

/** Which of the Pods a budget could not spare if all of them went, the first ones first. */
export function splitByBudgets(pods: readonly PodInfo[], budgets: readonly Budget[]) {
  const left = budgets.map(({ allowed }) => allowed);
  const violating: PodInfo[] = [];
  const sparable: PodInfo[] = [];
  for (const pod of pods) {
    let isViolated = false;
    for (const [index, budget] of budgets.entries()) {
      if (covers(budget, pod) && --left[index]! < 0) isViolated = true;
    }
    (isViolated ? violating : sparable).push(pod);
  }
  return { violating, sparable };
}

/** The budgets once these Pods are gone, which their status says only later. */
export function spend(budgets: readonly Budget[], victims: readonly PodInfo[]): Budget[] {
  return budgets.map((budget) => {
    const spent = victims.filter((victim) => covers(budget, victim));
    if (spent.length === 0) return budget;
    const spentOn = new Set([...budget.spentOn, ...spent.map(({ key }) => key)]);
    return { ...budget, allowed: budget.allowed - spent.length, spentOn };
  });
}

export interface BudgetLedgerDeps {
  list(): Promise<readonly Budget[]>;
  clock: Clock;
}

/** By then the status of a budget says what was spent of it, and who changes one may expect that it counts. */
const rereadAfterMs = 2000;

/** What budgets allow, less what has been spent since they were read; they are read when somebody may have to go. */
export class BudgetLedger {
  readonly #deps: BudgetLedgerDeps;
  #known: { budgets: readonly Budget[]; atMs: number } | undefined;

  constructor(deps: BudgetLedgerDeps) {
    this.#deps = deps;
  }

  async read(): Promise<readonly Budget[]> {
    const nowMs = this.#deps.clock.now();
    if (!this.#known || nowMs - this.#known.atMs > rereadAfterMs) {
      this.#known = { budgets: await this.#deps.list(), atMs: nowMs };
    }
    return this.#known.budgets;
  }

  spend(victims: readonly PodInfo[]): void {
    if (this.#known) this.#known = { ...this.#known, budgets: spend(this.#known.budgets, victims) };
  }
}
