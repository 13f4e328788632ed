import type { Checker } from './checker.ts';
import type { Expr } from './syntax/ast.ts';
import { BOOL, type CelType, DYN, INT, listOf, mapOf, optionalOf, showType } from './types.ts';
import { settle } from './unify.ts';

type MacroNode = Extract<Expr, { op: 'macro' }>;

/** What the loop variables of a macro stand for. */
interface Domain {
  first: CelType;
  second: CelType;
  /** One variable takes the items of a list and the keys of a map. */
  single: CelType;
}

/** The type of `range.macro(x, ...)`. */
export function checkMacro(checker: Checker, node: MacroNode): CelType {
  const range = checker.resolve(checker.check(node.range));
  if (node.macro === 'bind') {
    return checker.withLocals([{ name: node.variables[0]!, type: range }], () => checker.check(node.args[0]!));
  }
  if (node.macro === 'optMap' || node.macro === 'optFlatMap') return checkOptional(checker, node, range);
  const domain = domainOf(checker, node, range);
  const types = node.variables.length === 1 ? [domain.single] : [domain.first, domain.second];
  const locals = node.variables.map((name, index) => ({ name, type: types[index]! }));
  return checker.withLocals(locals, () => bodyType(checker, node, domain));
}

function domainOf(checker: Checker, node: MacroNode, range: CelType): Domain {
  switch (range.kind) {
    case 'list':
      return { first: INT, second: range.element, single: range.element };
    case 'map':
      return { first: range.key, second: range.value, single: range.key };
    case 'dyn':
      return range.any ? notIterable(checker, node, range) : anything;
    case 'error':
    case 'param':
      return anything;
    default:
      return notIterable(checker, node, range);
  }
}

const anything: Domain = { first: DYN, second: DYN, single: DYN };

function notIterable(checker: Checker, node: MacroNode, range: CelType): Domain {
  const shown = showType(range);
  const what = `expression of type '${shown}' cannot be range of a comprehension (must be list, map, or dynamic)`;
  checker.report(node.range.at, what);
  return anything;
}

function bodyType(checker: Checker, node: MacroNode, domain: Domain): CelType {
  const { macro, args } = node;
  switch (macro) {
    case 'all':
    case 'exists':
    case 'existsOne':
      condition(checker, node, args[0]!, macro === 'all' ? '_&&_' : macro === 'exists' ? '_||_' : '_?_:_');
      return BOOL;
    case 'filter':
      condition(checker, node, args[0]!, '_?_:_');
      return listOf(domain.single);
    case 'map':
    case 'transformList':
      if (args.length === 2) condition(checker, node, args[0]!, '_?_:_');
      return listOf(checker.check(args.at(-1)!));
    case 'transformMap':
      if (args.length === 2) condition(checker, node, args[0]!, '_?_:_');
      return mapOf(domain.first, checker.check(args.at(-1)!));
    case 'transformMapEntry':
      if (args.length === 2) condition(checker, node, args[0]!, '_?_:_');
      return entryMap(checker, args.at(-1)!);
    case 'sortBy':
      sortKey(checker, args[0]!);
      return listOf(domain.single);
    default:
      return DYN;
  }
}

function condition(checker: Checker, node: MacroNode, predicate: Expr, operator: string): void {
  const type = checker.check(predicate);
  if (checker.bindings.assign(type, BOOL)) return;
  const shown = showType(settle(checker.resolve(type)));
  const operands = operator === '_?_:_' ? `(${shown}, dyn, dyn)` : `(bool, ${shown})`;
  checker.report(node.at, `found no matching overload for '${operator}' applied to '${operands}'`);
}

function entryMap(checker: Checker, entry: Expr): CelType {
  const type = checker.resolve(checker.check(entry));
  if (type.kind === 'map' || type.kind === 'dyn' || type.kind === 'error') return type;
  return checker.report(
    entry.at,
    `found no matching overload for 'cel.@mapInsert' applied to '(map(dyn, dyn), ${showType(type)})'`,
  );
}

const sortable = new Set([
  'int',
  'uint',
  'double',
  'bool',
  'duration',
  'timestamp',
  'string',
  'bytes',
  'dyn',
  'error',
  'param',
]);

function sortKey(checker: Checker, key: Expr): void {
  const type = checker.resolve(checker.check(key));
  if (sortable.has(type.kind)) return;
  checker.report(
    key.at,
    `found no matching overload for '@sortByAssociatedKeys' applied to '(list(${showType(type)}))'`,
  );
}

function checkOptional(checker: Checker, node: MacroNode, range: CelType): CelType {
  let value: CelType = DYN;
  if (range.kind === 'optional') value = range.value;
  else if (range.kind !== 'dyn' && range.kind !== 'error') {
    return checker.report(node.at, `found no matching overload for '${node.macro}' applied to '${showType(range)}.()'`);
  }
  const body = checker.withLocals([{ name: node.variables[0]!, type: value }], () => checker.check(node.args[0]!));
  if (node.macro === 'optMap') return optionalOf(body);
  const type = checker.resolve(body);
  if (type.kind === 'optional' || type.kind === 'dyn' || type.kind === 'error') return type;
  return checker.report(node.at, `expected type 'optional_type(${showType(type)})' but found '${showType(type)}'`);
}
