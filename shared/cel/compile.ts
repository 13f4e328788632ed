import type { CheckedExpression } from './checker.ts';
import { checkExpression } from './checker.ts';
import type { Environment } from './environment.ts';
import { CelRuntimeError } from './errors.ts';
import { Evaluation, Planner, type Step } from './plan.ts';
import { parseExpression } from './syntax/parser.ts';
import type { CelType } from './types.ts';
import type { Value } from './values.ts';

/** An expression that has been understood and can be evaluated any number of times. */
export interface Program {
  readonly text: string;
  readonly resultType: CelType;
  /** Variables of the environment that the expression speaks of. */
  readonly uses: ReadonlySet<string>;
  readonly checked: CheckedExpression;
  readonly run: Step;
}

/** What an expression may cost where nothing else is said: Kubernetes' limit for one call. */
export const perCallLimit = 1_000_000;

/** What all expressions of one policy or one custom resource may cost together. */
export const requestBudget = 10_000_000;

/** What all match conditions of a webhook or policy may cost together. */
export const matchConditionsBudget = 2_500_000;

export interface EvaluationResult {
  value: Value;
  cost: number;
}

/** Throws CelCompileError, whose message is what Kubernetes shows after `compilation failed: `. */
export function compileExpression(text: string, environment: Environment): Program {
  const checked = checkExpression(text, parseExpression(text, environment), environment);
  const run = new Planner(checked).plan(checked.expression);
  return { text, resultType: checked.type, uses: checked.uses, checked, run };
}

export interface EvaluationOptions {
  costLimit?: number;
  /** Told at the end, whatever that is, how much of the limit has been used up: for budgets of several expressions. */
  onSpent?(amount: number): void;
}

/** Throws CelRuntimeError where the expression fails, CelCostError where it costs more than it may. */
export function evaluate(
  program: Program,
  variables: Readonly<Record<string, Value | undefined>>,
  { costLimit = perCallLimit, onSpent }: EvaluationOptions = {},
): EvaluationResult {
  const evaluation = new Evaluation(variables, costLimit);
  try {
    const value = program.run(evaluation);
    return { value, cost: evaluation.cost };
  } catch (error) {
    // Values nest as deep as the API lets objects nest, and expressions can wrap them a little further.
    if (error instanceof RangeError) throw new CelRuntimeError('evaluation ran out of stack');
    throw error;
  } finally {
    onSpent?.(evaluation.spent);
  }
}
