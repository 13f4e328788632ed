import { compileProgram, type Instruction } from './program.ts';
import { type Assertion, parseRegex } from './syntax.ts';

export { RegexSyntaxError } from './syntax.ts';

/** A span of a text, in UTF-16 units. */
export interface Span {
  start: number;
  end: number;
}

export interface Match extends Span {
  /** How far the text has been read to be sure of it. */
  read: number;
}

/**
 * A compiled pattern. It matches in time proportional to text times `size`, whatever the two are; of several matches
 * the leftmost is taken, and of those the one that a backtracking search would have found first, as in Go.
 */
export interface Regex {
  /** Number of instructions. */
  readonly size: number;
  /** True where some part of the text matches. */
  test(text: string): boolean;
  /** The first match at or after a position. */
  find(text: string, from?: number): Match | undefined;
}

const cacheSize = 200;
const cache = new Map<string, Regex>();

/** Throws RegexSyntaxError. The most recently used patterns are kept compiled. */
export function compileRegex(pattern: string): Regex {
  const known = cache.get(pattern);
  if (known) {
    cache.delete(pattern);
    cache.set(pattern, known);
    return known;
  }
  const regex = createMatcher(compileProgram(parseRegex(pattern), pattern));
  if (cache.size >= cacheSize) cache.delete(cache.keys().next().value!);
  if (pattern.length <= 1000) cache.set(pattern, regex);
  return regex;
}

/**
 * All matches, as Go's `FindAllString` finds them: an empty match right after a match does not count. Many matches can
 * read the same text many times over: `onRead` is told how much each read.
 */
export function findAll(
  regex: Regex,
  text: string,
  { limit = Number.POSITIVE_INFINITY, onRead }: { limit?: number; onRead?(units: number): void } = {},
): string[] {
  const found: string[] = [];
  let previousEnd = -1;
  for (let from = 0; from <= text.length && found.length < limit; ) {
    const span = regex.find(text, from);
    if (!span) break;
    onRead?.(span.read - from);
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
  const size = program.length;
  const pending: number[] = [];

  /** Adds a state and all that can be reached from it without reading. */
  const follow = (states: States, state: number, start: number, text: string, at: number): void => {
    pending.push(state);
    while (pending.length > 0) {
      const next = pending.pop()!;
      if (!states.add(next, start)) continue;
      const instruction = program[next]!;
      if (instruction.op === 'jump') pending.push(instruction.next);
      else if (instruction.op === 'split') pending.push(instruction.other, instruction.next);
      else if (instruction.op === 'test' && holds(instruction.kind, text, at)) pending.push(instruction.next);
    }
  };

  const search = (text: string, from: number, anyMatch: boolean): Match | undefined => {
    let current = new States(size);
    let following = new States(size);
    let found: Match | undefined;
    for (let at = from; ; ) {
      if (!found) follow(current, 0, at, text, at);
      if (found) found.read = at;
      if (current.count === 0) return found;
      const code = text.codePointAt(at);
      const next = at + (code !== undefined && code > 0xffff ? 2 : 1);
      following.count = 0;
      for (let index = 0; index < current.count; index++) {
        const instruction = program[current.list[index]!]!;
        if (instruction.op === 'match') {
          found = { start: current.starts[index]!, end: at, read: at };
          if (anyMatch) return found;
          break;
        }
        if (instruction.op === 'set' && code !== undefined && accepts(instruction, code)) {
          follow(following, instruction.next, current.starts[index]!, text, next);
        }
      }
      if (code === undefined) return found;
      [current, following] = [following, current];
      at = next;
    }
  };

  return {
    size,
    test: (text) => search(text, 0, true) !== undefined,
    find: (text, from = 0) => search(text, from, false),
  };
}

function accepts({ ranges, fold }: Extract<Instruction, { op: 'set' }>, code: number): boolean {
  if (contains(ranges, code)) return true;
  if (!fold) return false;
  const char = String.fromCodePoint(code);
  return contains(ranges, char.toLowerCase().codePointAt(0)!) || contains(ranges, char.toUpperCase().codePointAt(0)!);
}

function contains(ranges: Int32Array, code: number): boolean {
  if (ranges.length === 2) return code >= ranges[0]! && code <= ranges[1]!;
  let low = 0;
  let high = ranges.length / 2 - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    if (code < ranges[2 * middle]!) high = middle - 1;
    else if (code > ranges[2 * middle + 1]!) low = middle + 1;
    else return true;
  }
  return false;
}

function holds(kind: Assertion, text: string, at: number): boolean {
  switch (kind) {
    case 'text-start':
      return at === 0;
    case 'text-end':
      return at >= text.length;
    case 'line-start':
      return at === 0 || text[at - 1] === '\n';
    case 'line-end':
      return at >= text.length || text[at] === '\n';
    case 'word':
      return isWord(text, at - 1) !== isWord(text, at);
    case 'not-word':
      return isWord(text, at - 1) === isWord(text, at);
  }
}

function isWord(text: string, at: number): boolean {
  return at >= 0 && at < text.length && /[0-9A-Za-z_]/.test(text[at]!);
}

function widthAt(text: string, at: number): number {
  return (text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1;
}
