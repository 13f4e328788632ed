import { compare } from './equality.ts';
import { CelRuntimeError } from './errors.ts';
import { sortingCost } from './library/lists.ts';
import { attempt, type Evaluation, type Planner, type Step, truth } from './plan.ts';
import type { Expr } from './syntax/ast.ts';
import { ArrayList, EntryMap, ListValue, MapValue, OptionalValue, type Value } from './values.ts';

type MacroNode = Extract<Expr, { op: 'macro' }>;

/** What a round of a loop costs in Kubernetes beside its body. */
const roundCost = 3;
const collectingRoundCost = 12;

/** One round: what the loop variables are. */
type Round = readonly Value[];

interface Loop {
  rounds(evaluation: Evaluation): { source: ListValue | MapValue; rounds: Iterable<Round> };
  slots: readonly number[];
  bodies: readonly Step[];
}

/** Functions for `range.macro(x, ...)`. */
export function planMacro(planner: Planner, node: MacroNode): Step {
  const range = planner.plan(node.range);
  const loop = planner.withLocals(node.variables, (slots): Loop => {
    const bodies = node.args.map((arg) => planner.plan(arg));
    const pairs = node.variables.length === 2;
    return { slots, bodies, rounds: (evaluation) => roundsOf(range(evaluation), pairs) };
  });
  switch (node.macro) {
    case 'all':
      return quantifier(loop, false);
    case 'exists':
      return quantifier(loop, true);
    case 'existsOne':
      return existsOne(loop);
    case 'filter':
      return collect(loop, ([item]) => item!, true);
    case 'map':
    case 'transformList':
      return transformList(loop);
    case 'transformMap':
      return transformMap(loop);
    case 'transformMapEntry':
      return transformMapEntry(loop);
    case 'sortBy':
      return sortBy(loop);
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

function enter(loop: Loop, evaluation: Evaluation, round: Round, cost: number): void {
  evaluation.charge(cost);
  for (let index = 0; index < loop.slots.length; index++) evaluation.slots[loop.slots[index]!] = round[index]!;
}

/** `all` and `exists`: ends where an item decides; failures count only where none does. */
function quantifier(loop: Loop, deciding: boolean): Step {
  const predicate = loop.bodies[0]!;
  return (evaluation) => {
    let failure: CelRuntimeError | undefined;
    for (const round of loop.rounds(evaluation).rounds) {
      enter(loop, evaluation, round, roundCost);
      const outcome = attempt(predicate, evaluation);
      if (outcome === deciding) return deciding;
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
      enter(loop, evaluation, round, roundCost);
      if (truth(loop.bodies[0]!(evaluation))) count++;
    }
    return count === 1;
  };
}

/** A list of what `pick` makes of the rounds, of those that the first body accepts where `filtered`. */
function collect(loop: Loop, pick: (round: Round, evaluation: Evaluation) => Value, filtered: boolean): Step {
  return (evaluation) => {
    const values: Value[] = [];
    for (const round of loop.rounds(evaluation).rounds) {
      enter(loop, evaluation, round, collectingRoundCost);
      if (filtered && !truth(loop.bodies[0]!(evaluation))) continue;
      values.push(pick(round, evaluation));
    }
    return new ArrayList(values);
  };
}

function transformList(loop: Loop): Step {
  const transform = loop.bodies.at(-1)!;
  return collect(loop, (_round, evaluation) => transform(evaluation), loop.bodies.length === 2);
}

function fillMap(loop: Loop, add: (map: EntryMap, round: Round, evaluation: Evaluation, source: Value) => void): Step {
  return (evaluation) => {
    const map = new EntryMap();
    const { source, rounds } = loop.rounds(evaluation);
    for (const round of rounds) {
      enter(loop, evaluation, round, collectingRoundCost);
      if (loop.bodies.length === 2 && !truth(loop.bodies[0]!(evaluation))) continue;
      add(map, round, evaluation, source);
    }
    return map;
  };
}

function insert(map: EntryMap, key: Value, value: Value): void {
  if (!map.add(key, value)) throw new CelRuntimeError(`insert failed: key ${String(key)} already exists`);
}

function transformMap(loop: Loop): Step {
  const transform = loop.bodies.at(-1)!;
  return fillMap(loop, (map, [key], evaluation) => insert(map, key!, transform(evaluation)));
}

function transformMapEntry(loop: Loop): Step {
  const transform = loop.bodies.at(-1)!;
  return fillMap(loop, (map, _round, evaluation) => {
    const made = transform(evaluation);
    if (!(made instanceof MapValue)) throw new CelRuntimeError('no such overload');
    for (const key of made.keys()) insert(map, key, made.get(key)!);
  });
}

function sortBy(loop: Loop): Step {
  return (evaluation) => {
    const keyed: { key: Value; item: Value }[] = [];
    for (const round of loop.rounds(evaluation).rounds) {
      enter(loop, evaluation, round, collectingRoundCost);
      keyed.push({ key: loop.bodies[0]!(evaluation), item: round[0]! });
    }
    evaluation.charge(sortingCost(keyed.length));
    keyed.sort((a, b) => {
      const order = compare(a.key, b.key);
      if (order === undefined) throw new CelRuntimeError('no such overload');
      return order;
    });
    return new ArrayList(keyed.map(({ item }) => item));
  };
}

function optional(range: Step, loop: Loop, flat: boolean): Step {
  return (evaluation) => {
    const value = range(evaluation);
    if (!(value instanceof OptionalValue)) throw new CelRuntimeError('no such overload');
    if (value.value === undefined) return value;
    enter(loop, evaluation, [value.value], 1);
    const result = loop.bodies[0]!(evaluation);
    if (!flat) return new OptionalValue(result);
    if (!(result instanceof OptionalValue)) throw new CelRuntimeError('no such overload');
    return result;
  };
}
