import type { Work } from './equality.ts';
import type { CelType } from './types.ts';
import { ListValue, MapValue, ObjectValue, OpaqueValue, OptionalValue, type Value } from './values.ts';

/** One form of a function: what it takes and gives, and what it does. */
export interface Overload {
  readonly name: string;
  /** Called as `a.f(b)`; the receiver is then the first parameter. */
  readonly member: boolean;
  readonly params: readonly CelType[];
  readonly result: CelType;
  call(args: readonly Value[], work: Work): Value;
  /** The second of two arguments is evaluated only where the first, an optional, has no value. */
  readonly alternative?: boolean;
  /** In Kubernetes' units, charged before the result is used. Default 1. */
  cost?(args: readonly Value[], result: Value): number;
}

type Call = Overload['call'];
type Cost = NonNullable<Overload['cost']>;

/** `f(a, b)` */
export function plain(name: string, params: readonly CelType[], result: CelType, call: Call, cost?: Cost): Overload {
  return { name, member: false, params, result, call, ...(cost ? { cost } : {}) };
}

/** `a.f(b)` */
export function member(name: string, params: readonly CelType[], result: CelType, call: Call, cost?: Cost): Overload {
  return { name, member: true, params, result, call, ...(cost ? { cost } : {}) };
}

/** Characters of a text, bytes, items of a list, entries of a map. */
export function sizeOf(value: Value | undefined): number {
  if (typeof value === 'string') return value.length;
  if (value instanceof Uint8Array || value instanceof ListValue) return value.length;
  if (value instanceof MapValue) return value.size;
  if (value instanceof ObjectValue) return [...value.names()].length;
  if (value instanceof OptionalValue) return value.value === undefined ? 1 : sizeOf(value.value);
  return value instanceof OpaqueValue ? value.size : 1;
}

const traversalFactor = 0.1;
const regexFactor = 0.25;

/** Reading one argument, `times` over. */
export function traversal(index: number, times = 1): Cost {
  return (args) => Math.ceil(sizeOf(args[index]) * (times * traversalFactor));
}

/** Building the result. */
export function construction(times = 1): Cost {
  return (_args, result) => Math.ceil(sizeOf(result) * times * traversalFactor);
}

/** Reading all that is in an argument. */
export function readingAll(args: readonly Value[]): number {
  return treeCost(args[0]!);
}

function treeCost(value: Value): number {
  if (typeof value === 'string' || value instanceof Uint8Array) return Math.floor(value.length * traversalFactor);
  let cost = 0;
  if (value instanceof ListValue) {
    for (const item of value) cost += treeCost(item);
    return cost;
  }
  if (value instanceof MapValue) {
    for (const key of value.keys()) cost += treeCost(key) + treeCost(value.get(key)!);
    return cost;
  }
  if (!(value instanceof ObjectValue)) return 1;
  for (const name of value.names()) cost += treeCost(name) + treeCost(value.field(name)!);
  return cost;
}

/** Kubernetes guesses that an instruction of a regular expression is four characters. */
export function regexCost(text: string, pattern: string): number {
  return Math.ceil((1 + text.length) * traversalFactor) * Math.ceil(pattern.length * regexFactor);
}

/** Functions by name, the overloads of each in order of declaration. */
export type FunctionTable = ReadonlyMap<string, readonly Overload[]>;

export function functionTable(...libraries: readonly (readonly Overload[])[]): FunctionTable {
  const table = new Map<string, Overload[]>();
  for (const overload of libraries.flat()) {
    const known = table.get(overload.name);
    if (known) known.push(overload);
    else table.set(overload.name, [overload]);
  }
  return table;
}
