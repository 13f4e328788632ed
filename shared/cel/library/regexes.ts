import { compileRegex, findAll, type Regex, RegexSyntaxError } from '../../regex/regex.ts';
import type { Charge } from '../equality.ts';
import { CelRuntimeError } from '../errors.ts';
import { member, type Overload, regexCost } from '../functions.ts';
import { BOOL, INT, listOf, STRING } from '../types.ts';
import { ArrayList, type Value } from '../values.ts';

/** A short pattern can stand for a large machine: what Kubernetes' guess from its length leaves out is charged here. */
const stepsPerCost = 100;

function compiled(pattern: string, text: string, charge: Charge): Regex {
  const regex = compile(pattern);
  charge(Math.max(regexCost(text, pattern), Math.ceil(((1 + text.length) * regex.size) / stepsPerCost)));
  return regex;
}

function compile(pattern: string): Regex {
  try {
    return compileRegex(pattern);
  } catch (error) {
    if (error instanceof RegexSyntaxError) throw new CelRuntimeError(error.message);
    throw error;
  }
}

function find(text: string, pattern: string, charge: Charge): string {
  const span = compiled(pattern, text, charge).find(text);
  return span ? text.slice(span.start, span.end) : '';
}

function all(text: string, pattern: string, limit: Value | undefined, charge: Charge): ArrayList {
  const regex = compiled(pattern, text, charge);
  const most = limit === undefined || (limit as bigint) < 0n ? undefined : Number(limit);
  const onRead = (units: number) => charge(1 + (units * regex.size) / stepsPerCost);
  return new ArrayList(findAll(regex, text, { onRead, ...(most === undefined ? {} : { limit: most }) }));
}

const free = () => 0;

/** Patterns are RE2's, as Go's `regexp` has them. Both arguments are charged for before the match. */
const matches = member(
  'matches',
  [STRING, STRING],
  BOOL,
  ([text, pattern], charge) => compiled(pattern as string, text as string, charge).test(text as string),
  free,
);

export const regexes: readonly Overload[] = [
  matches,
  { ...matches, member: false },
  member(
    'find',
    [STRING, STRING],
    STRING,
    ([text, pattern], charge) => find(text as string, pattern as string, charge),
    free,
  ),
  member(
    'findAll',
    [STRING, STRING],
    listOf(STRING),
    ([text, pattern], charge) => all(text as string, pattern as string, undefined, charge),
    free,
  ),
  member(
    'findAll',
    [STRING, STRING, INT],
    listOf(STRING),
    ([text, pattern, limit], charge) => all(text as string, pattern as string, limit, charge),
    free,
  ),
];
