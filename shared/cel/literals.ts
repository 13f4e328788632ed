import { regexProblem } from '../regex/regex.ts';
import type { CelIssue } from './errors.ts';
import type { Expr } from './syntax/ast.ts';
import { childrenOf } from './syntax/children.ts';
import { parseDuration, parseTimestamp } from './time.ts';
import { type CelType, showType } from './types.ts';
import type { Value } from './values.ts';

type Types = ReadonlyMap<Expr, CelType>;

/**
 * What the types allow and Kubernetes refuses all the same: literal arguments that could only fail when evaluated, and
 * lists and maps written with items of several types.
 */
export function checkLiterals(expression: Expr, types: Types): CelIssue[] {
  const issues: CelIssue[] = [];
  visit(expression, false, { types, issues });
  return issues;
}

interface Visit {
  types: Types;
  issues: CelIssue[];
}

function visit(node: Expr, formatted: boolean, context: Visit): void {
  if (node.op === 'call') checkArgument(node, context);
  if (node.op === 'list' && !formatted) checkItems(node, context);
  if (node.op === 'map' && !formatted) checkEntries(node, context);
  // What is only shown may be of any type.
  const inside = formatted || (node.op === 'call' && node.name === 'format');
  for (const child of childrenOf(node)) visit(child, inside, context);
}

/** Functions with a literal as their first argument beside the receiver. */
const checks: Readonly<Record<string, (literal: Value) => boolean>> = {
  duration: (literal) => typeof literal === 'string' && parseDuration(literal) !== undefined,
  timestamp: isTimestamp,
  matches: (literal) => typeof literal !== 'string' || isPattern(literal),
};

const maximumSeconds = 253402300800n;
const minimumSeconds = -62135596800n;

function isTimestamp(literal: Value): boolean {
  if (typeof literal === 'string') return parseTimestamp(literal) !== undefined;
  return typeof literal !== 'bigint' || (literal >= minimumSeconds && literal < maximumSeconds);
}

function checkArgument(node: Extract<Expr, { op: 'call' }>, { issues }: Visit): void {
  if (!Object.hasOwn(checks, node.name)) return;
  const literal = node.args[0];
  if (literal?.op !== 'constant' || checks[node.name]!(literal.value)) return;
  issues.push({ at: literal.at, message: `invalid ${node.name} argument` });
}

function isPattern(text: string): boolean {
  return regexProblem(text) === undefined;
}

function checkItems(node: Extract<Expr, { op: 'list' }>, context: Visit): void {
  let wanted: string | undefined;
  for (const { value, optional } of node.items) {
    const found = shown(value, optional, context);
    wanted ??= found;
    if (wanted === found) continue;
    context.issues.push({ at: value.at, message: `expected type '${wanted}' but found '${found}'` });
    return;
  }
}

function checkEntries(node: Extract<Expr, { op: 'map' }>, context: Visit): void {
  let wanted: readonly string[] | undefined;
  for (const { key, value, optional } of node.entries) {
    const found = [shown(key, false, context), shown(value, optional, context)];
    wanted ??= found;
    for (const [index, part] of [key, value].entries()) {
      if (wanted[index] === found[index]) continue;
      context.issues.push({ at: part.at, message: `expected type '${wanted[index]}' but found '${found[index]}'` });
    }
  }
}

function shown(node: Expr, optional: boolean, { types }: Visit): string {
  const type = types.get(node)!;
  return showType(optional && type.kind === 'optional' ? type.value : type);
}
