import { compare } from './equality.ts';
import { CelRuntimeError } from './errors.ts';
import { sizeOf } from './functions.ts';
import { comparisonCost } from './library/lists.ts';
import { attempt, type Evaluation, type Planner, type Step, truth } from './plan.ts';
import type { Expr } from './syntax/ast.ts';
import { ArrayList, EntryMap, ListValue, MapValue, OptionalValue, type Value } from './values.ts';

type MacroNode = Extract<Expr, { op: 'macro' }>;

/**
 * Costs are those of the loops that the macros stand for in Kubernetes, where the result so far is a variable: `all` is
 * `result && body` for every item while `result` holds, `map` is `result + [body]`.
 */
const resultCost = 1;
const conditionCosts = { all: 2, exists: 3 } as const;
const appendCost = 12;
const appendConstantCost = 2;
const insertCost = 3;
const insertEntryCost = 2;

/** One round: what the loop variables are. */
type Round = readonly Value[];

interface Loop {
  rounds(evaluation: Evaluation): { source: ListValue | MapValue; rounds: Iterable<Round> };
  slots: readonly number[];
  bodies: readonly Step[];
  /** Of adding what the last body makes to a list. */
  append: number;
}

/** Functions for `range.macro(x, ...)`. */
export function planMacro(planner: Planner, node: MacroNode): Step {
  const range = planner.plan(node.range);
  const loop = planner.withLocals(node.variables, (slots): Loop => {
    const bodies = node.args.map((arg) => planner.plan(arg));
    const pairs = node.variables.length === 2;
    const append = planner.isConstant(node.args.at(-1)!) ? appendConstantCost : appendCost;
    return { slots, bodies, append, rounds: (evaluation) => roundsOf(range(evaluation), pairs) };
  });
  switch (node.macro) {
    case 'all':
      return quantifier(loop, 'all');
    case 'exists':
      return quantifier(loop, 'exists');
    case 'existsOne':
      return existsOne(loop);
    case 'filter':
      return filter(loop);
    case 'map':
    case 'transformList':
      return transformList(loop);
    case 'transformMap':
      return transformMap(loop);
    case 'transformMapEntry':
      return transformMapEntry(loop);
    case 'sortBy':
      return sortBy(loop);
    case 'bind':
      return bind(range, loop);
    case 'optMap':
    case 'optFlatMap':
      return optional(range, loop, node.macro === 'optFlatMap');
  }
}

function roundsOf(value: Value, pairs: boolean): ReturnType<Loop['rounds']> {
  if (value instanceof ListValue) return { source: value, rounds: pairs ? indexed(value) : items(value) };
  if (value instanceof MapValue) return { source: value, rounds: pairs ? entries(value) : items(value.keys()) };
  throw new CelRuntimeError('no such overload');
}

function* items(values: Iterable<Value>): Generator<Round> {
  for (const value of values) yield [value];
}

function* indexed(list: ListValue): Generator<Round> {
  for (let index = 0; index < list.length; index++) yield [BigInt(index), list.at(index)];
}

function* entries(map: MapValue): Generator<Round> {
  for (const key of map.keys()) yield [key, map.get(key)!];
}

function enter(loop: Loop, evaluation: Evaluation, round: Round): void {
  evaluation.work(1);
  for (let index = 0; index < loop.slots.length; index++) evaluation.slots[loop.slots[index]!] = round[index]!;
}

/** `all` and `exists`: ends where an item decides; failures count only where none does. */
function quantifier(loop: Loop, kind: 'all' | 'exists'): Step {
  const predicate = loop.bodies[0]!;
  const deciding = kind === 'exists';
  const condition = conditionCosts[kind];
  return (evaluation) => {
    let failure: CelRuntimeError | undefined;
    const { source, rounds } = loop.rounds(evaluation);
    let left = sizeOf(source);
    evaluation.charge(resultCost);
    for (const round of rounds) {
      enter(loop, evaluation, round);
      evaluation.charge(condition + resultCost);
      const outcome = attempt(predicate, evaluation);
      left--;
      if (outcome === deciding) {
        if (left > 0) evaluation.charge(condition);
        return deciding;
      }
      if (outcome === !deciding) continue;
      failure ??= outcome instanceof CelRuntimeError ? outcome : new CelRuntimeError('no such overload');
    }
    if (failure) throw failure;
    return !deciding;
  };
}

function existsOne(loop: Loop): Step {
  return (evaluation) => {
    let count = 0;
    for (const round of loop.rounds(evaluation).rounds) {
      enter(loop, evaluation, round);
      if (!truth(loop.bodies[0]!(evaluation))) continue;
      evaluation.charge(resultCost + 1);
      count++;
    }
    evaluation.charge(resultCost + 1);
    return count === 1;
  };
}

function filter(loop: Loop): Step {
  return (evaluation) => {
    const values: Value[] = [];
    for (const round of loop.rounds(evaluation).rounds) {
      enter(loop, evaluation, round);
      if (!truth(loop.bodies[0]!(evaluation))) continue;
      evaluation.charge(appendCost + 1);
      values.push(round[0]!);
    }
    evaluation.charge(resultCost);
    return new ArrayList(values);
  };
}

function transformList(loop: Loop): Step {
  const transform = loop.bodies.at(-1)!;
  return (evaluation) => {
    const values: Value[] = [];
    for (const round of loop.rounds(evaluation).rounds) {
      enter(loop, evaluation, round);
      if (loop.bodies.length === 2 && !truth(loop.bodies[0]!(evaluation))) continue;
      evaluation.charge(loop.append);
      values.push(transform(evaluation));
    }
    evaluation.charge(resultCost);
    return new ArrayList(values);
  };
}

function fillMap(loop: Loop, cost: number, add: (map: EntryMap, round: Round, evaluation: Evaluation) => void): Step {
  return (evaluation) => {
    const map = new EntryMap();
    for (const round of loop.rounds(evaluation).rounds) {
      enter(loop, evaluation, round);
      if (loop.bodies.length === 2 && !truth(loop.bodies[0]!(evaluation))) continue;
      evaluation.charge(cost);
      add(map, round, evaluation);
    }
    evaluation.charge(resultCost);
    return map;
  };
}

function insert(map: EntryMap, key: Value, value: Value): void {
  if (!map.add(key, value)) throw new CelRuntimeError(`insert failed: key ${String(key)} already exists`);
}

function transformMap(loop: Loop): Step {
  const transform = loop.bodies.at(-1)!;
  return fillMap(loop, insertCost, (map, [key], evaluation) => insert(map, key!, transform(evaluation)));
}

function transformMapEntry(loop: Loop): Step {
  const transform = loop.bodies.at(-1)!;
  return fillMap(loop, insertEntryCost, (map, _round, evaluation) => {
    const made = transform(evaluation);
    if (!(made instanceof MapValue)) throw new CelRuntimeError('no such overload');
    for (const key of made.keys()) insert(map, key, made.get(key)!);
  });
}

/** Sorts the list by the keys that a `map` over it makes. */
function sortBy(loop: Loop): Step {
  return (evaluation) => {
    const keyed: { key: Value; item: Value }[] = [];
    for (const round of loop.rounds(evaluation).rounds) {
      enter(loop, evaluation, round);
      evaluation.charge(loop.append);
      keyed.push({ key: loop.bodies[0]!(evaluation), item: round[0]! });
    }
    evaluation.charge(3 * resultCost + comparisonCost(new ArrayList(keyed.map(({ key }) => key))));
    keyed.sort((a, b) => {
      const order = compare(a.key, b.key);
      if (order === undefined) throw new CelRuntimeError('no such overload');
      return order;
    });
    return new ArrayList(keyed.map(({ item }) => item));
  };
}

function bind(value: Step, loop: Loop): Step {
  return (evaluation) => {
    enter(loop, evaluation, [value(evaluation)]);
    return loop.bodies[0]!(evaluation);
  };
}

/** `x.hasValue() ? optional.of(body of x.value()) : optional.none()`, in which `x` is evaluated twice. */
function optional(range: Step, loop: Loop, flat: boolean): Step {
  return (evaluation) => {
    const before = evaluation.cost;
    const value = range(evaluation);
    const rangeCost = evaluation.cost - before;
    if (!(value instanceof OptionalValue)) throw new CelRuntimeError('no such overload');
    evaluation.charge(2);
    if (value.value === undefined) return value;
    evaluation.charge(rangeCost + (flat ? 0 : 1));
    enter(loop, evaluation, [value.value]);
    const result = loop.bodies[0]!(evaluation);
    if (!flat) return new OptionalValue(result);
    if (!(result instanceof OptionalValue)) throw new CelRuntimeError('no such overload');
    return result;
  };
}
