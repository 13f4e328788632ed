import { compileRegex, findAll, type Regex, RegexSyntaxError } from '../../regex/regex.ts';
import type { Work } from '../equality.ts';
import { CelRuntimeError } from '../errors.ts';
import { member, type Overload, regexCost } from '../functions.ts';
import { BOOL, INT, listOf, STRING } from '../types.ts';
import { ArrayList, type Value } from '../values.ts';

/** A short pattern can stand for a large machine, which Kubernetes' guess from its length leaves out. */
const stepsPerCost = 8;

function compiled(pattern: string, text: string, work: Work): Regex {
  const regex = compile(pattern);
  work(((1 + text.length) * regex.size) / stepsPerCost);
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

function find(text: string, pattern: string, work: Work): string {
  const span = compiled(pattern, text, work).find(text);
  return span ? text.slice(span.start, span.end) : '';
}

function all(text: string, pattern: string, limit: Value | undefined, work: Work): ArrayList {
  const regex = compiled(pattern, text, work);
  const most = limit === undefined || (limit as bigint) < 0n ? undefined : Number(limit);
  const onRead = (units: number) => work(1 + (units * regex.size) / stepsPerCost);
  return new ArrayList(findAll(regex, text, { onRead, ...(most === undefined ? {} : { limit: most }) }));
}

const cost = ([text, pattern]: readonly Value[]) => regexCost(text as string, pattern as string);

/** Patterns are RE2's, as Go's `regexp` has them. Written as `matches(a, b)` it costs one unit. */
const matches = member(
  'matches',
  [STRING, STRING],
  BOOL,
  ([text, pattern], work) => compiled(pattern as string, text as string, work).test(text as string),
  cost,
);

export const regexes: readonly Overload[] = [
  matches,
  { ...matches, member: false, cost: () => 1 },
  member(
    'find',
    [STRING, STRING],
    STRING,
    ([text, pattern], work) => find(text as string, pattern as string, work),
    cost,
  ),
  member(
    'findAll',
    [STRING, STRING],
    listOf(STRING),
    ([text, pattern], work) => all(text as string, pattern as string, undefined, work),
    cost,
  ),
  member(
    'findAll',
    [STRING, STRING, INT],
    listOf(STRING),
    ([text, pattern, limit], work) => all(text as string, pattern as string, limit, work),
    cost,
  ),
];
