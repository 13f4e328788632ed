import { matchConditionsBudget } from '../compile.ts';
import type { Environment } from '../environment.ts';
import { BOOL } from '../types.ts';
import {
  type Bindings,
  type Budget,
  compileFor,
  type Expression,
  evaluateExpression,
  OutOfBudget,
} from './expressions.ts';

export interface MatchCondition {
  name: string;
  expression: Expression;
}

export function compileMatchConditions(
  conditions: readonly { name: string; expression: string }[],
  environment: Environment,
): MatchCondition[] {
  return conditions.map(({ name, expression }) => ({ name, expression: compileFor(expression, environment, [BOOL]) }));
}

/** Whether a request is meant. A condition that is false decides, whatever becomes of the others. */
export type MatchOutcome = { matches: boolean } | { error: string };

export function evaluateMatchConditions(
  conditions: readonly MatchCondition[],
  /** The variables, given what pays for them. */
  bind: (budget: Budget) => Bindings,
): MatchOutcome {
  if (conditions.length === 0) return { matches: true };
  const budget = { left: matchConditionsBudget };
  const bindings = bind(budget);
  const errors: string[] = [];
  try {
    for (const { expression } of conditions) {
      const outcome = evaluateExpression(expression, bindings, budget);
      if ('error' in outcome) errors.push(outcome.error);
      else if (outcome.value === false) return { matches: false };
    }
  } catch (error) {
    if (error instanceof OutOfBudget) return { error: error.message };
    throw error;
  }
  if (errors.length === 0) return { matches: true };
  const distinct = [...new Set(errors)];
  return { error: distinct.length === 1 ? distinct[0]! : `[${distinct.join(', ')}]` };
}
