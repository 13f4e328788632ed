import { Automaton, type OnSteps } from './automaton.ts';
import { accepts, beforeAt, holdsBetween } from './characters.ts';
import { checkSize, compileProgram, type Instruction } from './program.ts';
import { type Assertion, parseRegex, RegexSyntaxError } from './syntax.ts';

export type { OnSteps } from './automaton.ts';
export { RegexSyntaxError } from './syntax.ts';

/** A span of a text, in UTF-16 units. */
export interface Span {
  start: number;
  end: number;
}

/**
 * A compiled pattern. A match never goes back: it makes at most as many steps as there are characters and instructions
 * for each, and tells them as it goes. Of several matches the leftmost is taken, and of those the one that a backtracking
 * search would have found first, as in Go.
 */
export interface Regex {
  /** True where some part of the text matches. */
  test(text: string, onSteps?: OnSteps): boolean;
  /** The first match at or after a position. */
  find(text: string, from?: number, onSteps?: OnSteps): Span | undefined;
}

const unbounded: OnSteps = () => undefined;

/** Patterns that are kept compiled, and what they may be long together. */
const cacheSize = 200;
const cacheUnits = 256 * 1024;
const cache = new Map<string, Regex>();
let cachedUnits = 0;
/** To compile an instruction takes so many steps. */
const stepsToCompile = 10;

/** Throws RegexSyntaxError. The most recently used patterns are kept compiled; to compile another costs steps. */
export function compileRegex(pattern: string, onSteps: OnSteps = unbounded): Regex {
  const known = cache.get(pattern);
  if (known) {
    cache.delete(pattern);
    cache.set(pattern, known);
    return known;
  }
  onSteps(pattern.length);
  const program = compileProgram(parseRegex(pattern), pattern);
  onSteps(program.length * stepsToCompile);
  const regex = createMatcher(program);
  cache.set(pattern, regex);
  cachedUnits += pattern.length;
  for (const [oldest] of cache) {
    if (cache.size <= cacheSize && cachedUnits <= cacheUnits) break;
    cache.delete(oldest);
    cachedUnits -= oldest.length;
  }
  return regex;
}

/** Why a pattern is none, in Go's words. Less work than to compile it. */
export function regexProblem(pattern: string): string | undefined {
  if (cache.has(pattern)) return undefined;
  try {
    checkSize(parseRegex(pattern), pattern);
    return undefined;
  } catch (error) {
    if (error instanceof RegexSyntaxError) return error.message;
    throw error;
  }
}

/** All matches, as Go's `FindAllString` finds them: an empty match right after a match does not count. */
export function findAll(
  regex: Regex,
  text: string,
  { limit = Number.POSITIVE_INFINITY, onSteps = unbounded }: { limit?: number; onSteps?: OnSteps } = {},
): string[] {
  const found: string[] = [];
  let previousEnd = -1;
  for (let from = 0; from <= text.length && found.length < limit; ) {
    const span = regex.find(text, from, onSteps);
    if (!span) break;
    if (span.end > span.start || span.start !== previousEnd) found.push(text.slice(span.start, span.end));
    previousEnd = span.end;
    from = span.end > span.start ? span.end : span.end + widthAt(text, span.end);
  }
  return found;
}

/** States of the machine at one position, in order of preference. */
class States {
  readonly list: Int32Array;
  readonly starts: Int32Array;
  readonly #positions: Int32Array;
  count = 0;

  constructor(size: number) {
    this.list = new Int32Array(size);
    this.starts = new Int32Array(size);
    this.#positions = new Int32Array(size);
  }

  /** False where the state is already there. */
  add(state: number, start: number): boolean {
    const at = this.#positions[state]!;
    if (at < this.count && this.list[at] === state) return false;
    this.#positions[state] = this.count;
    this.starts[this.count] = start;
    this.list[this.count++] = state;
    return true;
  }
}

function createMatcher(program: readonly Instruction[]): Regex {
  const automaton = new Automaton(program);
  const search = searcher(program);
  return {
    test: (text, onSteps = unbounded) => automaton.test(text, onSteps),
    find(text, from = 0, onSteps = unbounded) {
      // That there is no match is found out sooner than where one is.
      return from === 0 && !automaton.test(text, onSteps) ? undefined : search(text, from, onSteps);
    },
  };
}

/** Steps that are told together. */
const toldTogether = 1024;

/** Finds where a match is: every instruction in reach is looked at for every character. */
function searcher(program: readonly Instruction[]) {
  const size = program.length;
  const pending: number[] = [];
  let steps = 0;

  /** Adds a state and all that can be reached from it without reading. */
  const follow = (states: States, state: number, start: number, text: string, at: number): void => {
    pending.push(state);
    while (pending.length > 0) {
      const next = pending.pop()!;
      steps++;
      if (!states.add(next, start)) continue;
      const instruction = program[next]!;
      if (instruction.op === 'jump') pending.push(instruction.next);
      else if (instruction.op === 'split') pending.push(instruction.other, instruction.next);
      else if (instruction.op === 'test' && holds(instruction.kind, text, at)) pending.push(instruction.next);
    }
  };

  return (text: string, from: number, onSteps: OnSteps): Span | undefined => {
    let current = new States(size);
    let following = new States(size);
    let found: Span | undefined;
    steps = size;
    for (let at = from; ; ) {
      if (!found) follow(current, 0, at, text, at);
      steps += current.count;
      if (steps >= toldTogether || current.count === 0) {
        onSteps(steps);
        steps = 0;
      }
      if (current.count === 0) return found;
      const code = text.codePointAt(at);
      const next = at + (code !== undefined && code > 0xffff ? 2 : 1);
      following.count = 0;
      for (let index = 0; index < current.count; index++) {
        const instruction = program[current.list[index]!]!;
        if (instruction.op === 'match') {
          found = { start: current.starts[index]!, end: at };
          break;
        }
        if (instruction.op === 'set' && code !== undefined && accepts(instruction, code)) {
          follow(following, instruction.next, current.starts[index]!, text, next);
        }
      }
      if (code === undefined) {
        onSteps(steps);
        return found;
      }
      [current, following] = [following, current];
      at = next;
    }
  };
}

function holds(kind: Assertion, text: string, at: number): boolean {
  return holdsBetween(kind, beforeAt(text, at), at < text.length ? text.charCodeAt(at) : -1);
}

function widthAt(text: string, at: number): number {
  return (text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1;
}
