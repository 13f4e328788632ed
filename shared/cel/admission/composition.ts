import { CelCostError, CelRuntimeError } from '../errors.ts';
import { type CelField, DYN, type ObjectType } from '../types.ts';
import { ObjectValue, type Value } from '../values.ts';
import { type AdmissionEnvironmentOptions, admissionEnvironment } from './environment.ts';
import { type Bindings, type Budget, compileFor, type Expression, evaluateWithin } from './expressions.ts';

/** A policy's variables: each can speak of those before it. */
export interface Composition {
  readonly type: ObjectType;
  readonly variables: ReadonlyMap<string, Expression>;
}

const typeName = 'kubernetes.variables';

export function compileVariables(
  variables: readonly { name: string; expression: string }[],
  options: Omit<AdmissionEnvironmentOptions, 'variables'>,
): Composition {
  const known = new Map<string, CelField>();
  const compiled = new Map<string, Expression>();
  for (const { name, expression } of variables) {
    const before = new Map(known);
    const type: ObjectType = { kind: 'object', name: typeName, field: (field) => before.get(field) };
    const result = compileFor(expression, admissionEnvironment({ ...options, variables: type }), []);
    compiled.set(name, result);
    known.set(name, { type: 'program' in result.compiled ? result.compiled.program.resultType : DYN });
  }
  return { type: { kind: 'object', name: typeName, field: (field) => known.get(field) }, variables: compiled };
}

/** The value of `variables`: each is evaluated once, when it is first asked for, and paid for out of the budget. */
export class ComposedVariables extends ObjectValue {
  readonly typeName = typeName;
  readonly #composition: Composition;
  readonly #bindings: Bindings;
  readonly #budget: Budget;
  readonly #values = new Map<string, Value | CelRuntimeError>();

  constructor(composition: Composition, bindings: Bindings, budget: Budget) {
    super();
    this.#composition = composition;
    this.#bindings = { ...bindings, variables: this };
    this.#budget = budget;
  }

  field(name: string): Value | undefined {
    const expression = this.#composition.variables.get(name);
    if (!expression) return undefined;
    const known = this.#values.get(name) ?? this.#evaluate(name, expression);
    this.#values.set(name, known);
    if (known instanceof CelRuntimeError) throw known;
    return known;
  }

  names(): Iterable<string> {
    return this.#composition.variables.keys();
  }

  #evaluate(name: string, { compiled }: Expression): Value | CelRuntimeError {
    if ('problem' in compiled) {
      return new CelRuntimeError(`composited variable "${name}" fails to compile: ${compiled.problem}`);
    }
    try {
      return evaluateWithin(compiled.program, this.#bindings, this.#budget);
    } catch (error) {
      if (!(error instanceof CelRuntimeError) && !(error instanceof CelCostError)) throw error;
      return new CelRuntimeError(`composited variable "${name}" fails to evaluate: ${error.message}`);
    }
  }
}
