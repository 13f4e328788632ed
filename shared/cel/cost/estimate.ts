import type { Program } from '../compile.ts';
import { sizeOf } from '../functions.ts';
import type { Expr, Macro } from '../syntax/ast.ts';
import { type CelType, DYN, showType } from '../types.ts';
import { estimateCall } from './calls.ts';
import { add, exactly, multiply, nothing, type Range, union, unknown } from './range.ts';

/**
 * What an expression may cost at most, judged by the sizes that the schema allows: how Kubernetes decides whether a
 * rule of a CustomResourceDefinition is accepted. The numbers are part of its API.
 */
export function estimateCost(program: Program, root: CelType): Range {
  return new Estimator(program, root).cost(program.checked.expression);
}

type MacroNode = Extract<Expr, { op: 'macro' }>;

/** Where in the variable's schema a value is found: a variable, then fields and steps into lists and maps. */
type Path = readonly string[];

/** Sizes of what is in a list or a map. */
interface Entries {
  container: 'list' | 'map';
  key: Range;
  value: Range;
}

interface Local {
  name: string;
  path: Path;
  size?: Range | undefined;
}

const select = exactly(1);
const listCost = exactly(10);
const mapCost = exactly(30);
const structCost = exactly(40);

export class Estimator {
  readonly #program: Program;
  readonly #root: CelType;
  readonly #paths = new Map<Expr, Path>();
  readonly #sizes = new Map<Expr, Range>();
  readonly #entries = new Map<Expr, Entries>();
  readonly #locals: Local[] = [];

  constructor(program: Program, root: CelType) {
    this.#program = program;
    this.#root = root;
  }

  cost(node: Expr): Range {
    switch (node.op) {
      case 'constant':
        return exactly(0);
      case 'name':
        this.#paths.set(node, this.#local(node.name)?.path ?? [node.name]);
        return select;
      case 'select':
        return this.#select(node);
      case 'test':
        return this.cost(node.operand);
      case 'index':
      case 'call':
        return this.#call(node);
      case 'list':
        return this.#list(node);
      case 'map':
        return this.#map(node);
      case 'struct':
        return add(structCost, ...node.fields.map(({ value }) => this.cost(value)));
      case 'and':
      case 'or': {
        const [first, ...others] = node.terms.map((term) => this.cost(term));
        return { min: first!.min, max: add(first!, ...others).max };
      }
      case 'conditional':
        return this.#conditional(node);
      case 'macro':
        return this.#macro(node);
    }
  }

  typeOf(node: Expr): CelType {
    return this.#program.checked.types.get(node) ?? DYN;
  }

  /** The size of a value; undefined where nothing bounds it. */
  size(node: Expr): Range | undefined {
    return (
      this.#sizes.get(node) ??
      literalSize(node) ??
      this.#declaredSize(this.#pathOf(node)) ??
      (isScalar(this.typeOf(node)) ? exactly(1) : undefined) ??
      (node.op === 'name' ? this.#local(node.name)?.size : undefined)
    );
  }

  sizeOrUnknown(node: Expr): Range {
    return this.size(node) ?? unknown;
  }

  /** The size of a list's items. */
  itemSize(list: Expr): Range {
    const path = this.#pathOf(list);
    return (path.length > 0 ? this.#declaredSize([...path, '@items']) : undefined) ?? unknown;
  }

  #local(name: string): Local | undefined {
    return this.#locals.findLast((local) => local.name === name);
  }

  #pathOf(node: Expr): Path {
    return this.#paths.get(node) ?? [];
  }

  /** Kubernetes follows a path of whatever beginning from the root of the schema, and so must its numbers. */
  #declaredSize(path: Path): Range | undefined {
    if (path.length === 0) return undefined;
    let type: CelType | undefined = this.#root;
    for (const step of path.slice(1)) {
      type = inside(type, step);
      if (!type) return undefined;
    }
    return { min: 0, max: ('maxElements' in type ? type.maxElements : undefined) ?? 0 };
  }

  #select(node: Extract<Expr, { op: 'select' }>): Range {
    const typeName = this.#program.checked.typeNames.has(node);
    if (typeName) {
      this.#paths.set(node, [showType(this.typeOf(node))]);
      return select;
    }
    const operand = this.cost(node.operand);
    if (node.optional) return add(operand, exactly(1));
    this.#paths.set(node, [...this.#pathOf(node.operand), node.field]);
    const { kind } = this.typeOf(node.operand);
    return kind === 'map' || kind === 'object' ? add(operand, select) : operand;
  }

  #call(node: Extract<Expr, { op: 'call' | 'index' }>): Range {
    const resolved = this.#program.checked.calls.get(node)!;
    const costs = resolved.args.map((arg) => this.cost(arg));
    if (node.op === 'call' && node.name === 'dyn') {
      this.#copySizes(node, resolved.args[0]!);
      return add(exactly(1), costs[0]!);
    }
    let own: Range = nothing;
    let size: Range | undefined;
    for (const overload of resolved.overloads) {
      const estimate = estimateCall(this, overload, resolved.args);
      own = union(own, estimate.cost);
      if (estimate.size) size = size ? union(size, estimate.size) : estimate.size;
      if (overload.name === '_[_]') size = this.#indexed(node, resolved.args[0]!, overload.params[0]!);
      size ??= this.size(node);
    }
    if (size) this.#sizes.set(node, size);
    this.#joinEntries(node, resolved.args);
    return add(...costs, own);
  }

  #indexed(node: Expr, container: Expr, type: CelType): Range | undefined {
    if (type.kind !== 'list' && type.kind !== 'map') return undefined;
    this.#paths.set(node, [...this.#pathOf(container), type.kind === 'list' ? '@items' : '@values']);
    return this.#entries.get(container)?.value;
  }

  /** What is in `a + b` is as large as what is in either. */
  #joinEntries(node: Expr, args: readonly Expr[]): void {
    if (node.op !== 'call' || node.name !== '_+_') return;
    const joined = joinEntries(this.#entries.get(args[0]!), this.#entries.get(args[1]!));
    if (joined) this.#entries.set(node, joined);
  }

  #copySizes(to: Expr, from: Expr): void {
    const size = this.size(from);
    if (size) this.#sizes.set(to, size);
    const entries = this.#entries.get(from);
    if (entries) this.#entries.set(to, entries);
  }

  #list(node: Extract<Expr, { op: 'list' }>): Range {
    const costs = node.items.map(({ value }) => this.cost(value));
    const value = this.#common(node.items.map((item) => item.value));
    this.#entries.set(node, { container: 'list', key: exactly(1), value });
    return add(listCost, ...costs);
  }

  #map(node: Extract<Expr, { op: 'map' }>): Range {
    const costs = node.entries.flatMap(({ key, value }) => [this.cost(key), this.cost(value)]);
    const key = this.#common(node.entries.map((entry) => entry.key));
    const value = this.#common(node.entries.map((entry) => entry.value));
    this.#entries.set(node, { container: 'map', key, value });
    return add(mapCost, ...costs);
  }

  #common(nodes: readonly Expr[]): Range {
    if (nodes.length === 0) return exactly(0);
    return nodes.map((node) => this.sizeOrUnknown(node)).reduce(union, nothing);
  }

  #conditional(node: Extract<Expr, { op: 'conditional' }>): Range {
    const [test, then, otherwise] = [node.test, node.then, node.otherwise].map((part) => this.cost(part));
    this.#sizes.set(node, union(this.sizeOrUnknown(node.then), this.sizeOrUnknown(node.otherwise)));
    const entries = joinEntries(this.#entries.get(node.then), this.#entries.get(node.otherwise));
    if (entries) this.#entries.set(node, entries);
    return add(test!, union(then!, otherwise!));
  }

  #macro(node: MacroNode): Range {
    const range = this.cost(node.range);
    if (node.macro === 'bind') return this.#binding(node, range);
    if (node.macro === 'optMap' || node.macro === 'optFlatMap') return this.#optional(node, range);
    this.#locals.push(...this.#loopVariables(node));
    const bodies = node.args.map((arg) => this.cost(arg));
    const produced = this.#produced(node);
    this.#locals.length -= node.variables.length;
    const { start, round } = loopCosts[node.macro](bodies);
    const size = this.sizeOrUnknown(node.range);
    this.#sizes.set(node, collects.has(node.macro) ? size : exactly(1));
    if (produced) this.#entries.set(node, produced);
    return add(range, start, multiply(size, round), this.#sortingCost(node, size));
  }

  /** Sizes of what a loop makes of its items. */
  #produced({ macro, args, variables }: MacroNode): Entries | undefined {
    if (macro === 'map' || macro === 'transformList') {
      return { container: 'list', key: exactly(1), value: { min: 0, max: this.sizeOrUnknown(args.at(-1)!).max } };
    }
    if (macro !== 'filter') return undefined;
    const local = this.#local(variables[0]!)!;
    const item = this.#declaredSize(local.path) ?? local.size ?? unknown;
    return { container: 'list', key: exactly(1), value: { min: 0, max: item.max } };
  }

  #loopVariables({ range, variables }: MacroNode): Local[] {
    const entries = this.#entries.get(range);
    const isList = (entries?.container ?? this.typeOf(range).kind) === 'list';
    const path = this.#pathOf(range);
    const key = { path: [...path, isList ? '@indices' : '@keys'], size: entries?.key };
    const value = { path: [...path, isList ? '@items' : '@values'], size: entries?.value };
    const single = isList ? value : key;
    const places = variables.length === 1 ? [single] : [key, value];
    return variables.map((name, index) => ({ name, ...places[index]! }));
  }

  /** The macro compares keys that it first collects; the list is bound to a name for that. */
  #sortingCost({ macro, args }: MacroNode, size: Range): Range {
    if (macro !== 'sortBy') return exactly(0);
    const { kind } = this.typeOf(args[0]!);
    const factor = kind === 'string' || kind === 'bytes' ? 2.1 : 2;
    const { min, max } = multiply(size, size);
    return add(exactly(23), { min: Math.ceil(min * factor), max: Math.ceil(max * factor) });
  }

  /** A loop over an empty list, whose result begins as the value and is never changed. */
  #binding(node: MacroNode, value: Range): Range {
    const body = this.#bound(node, value);
    this.#copySizes(node, node.args[0]!);
    return body;
  }

  #bound(node: MacroNode, value: Range): Range {
    this.#locals.push({ name: node.variables[0]!, path: this.#pathOf(node.range), size: this.size(node.range) });
    const body = this.cost(node.args[0]!);
    this.#locals.length -= 1;
    return add(listCost, value, body);
  }

  /** `target.hasValue() ? optional.of(body) : optional.none()`, with the value bound to the name. */
  #optional(node: MacroNode, target: Range): Range {
    const bound = add(this.#bound(node, target), exactly(1));
    const present = node.macro === 'optMap' ? add(bound, exactly(1)) : bound;
    return add(target, exactly(1), union(present, exactly(1)));
  }
}

/** The macros as loops: what it costs to begin and end one, and to go round once. */
const loopCosts: Readonly<Record<Macro, (bodies: readonly Range[]) => { start: Range; round: Range }>> = {
  all: ([body]) => ({ start: exactly(1), round: { min: 3, max: body!.max + 3 } }),
  exists: ([body]) => ({ start: exactly(1), round: { min: 4, max: body!.max + 4 } }),
  existsOne: ([body]) => ({ start: exactly(2), round: { min: body!.min + 1, max: body!.max + 2 } }),
  filter: ([body]) => ({ start: exactly(11), round: { min: body!.min + 1, max: body!.max + 13 } }),
  map: (bodies) => collecting(bodies, { start: 11, step: 12 }),
  transformList: (bodies) => collecting(bodies, { start: 11, step: 12 }),
  transformMap: (bodies) => collecting(bodies, { start: 31, step: 3 }),
  transformMapEntry: (bodies) => collecting(bodies, { start: 31, step: 2 }),
  sortBy: (bodies) => collecting(bodies, { start: 11, step: 12 }),
  optMap: () => ({ start: exactly(0), round: exactly(0) }),
  optFlatMap: () => ({ start: exactly(0), round: exactly(0) }),
  bind: () => ({ start: exactly(0), round: exactly(0) }),
};

const collects: ReadonlySet<Macro> = new Set([
  ...(['filter', 'map', 'transformList', 'transformMap', 'transformMapEntry', 'sortBy'] as const),
]);

function collecting(bodies: readonly Range[], { start, step }: { start: number; step: number }) {
  const made = add(bodies.at(-1)!, exactly(step));
  const round = bodies.length === 2 ? add(bodies[0]!, union(made, exactly(1))) : made;
  return { start: exactly(start), round };
}

function joinEntries(a: Entries | undefined, b: Entries | undefined): Entries | undefined {
  if (!a || !b) return undefined;
  return { container: a.container, key: union(a.key, b.key), value: union(a.value, b.value) };
}

function literalSize(node: Expr): Range | undefined {
  switch (node.op) {
    case 'constant':
      return exactly(typeof node.value === 'string' ? Array.from(node.value).length : sizeOf(node.value));
    case 'list':
      return exactly(node.items.length);
    case 'map':
      return exactly(node.entries.length);
    default:
      return undefined;
  }
}

function inside(type: CelType, step: string): CelType | undefined {
  switch (type.kind) {
    case 'list':
      return step === '@items' ? type.element : undefined;
    case 'map':
      if (step === '@keys') return type.key;
      // Whatever a value may be is of one size, by whatever name it is asked for.
      return step === '@values' || (type.value.kind === 'dyn' && type.value.any) ? type.value : undefined;
    case 'object':
      return type.field(step)?.type;
    default:
      return undefined;
  }
}

function isScalar(type: CelType): boolean {
  switch (type.kind) {
    case 'bool':
    case 'int':
    case 'uint':
    case 'double':
    case 'duration':
    case 'timestamp':
      return true;
    case 'optional':
      return isScalar(type.value);
    default:
      return false;
  }
}
