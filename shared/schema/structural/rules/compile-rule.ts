import {
  BOOL,
  CelCompileError,
  type CelType,
  compileExpression,
  createEnvironment,
  type Environment,
  estimateCost,
  optionalOf,
  type Program,
  STRING,
} from '../../../cel/cel.ts';
import type { ValidationRule } from '../json-schema.ts';

/** An expression that can be evaluated, or why not. */
export type Compiled = { program: Program; usesOldSelf: boolean } | { problem: string };

/** One of `x-kubernetes-validations`, ready to be asked about values of a type. */
export interface CompiledRule {
  readonly rule: ValidationRule;
  readonly condition: Compiled;
  readonly message?: Compiled;
}

/** Rules of values of this type. What is wrong with one is kept: definitions are refused for it, objects told. */
export function compileRules(rules: readonly ValidationRule[], type: CelType): CompiledRule[] {
  const plain = environmentOf(type, type);
  const optional = environmentOf(type, optionalOf(type));
  return rules.map((rule) => {
    const environment = rule.optionalOldSelf ? optional : plain;
    const condition = compile(rule.rule, environment, BOOL, {
      prefix: '',
      wrong: 'cel expression must evaluate to a bool',
    });
    if (!rule.messageExpression || 'problem' in condition) return { rule, condition };
    const message = compile(rule.messageExpression, environment, STRING, {
      prefix: 'messageExpression ',
      wrong: 'messageExpression must evaluate to a string',
    });
    return { rule, condition, message };
  });
}

/** What evaluating it once costs at most, by the sizes that the schema allows. */
export function largestCost(compiled: Compiled | undefined, type: CelType): number {
  return compiled && 'program' in compiled ? estimateCost(compiled.program, type).max : 0;
}

function environmentOf(self: CelType, oldSelf: CelType): Environment {
  return createEnvironment({ variables: { self, oldSelf } });
}

function compile(
  text: string,
  environment: Environment,
  wanted: CelType,
  { prefix, wrong }: { prefix: string; wrong: string },
): Compiled {
  try {
    const program = compileExpression(text, environment);
    if (program.resultType.kind !== wanted.kind) return { problem: wrong };
    return { program, usesOldSelf: program.uses.has('oldSelf') };
  } catch (error) {
    if (!(error instanceof CelCompileError)) throw error;
    return { problem: `${prefix}compilation failed: ${error.message}` };
  }
}
