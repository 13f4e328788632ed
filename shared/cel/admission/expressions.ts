import { compileExpression, evaluate, type Program } from '../compile.ts';
import type { Environment } from '../environment.ts';
import { CelCompileError, CelCostError, CelRuntimeError } from '../errors.ts';
import { type CelType, fullTypeName } from '../types.ts';
import type { Value } from '../values.ts';

/** An expression of a policy or of a match condition; what is wrong with it is told when it is asked. */
export interface Expression {
  readonly text: string;
  readonly compiled: { program: Program } | { problem: string };
}

/** Compiles an expression that has to evaluate to one of these types; to whatever where none is given. */
export function compileFor(text: string, environment: Environment, wanted: readonly CelType[]): Expression {
  try {
    const program = compileExpression(text, environment);
    const problem = checkResult(program.resultType, wanted);
    return { text, compiled: problem === undefined ? { program } : { problem } };
  } catch (error) {
    if (error instanceof CelCompileError)
      return { text, compiled: { problem: `compilation failed: ${error.message}` } };
    throw error;
  }
}

function checkResult(type: CelType, wanted: readonly CelType[]): string | undefined {
  const found = fullTypeName(type);
  const names = wanted.map(fullTypeName);
  if (names.length === 0 || names.includes(found)) return undefined;
  if (names.length === 1) return `must evaluate to ${names[0]} but got ${found}`;
  return `must evaluate to one of [${names.join(' ')}] but got ${found}`;
}

/** Nothing more is evaluated: what had been allowed has been used up. */
export class OutOfBudget extends Error {
  constructor() {
    super('validation failed due to running out of cost budget, no further validation rules will be run');
    this.name = 'OutOfBudget';
  }
}

/** What is left for a number of expressions together. */
export interface Budget {
  left: number;
}

/** The value, paid for out of the budget whether it comes to one or not. Throws OutOfBudget besides. */
export function evaluateWithin(program: Program, bindings: Bindings, budget: Budget): Value {
  const onSpent = (amount: number) => {
    budget.left -= amount;
    if (budget.left < 0) throw new OutOfBudget();
  };
  return evaluate(program, bindings, { onSpent }).value;
}

export type Bindings = Readonly<Record<string, Value | undefined>>;

/** What one expression came to. Throws OutOfBudget. */
export function evaluateExpression(
  { text, compiled }: Expression,
  bindings: Bindings,
  budget: Budget,
): { value: Value } | { error: string } {
  if ('problem' in compiled) return { error: `compilation error: ${compiled.problem}` };
  try {
    return { value: evaluateWithin(compiled.program, bindings, budget) };
  } catch (error) {
    if (error instanceof CelCostError) return { error: `expression '${text}' resulted in error: ${error.message}` };
    if (error instanceof CelRuntimeError) return { error: `expression '${text}' resulted in error: ${error.message}` };
    throw error;
  }
}
