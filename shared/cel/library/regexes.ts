import { compileRegex, findAll, type OnSteps, type Regex, RegexSyntaxError } from '../../regex/regex.ts';
import type { Work } from '../equality.ts';
import { CelRuntimeError } from '../errors.ts';
import { member, type Overload, regexCost } from '../functions.ts';
import { BOOL, INT, listOf, STRING } from '../types.ts';
import { ArrayList, type Value } from '../values.ts';

/** A step of a match in units of cost: what Kubernetes' guess from the length of a pattern leaves out. */
const costPerStep = 2;

const stepsOf =
  (work: Work): OnSteps =>
  (steps) =>
    work(steps * costPerStep);

function compile(pattern: string, work: Work): Regex {
  try {
    return compileRegex(pattern, stepsOf(work));
  } catch (error) {
    if (error instanceof RegexSyntaxError) throw new CelRuntimeError(error.message);
    throw error;
  }
}

function find(text: string, pattern: string, work: Work): string {
  const span = compile(pattern, work).find(text, 0, stepsOf(work));
  return span ? text.slice(span.start, span.end) : '';
}

function all(text: string, pattern: string, limit: Value | undefined, work: Work): ArrayList {
  const most = limit === undefined || (limit as bigint) < 0n ? undefined : Number(limit);
  const onSteps = stepsOf(work);
  return new ArrayList(
    findAll(compile(pattern, work), text, { onSteps, ...(most === undefined ? {} : { limit: most }) }),
  );
}

const cost = ([text, pattern]: readonly Value[]) => regexCost(text as string, pattern as string);

/** Patterns are RE2's, as Go's `regexp` has them. Written as `matches(a, b)` it costs one unit. */
const matches = member(
  'matches',
  [STRING, STRING],
  BOOL,
  ([text, pattern], work) => compile(pattern as string, work).test(text as string, stepsOf(work)),
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
