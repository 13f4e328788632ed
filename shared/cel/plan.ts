import type { CheckedExpression, ResolvedCall } from './checker.ts';
import type { Work } from './equality.ts';
import { CelCostError, CelRuntimeError } from './errors.ts';
import { foldConstant } from './fold.ts';
import type { Overload } from './functions.ts';
import { elementAt, includes, optionalIndex } from './library/operators.ts';
import { planMacro } from './macros.ts';
import { StructValue } from './struct.ts';
import type { Expr } from './syntax/ast.ts';
import type { CelType } from './types.ts';
import {
  ArrayList,
  EntryMap,
  ListValue,
  MapValue,
  ObjectValue,
  OptionalValue,
  runtimeKind,
  TypeValue,
  type Value,
} from './values.ts';

/** The state of one evaluation. */
export class Evaluation {
  readonly variables: Readonly<Record<string, Value | undefined>>;
  /** Loop variables, by the slot that planning gave them. */
  readonly slots: Value[] = [];
  /** Called with time that Kubernetes' costs leave out: the same limit bounds it, but nobody sees it. */
  readonly work: Work;
  readonly #limit: number;
  #done = 0;
  /** In Kubernetes' units. */
  cost = 0;

  /** What has been used up of the limit: the cost, or the time where that is more. */
  get spent(): number {
    return Math.max(this.cost, this.#done);
  }

  constructor(variables: Readonly<Record<string, Value | undefined>>, costLimit: number) {
    this.variables = variables;
    this.#limit = costLimit;
    this.work = (amount) => {
      this.#done += amount;
      if (this.#done > costLimit) throw new CelCostError();
    };
  }

  charge(cost: number): void {
    this.cost += cost;
    if (this.cost > this.#limit) throw new CelCostError();
  }
}

/** A part of an expression, ready to be evaluated. */
export type Step = (evaluation: Evaluation) => Value;

const selectCost = 1;
const listCost = 10;
const mapCost = 30;
const structCost = 40;

/** Makes functions of the nodes: no text is ever turned into code. */
export class Planner {
  readonly #checked: CheckedExpression;
  readonly #locals: { name: string; slot: number }[] = [];

  constructor(checked: CheckedExpression) {
    this.#checked = checked;
  }

  plan(node: Expr): Step {
    const typeName = this.#checked.typeNames.get(node);
    if (typeName !== undefined) {
      const value = new TypeValue(typeName);
      return () => value;
    }
    const constant = foldConstant(this.#checked, node);
    if (constant !== undefined) return () => constant;
    switch (node.op) {
      case 'constant': {
        const { value } = node;
        return () => value;
      }
      case 'name':
        return this.#name(node.name);
      case 'select': {
        const dotted = this.#checked.dottedNames.get(node);
        return dotted === undefined ? this.#select(node) : this.#name(dotted);
      }
      case 'test':
        return this.#test(node);
      case 'index':
        return this.#index(node);
      case 'call':
        return isConstantMembership(this.#checked, node)
          ? this.#membership(node)
          : this.#call(this.#checked.calls.get(node)!);
      case 'list':
        return this.#list(node);
      case 'map':
        return this.#map(node);
      case 'struct':
        return this.#struct(node);
      case 'and':
      case 'or':
        return this.#logical(node);
      case 'conditional':
        return this.#conditional(node);
      case 'macro':
        return planMacro(this, node);
    }
  }

  isConstant(node: Expr): boolean {
    return foldConstant(this.#checked, node) !== undefined;
  }

  /** Plans `body` with names for values that are put into `slots` before it runs. */
  withLocals<T>(names: readonly string[], body: (slots: number[]) => T): T {
    const slots = names.map((_name, index) => this.#locals.length + index);
    this.#locals.push(...names.map((name, index) => ({ name, slot: slots[index]! })));
    const result = body(slots);
    this.#locals.length -= names.length;
    return result;
  }

  #name(name: string): Step {
    const local = this.#locals.findLast((candidate) => candidate.name === name);
    if (local) {
      const { slot } = local;
      return (evaluation) => {
        evaluation.charge(selectCost);
        return evaluation.slots[slot]!;
      };
    }
    return (evaluation) => {
      evaluation.charge(selectCost);
      const value = evaluation.variables[name];
      if (value === undefined) throw new CelRuntimeError(`no such attribute(s): ${name}`);
      return value;
    };
  }

  #select({ operand, field, optional }: Extract<Expr, { op: 'select' }>): Step {
    const from = this.plan(operand);
    const cost = accessCost(operand);
    return (evaluation) => {
      const container = from(evaluation);
      if (optional || container instanceof OptionalValue) return optionalAccess(evaluation, container, field, cost);
      evaluation.charge(cost);
      return fieldOf(container, field);
    };
  }

  #test({ operand, field }: Extract<Expr, { op: 'test' }>): Step {
    const from = this.plan(operand);
    const cost = accessCost(operand) - selectCost;
    return (evaluation) => {
      const container = from(evaluation);
      evaluation.charge(cost);
      if (container instanceof OptionalValue) return optionalIndex(container, field).value !== undefined;
      if (container instanceof ObjectValue) return container.field(field) !== undefined;
      if (container instanceof MapValue) return container.get(field) !== undefined;
      throw new CelRuntimeError('no such overload');
    };
  }

  #index({ operand, index, optional }: Extract<Expr, { op: 'index' }>): Step {
    const [from, at] = [this.plan(operand), this.#part(index)];
    const cost = accessCost(operand);
    return (evaluation) => {
      const container = from(evaluation);
      const key = at(evaluation);
      if (optional || container instanceof OptionalValue) return optionalAccess(evaluation, container, key, cost);
      evaluation.charge(cost);
      return elementAt(container, key);
    };
  }

  #call({ overloads, args }: ResolvedCall): Step {
    const steps = args.map((arg) => this.plan(arg));
    if (overloads[0]!.alternative) return alternative(overloads[0]!, steps as [Step, Step]);
    return (evaluation) => {
      const values: Value[] = [];
      for (const step of steps) values.push(step(evaluation));
      return invoke(chooseOverload(overloads, values), values, evaluation);
    };
  }

  /** Being one of a list of constants is a look-up. */
  #membership(node: Extract<Expr, { op: 'call' }>): Step {
    const value = this.plan(node.args[0]!);
    const list = foldConstant(this.#checked, node.args[1]!) as ListValue;
    return (evaluation) => includes(list, value(evaluation), evaluation.work);
  }

  /** A variable or a field of one costs one unit less where it is only handed on: by `? :` and between brackets. */
  #part(node: Expr): Step {
    const step = this.plan(node);
    if (!isAccess(node) || this.#checked.typeNames.has(node) || rootOf(node).op === 'conditional') return step;
    return (evaluation) => {
      evaluation.charge(-selectCost);
      return step(evaluation);
    };
  }

  #list({ items }: Extract<Expr, { op: 'list' }>): Step {
    const steps = items.map(({ value, optional }) => ({ step: this.plan(value), optional }));
    return (evaluation) => {
      evaluation.charge(listCost);
      const values: Value[] = [];
      for (const { step, optional } of steps) {
        const value = optional ? unwrap(step(evaluation)) : step(evaluation);
        if (value !== undefined) values.push(value);
      }
      return new ArrayList(values);
    };
  }

  #map({ entries }: Extract<Expr, { op: 'map' }>): Step {
    const steps = entries.map(({ key, value, optional }) => ({
      key: this.plan(key),
      value: this.plan(value),
      optional,
    }));
    return (evaluation) => {
      evaluation.charge(mapCost);
      const map = new EntryMap();
      for (const { key, value, optional } of steps) {
        const at = key(evaluation);
        const item = optional ? unwrap(value(evaluation)) : value(evaluation);
        if (item !== undefined && !map.add(at, item))
          throw new CelRuntimeError(`Failed with repeated key: ${String(at)}`);
      }
      return map;
    };
  }

  #struct({ type, fields }: Extract<Expr, { op: 'struct' }>): Step {
    const steps = fields.map(({ name, value, optional }) => ({ name, step: this.plan(value), optional }));
    return (evaluation) => {
      evaluation.charge(structCost);
      const values = new Map<string, Value>();
      for (const { name, step, optional } of steps) {
        const value = optional ? unwrap(step(evaluation)) : step(evaluation);
        if (value !== undefined) values.set(name, value);
      }
      return new StructValue(type, values);
    };
  }

  /** A term that decides makes up for others that fail, whichever comes first. */
  #logical({ op, terms }: Extract<Expr, { op: 'and' | 'or' }>): Step {
    const steps = terms.map((term) => this.plan(term));
    const deciding = op === 'or';
    return (evaluation) => {
      let failure: CelRuntimeError | undefined;
      for (const step of steps) {
        const outcome = attempt(step, evaluation);
        if (outcome === deciding) return deciding;
        if (outcome === !deciding) continue;
        failure ??= outcome instanceof CelRuntimeError ? outcome : new CelRuntimeError('no such overload');
      }
      if (failure) throw failure;
      return !deciding;
    };
  }

  #conditional({ test, then, otherwise }: Extract<Expr, { op: 'conditional' }>): Step {
    const [condition, yes, no] = [this.plan(test), this.#part(then), this.#part(otherwise)];
    return (evaluation) => (truth(condition(evaluation)) ? yes(evaluation) : no(evaluation));
  }
}

/** The value of a step, or the failure that another step may make up for. */
export function attempt(step: Step, evaluation: Evaluation): Value | CelRuntimeError {
  try {
    return step(evaluation);
  } catch (error) {
    if (error instanceof CelRuntimeError) return error;
    throw error;
  }
}

export function truth(value: Value): boolean {
  if (typeof value !== 'boolean') throw new CelRuntimeError('no such overload');
  return value;
}

function fieldOf(container: Value, field: string): Value {
  let value: Value | undefined;
  if (container instanceof ObjectValue) value = container.field(field);
  else if (container instanceof MapValue) value = container.get(field);
  else throw new CelRuntimeError('no such overload');
  if (value === undefined) throw new CelRuntimeError(`no such key: ${field}`);
  return value;
}

/** What is not there is not charged for. */
function optionalAccess(evaluation: Evaluation, container: Value, key: Value, cost: number): OptionalValue {
  const found = optionalIndex(container, key);
  evaluation.charge(found.value === undefined ? cost - selectCost : cost);
  return found;
}

function isAccess(node: Expr): boolean {
  return node.op === 'name' || node.op === 'select' || node.op === 'index';
}

/** What a chain of fields and indexes begins with. */
function rootOf(node: Expr): Expr {
  let root = node;
  while (root.op === 'select' || root.op === 'index') root = root.operand;
  return root;
}

/** Of a field or an item: what is no variable to begin with costs one unit more. */
function accessCost(operand: Expr): number {
  return isAccess(operand) || operand.op === 'conditional' ? selectCost : 2 * selectCost;
}

function isConstantMembership(checked: CheckedExpression, node: Extract<Expr, { op: 'call' }>): boolean {
  const list = node.name === '@in' ? foldConstant(checked, node.args[1]!) : undefined;
  return list instanceof ListValue;
}

function unwrap(value: Value): Value | undefined {
  if (value instanceof OptionalValue) return value.value;
  throw new CelRuntimeError('no such overload');
}

/** `a.or(b)`: what is not needed is not evaluated, and choosing costs nothing. */
function alternative({ call }: Overload, [first, second]: readonly [Step, Step]): Step {
  return (evaluation) => {
    const value = first(evaluation);
    if (!(value instanceof OptionalValue)) throw new CelRuntimeError('no such overload');
    return value.value === undefined ? second(evaluation) : call([value, value], evaluation.work);
  };
}

function chooseOverload(overloads: readonly Overload[], values: readonly Value[]): Overload {
  for (const overload of overloads) if (accepts(overload.params, values)) return overload;
  throw new CelRuntimeError('no such overload');
}

function accepts(params: readonly CelType[], values: readonly Value[]): boolean {
  for (let index = 0; index < params.length; index++) {
    const wanted = params[index]!;
    if (wanted.kind === 'param' || wanted.kind === 'dyn') continue;
    const kind = runtimeKind(values[index]!);
    if (kind !== (wanted.kind === 'opaque' ? wanted.name : wanted.kind)) return false;
  }
  return true;
}

function invoke(overload: Overload, values: readonly Value[], evaluation: Evaluation): Value {
  const result = overload.call(values, evaluation.work);
  evaluation.charge(overload.cost ? overload.cost(values, result) : 1);
  return result;
}
