import type { Json } from '../../../../shared/api/json.ts';
import {
  CelError,
  compileExpression,
  createEnvironment,
  DYN,
  evaluate,
  fromJson,
  type Program,
  toJson,
} from '../../../../shared/cel/cel.ts';

/** What an expression makes of its variables; throws CelError. */
export type Expression = (variables: Readonly<Record<string, Json>>) => Json;

/** Compiles an expression over the claims of a token, or over the user that was made of them. Throws CelCompileError. */
export function compileOver(variable: 'claims' | 'user', text: string): Expression {
  const program: Program = compileExpression(text, createEnvironment({ variables: { [variable]: DYN } }));
  return (variables) => {
    const values = Object.fromEntries(Object.entries(variables).map(([name, json]) => [name, fromJson(json)]));
    return toJson(evaluate(program, values).value);
  };
}

/** What is wrong with an expression; undefined if nothing is. */
export function expressionFault(variable: 'claims' | 'user', text: string): string | undefined {
  try {
    compileOver(variable, text);
    return undefined;
  } catch (error) {
    if (error instanceof CelError) return `compilation failed: ${error.message}`;
    throw error;
  }
}
