import { type CodeRange, categoryRanges, namedClass, negate, perlClass } from './classes.ts';

/**
 * The syntax of Go's `regexp` (RE2), which Kubernetes' patterns are written in: no backreferences and no lookaround,
 * so that a match costs time linear in the text. Messages are those of Go.
 */
export type RegexNode =
  | { op: 'empty' }
  | { op: 'set'; ranges: readonly CodeRange[]; fold: boolean }
  | { op: 'test'; kind: Assertion }
  | { op: 'concat'; parts: RegexNode[] }
  | { op: 'alternate'; choices: RegexNode[] }
  | { op: 'repeat'; body: RegexNode; min: number; max: number; lazy: boolean };

export type Assertion = 'text-start' | 'text-end' | 'line-start' | 'line-end' | 'word' | 'not-word';

/** The pattern is not one; the message is Go's. */
export class RegexSyntaxError extends Error {
  constructor(problem: string, excerpt: string) {
    super(`error parsing regexp: ${problem}: \`${excerpt}\``);
    this.name = 'RegexSyntaxError';
  }
}

interface Flags {
  fold: boolean;
  multiline: boolean;
  dotAll: boolean;
  swapGreed: boolean;
}

const maximumCode = 0x10ffff;
const maximumRepeat = 1000;
const maximumDepth = 250;
/** Parts of a pattern, and ranges of its classes: more would compile to more than a program may have. */
const maximumParts = 20_000;
const maximumUnits = 10 * maximumParts;

const everything: readonly CodeRange[] = [[0, maximumCode]];
const allButNewline: readonly CodeRange[] = [
  [0, 9],
  [11, maximumCode],
];

/** Throws RegexSyntaxError. */
export function parseRegex(pattern: string): RegexNode {
  return new Parser(pattern).parse();
}

class Parser {
  readonly #text: string;
  readonly #codes: number[];
  /** Index into `#codes`. */
  #at = 0;
  #depth = 0;
  #parts = 0;
  #flags: Flags = { fold: false, multiline: false, dotAll: false, swapGreed: false };

  constructor(text: string) {
    if (text.length > maximumUnits) throw new RegexSyntaxError('expression too large', text.slice(0, 1000));
    this.#text = text;
    this.#codes = Array.from(text, (char) => char.codePointAt(0)!);
  }

  parse(): RegexNode {
    const node = this.#alternation();
    if (this.#at < this.#codes.length) throw new RegexSyntaxError('unexpected )', this.#text);
    return node;
  }

  #alternation(): RegexNode {
    if (++this.#depth > maximumDepth) throw new RegexSyntaxError('expression nests too deeply', this.#text);
    const choices = [this.#sequence()];
    while (this.#peek() === '|') {
      this.#at++;
      choices.push(this.#sequence());
    }
    this.#depth--;
    return choices.length === 1 ? choices[0]! : { op: 'alternate', choices };
  }

  #sequence(): RegexNode {
    const parts: RegexNode[] = [];
    while (this.#at < this.#codes.length && this.#peek() !== '|' && this.#peek() !== ')') {
      if (this.#literalRun(parts)) continue;
      const start = this.#at;
      const atom = this.#atom();
      if (atom) parts.push(this.#quantified(atom, start));
    }
    return parts.length === 1 ? parts[0]! : parts.length === 0 ? { op: 'empty' } : { op: 'concat', parts };
  }

  /** `\Q...\E`: everything in between stands for itself. */
  #literalRun(parts: RegexNode[]): boolean {
    if (this.#peek() !== '\\' || this.#peek(1) !== 'Q') return false;
    this.#at += 2;
    while (this.#at < this.#codes.length) {
      if (this.#peek() === '\\' && this.#peek(1) === 'E') {
        this.#at += 2;
        return true;
      }
      this.#count();
      parts.push(this.#single(this.#codes[this.#at++]!));
    }
    return true;
  }

  #count(): void {
    if (++this.#parts > maximumParts) throw new RegexSyntaxError('expression too large', this.#slice(0, 1000));
  }

  #atom(): RegexNode | undefined {
    this.#count();
    const char = this.#peek();
    switch (char) {
      case '(':
        return this.#group();
      case '[':
        return this.#class();
      case '.':
        this.#at++;
        return { op: 'set', ranges: this.#flags.dotAll ? everything : allButNewline, fold: false };
      case '^':
        this.#at++;
        return { op: 'test', kind: this.#flags.multiline ? 'line-start' : 'text-start' };
      case '$':
        this.#at++;
        return { op: 'test', kind: this.#flags.multiline ? 'line-end' : 'text-end' };
      case '*':
      case '+':
      case '?':
        throw new RegexSyntaxError('missing argument to repetition operator', this.#quantifierText());
      case '\\':
        return this.#escape();
      case '{': {
        const start = this.#at;
        const counted = this.#counts();
        if (counted) throw new RegexSyntaxError('missing argument to repetition operator', this.#slice(start));
        break;
      }
    }
    return this.#single(this.#codes[this.#at++]!);
  }

  #quantifierText(): string {
    const [first, second] = [this.#peek()!, this.#peek(1)];
    return second === '?' ? first + second : first;
  }

  #single(code: number): RegexNode {
    return { op: 'set', ranges: [[code, code]], fold: this.#flags.fold };
  }

  #quantified(atom: RegexNode, start: number): RegexNode {
    const before = this.#at;
    const counts = this.#quantifier();
    if (!counts) return atom;
    const lazy = this.#peek() === '?';
    if (lazy) this.#at++;
    const after = this.#at;
    const again = this.#quantifier();
    if (again) throw new RegexSyntaxError('invalid nested repetition operator', this.#slice(before));
    this.#at = after;
    const node: RegexNode = { op: 'repeat', body: atom, ...counts, lazy: lazy !== this.#flags.swapGreed };
    if (repeatFactor(node) > maximumRepeat) throw new RegexSyntaxError('invalid repeat count', this.#slice(start));
    return node;
  }

  #quantifier(): { min: number; max: number } | undefined {
    switch (this.#peek()) {
      case '*':
        this.#at++;
        return { min: 0, max: Number.POSITIVE_INFINITY };
      case '+':
        this.#at++;
        return { min: 1, max: Number.POSITIVE_INFINITY };
      case '?':
        this.#at++;
        return { min: 0, max: 1 };
      case '{':
        return this.#counts();
      default:
        return undefined;
    }
  }

  /** `{2}`, `{2,}`, `{2,5}`; anything else after a brace is text. */
  #counts(): { min: number; max: number } | undefined {
    const start = this.#at;
    const rest = String.fromCodePoint(...this.#codes.slice(start, start + 24));
    const found = /^\{(\d+)(?:(,)(\d*))?\}/.exec(rest);
    if (!found) return undefined;
    const [text, low, comma, high] = found;
    const min = Number(low);
    const max = comma === undefined ? min : high ? Number(high) : Number.POSITIVE_INFINITY;
    this.#at = start + text.length;
    const limit = high ? max : min;
    if (limit > maximumRepeat || min > max) throw new RegexSyntaxError('invalid repeat count', text);
    return { min, max };
  }

  #group(): RegexNode | undefined {
    const start = this.#at++;
    const outer = this.#flags;
    if (this.#peek() === '?') {
      const named = this.#groupName(start);
      if (!named && this.#groupFlags(start)) return undefined;
    }
    const node = this.#alternation();
    if (this.#peek() !== ')') throw new RegexSyntaxError('missing closing )', this.#text);
    this.#at++;
    this.#flags = outer;
    return node;
  }

  #groupName(start: number): boolean {
    const rest = this.#slice(start, this.#codes.length);
    if (!/^\(\?P?</.test(rest)) return false;
    const found = /^\(\?P?<([^>]*)>/.exec(rest);
    if (!found) throw new RegexSyntaxError('invalid named capture', rest);
    if (!/^[A-Za-z0-9_]+$/.test(found[1]!)) throw new RegexSyntaxError('invalid named capture', found[0]);
    this.#at = start + found[0].length;
    return true;
  }

  /** True for `(?i)`, which sets flags for the rest of the enclosing group and matches nothing. */
  #groupFlags(start: number): boolean {
    this.#at++;
    const flags = { ...this.#flags };
    let on = true;
    for (;;) {
      const char = this.#peek();
      this.#at++;
      switch (char) {
        case 'i':
          flags.fold = on;
          continue;
        case 'm':
          flags.multiline = on;
          continue;
        case 's':
          flags.dotAll = on;
          continue;
        case 'U':
          flags.swapGreed = on;
          continue;
        case '-':
          if (!on) break;
          on = false;
          continue;
        case ':':
        case ')':
          this.#flags = flags;
          return char === ')';
        case undefined:
          throw new RegexSyntaxError('missing closing )', this.#text);
      }
      throw new RegexSyntaxError('invalid or unsupported Perl syntax', this.#slice(start));
    }
  }

  #escape(): RegexNode {
    const start = this.#at++;
    const char = this.#peek();
    switch (char) {
      case undefined:
        throw new RegexSyntaxError('trailing backslash at end of expression', '');
      case 'A':
        this.#at++;
        return { op: 'test', kind: 'text-start' };
      case 'z':
        this.#at++;
        return { op: 'test', kind: 'text-end' };
      case 'b':
        this.#at++;
        return { op: 'test', kind: 'word' };
      case 'B':
        this.#at++;
        return { op: 'test', kind: 'not-word' };
    }
    const ranges = this.#escapedClass(start);
    if (ranges) return { op: 'set', ranges, fold: this.#flags.fold };
    return this.#single(this.#escapedCode(start));
  }

  /** `\d`, `\W`, `\pL`, `\P{Greek}`; undefined, and nothing read, for any other escape. */
  #escapedClass(start: number): readonly CodeRange[] | undefined {
    const char = this.#peek()!;
    const perl = perlClass(char);
    if (perl) {
      this.#at++;
      return perl;
    }
    if (char !== 'p' && char !== 'P') return undefined;
    this.#at++;
    const braced = /^\{(\^?)([^}]*)\}/.exec(this.#slice(this.#at, this.#at + 64));
    const name = braced ? braced[2]! : (this.#peek() ?? '');
    this.#at += braced ? braced[0].length : 1;
    const ranges = categoryRanges(name);
    if (!ranges) throw new RegexSyntaxError('invalid character class range', this.#slice(start));
    return (char === 'P') !== Boolean(braced?.[1]) ? negate(ranges) : ranges;
  }

  #escapedCode(start: number): number {
    const char = this.#peek()!;
    this.#at++;
    const control = controls[char];
    if (control !== undefined) return control;
    if (char === 'x') return this.#hexadecimal(start);
    if (/[0-7]/.test(char) && (char === '0' || /[0-7]/.test(this.#peek() ?? ''))) return this.#octal(char);
    if (/[A-Za-z0-9]/.test(char)) throw new RegexSyntaxError('invalid escape sequence', this.#slice(start));
    return char.codePointAt(0)!;
  }

  #hexadecimal(start: number): number {
    const found = /^(?:\{([0-9A-Fa-f]{1,8})\}|([0-9A-Fa-f]{2}))/.exec(this.#slice(this.#at, this.#at + 10));
    const code = found ? Number.parseInt((found[1] ?? found[2])!, 16) : Number.POSITIVE_INFINITY;
    if (code > maximumCode) throw new RegexSyntaxError('invalid escape sequence', this.#slice(start));
    this.#at += found![0].length;
    return code;
  }

  #octal(first: string): number {
    let digits = first;
    while (digits.length < 3 && /[0-7]/.test(this.#peek() ?? '')) {
      digits += this.#peek();
      this.#at++;
    }
    return Number.parseInt(digits, 8);
  }

  #class(): RegexNode {
    const start = this.#at++;
    const negative = this.#peek() === '^';
    if (negative) this.#at++;
    const ranges: CodeRange[] = [];
    let first = true;
    while (this.#peek() !== ']' || first) {
      first = false;
      if (this.#at >= this.#codes.length) throw new RegexSyntaxError('missing closing ]', this.#slice(start));
      ranges.push(...this.#classItem(start));
    }
    this.#at++;
    return this.#set(ranges, negative);
  }

  #set(ranges: CodeRange[], negative: boolean): RegexNode {
    if (!negative) return { op: 'set', ranges, fold: this.#flags.fold };
    // The complement of a folded class excludes both cases of its letters.
    const excluded = this.#flags.fold ? [...ranges, ...bothCases(ranges)] : ranges;
    return { op: 'set', ranges: negate(excluded), fold: false };
  }

  #classItem(classStart: number): readonly CodeRange[] {
    this.#count();
    const named = /^\[:(\^?)(\w+):\]/.exec(this.#slice(this.#at, this.#at + 24));
    if (named) {
      const ranges = namedClass(named[2]!);
      if (!ranges) throw new RegexSyntaxError('invalid character class range', named[0]);
      this.#at += named[0].length;
      return named[1] ? negate(ranges) : ranges;
    }
    const start = this.#at;
    if (this.#peek() === '\\' && this.#at + 1 < this.#codes.length) {
      this.#at++;
      const ranges = this.#escapedClass(start);
      if (ranges) return ranges;
      this.#at = start;
    }
    const low = this.#classCode(classStart);
    if (this.#peek() !== '-' || this.#peek(1) === ']' || this.#peek(1) === undefined) return [[low, low]];
    this.#at++;
    const high = this.#classCode(classStart);
    if (high < low) throw new RegexSyntaxError('invalid character class range', this.#slice(start));
    return [[low, high]];
  }

  #classCode(classStart: number): number {
    if (this.#at >= this.#codes.length) throw new RegexSyntaxError('missing closing ]', this.#slice(classStart));
    const start = this.#at;
    const code = this.#codes[this.#at++]!;
    if (code !== 92) return code;
    if (this.#at >= this.#codes.length) throw new RegexSyntaxError('trailing backslash at end of expression', '');
    return this.#escapedCode(start);
  }

  #peek(ahead = 0): string | undefined {
    const code = this.#codes[this.#at + ahead];
    return code === undefined ? undefined : String.fromCodePoint(code);
  }

  #slice(start: number, end = this.#at): string {
    return String.fromCodePoint(...this.#codes.slice(start, Math.min(end, start + 1000)));
  }
}

const controls: Readonly<Record<string, number>> = { a: 7, f: 12, n: 10, r: 13, t: 9, v: 11 };

function bothCases(ranges: readonly CodeRange[]): CodeRange[] {
  const folded: CodeRange[] = [];
  for (const [low, high] of ranges) {
    for (let code = low; code <= Math.min(high, low + 2000); code++) {
      const char = String.fromCodePoint(code);
      for (const other of [char.toLowerCase(), char.toUpperCase()]) {
        const point = other.codePointAt(0)!;
        if (other.length === String.fromCodePoint(point).length) folded.push([point, point]);
      }
    }
  }
  return folded;
}

const factors = new WeakMap<RegexNode, number>();

/** How many copies of its innermost body nested counted repetitions unfold to. */
function repeatFactor(node: RegexNode): number {
  let factor = factors.get(node);
  if (factor === undefined) {
    factor = computeFactor(node);
    factors.set(node, factor);
  }
  return factor;
}

function computeFactor(node: RegexNode): number {
  switch (node.op) {
    case 'repeat': {
      const copies = Math.max(1, node.max === Number.POSITIVE_INFINITY ? node.min : node.max);
      return copies * repeatFactor(node.body);
    }
    case 'concat':
      return node.parts.reduce((most, part) => Math.max(most, repeatFactor(part)), 1);
    case 'alternate':
      return node.choices.reduce((most, choice) => Math.max(most, repeatFactor(choice)), 1);
    default:
      return 1;
  }
}
