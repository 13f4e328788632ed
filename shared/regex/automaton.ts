import { type Alphabet, createAlphabet } from './alphabet.ts';
import { accepts, holdsBetween, isWordCode, newline } from './characters.ts';
import { beginsWithText, type Encoded, encode, opcode } from './encoded.ts';
import type { Instruction } from './program.ts';

/**
 * Told as a match goes on how many steps it has made, each about as long as looking at one instruction. What it throws
 * ends the match.
 */
export type OnSteps = (steps: number) => void;

/** What was read before a position, as far as assertions ask. */
type Before = 'nothing' | 'newline' | 'word' | 'other';

interface State {
  /** Instructions that are looked at next. */
  readonly kernel: Int32Array;
  readonly before: Before;
  /** Where characters lead, by their class: filled as texts ask. */
  readonly near: (State | undefined)[];
  readonly far: Map<number, State>;
}

/** Classes whose ways are in an array. */
const nearClasses = 256;
/** Instructions and ways that are remembered of one pattern; past this all is forgotten and begins anew. */
const rememberedEntries = 8192;
/** Characters of known ways are so many to a step, and are told so many at a time. */
const charactersPerStep = 4;
const toldTogether = 4096;

const endOfText = -1;

const matched = newState(new Int32Array(0), 'nothing');
const dead = newState(new Int32Array(0), 'other');

function newState(kernel: Int32Array, before: Before): State {
  return { kernel, before, near: [], far: new Map() };
}

/**
 * Says whether some part of a text matches. The sets of instructions that a text leads to are remembered, so that most
 * characters cost one look-up; a set that is new costs a step for each instruction in reach.
 */
export class Automaton {
  readonly #program: Encoded;
  readonly #alphabet: Alphabet;
  /** Nothing can begin later than the text. */
  readonly #isAnchored: boolean;
  readonly #asksLines: boolean;
  readonly #asksWords: boolean;
  /** By instruction: the round in which it was last seen, or led to. */
  readonly #seen: Int32Array;
  readonly #reached: Int32Array;
  readonly #open: Int32Array;
  readonly #targets: Int32Array;
  /** By set: the round in which it was last asked, and what it said. */
  readonly #judged: Int32Array;
  readonly #verdicts: Uint8Array;
  #round = 0;
  #states = new Map<number, State[]>();
  #entries = 0;

  constructor(program: readonly Instruction[]) {
    this.#program = encode(program);
    this.#alphabet = createAlphabet(program);
    const asks = (...kinds: string[]) => program.some((one) => one.op === 'test' && kinds.includes(one.kind));
    this.#asksLines = asks('line-start', 'line-end');
    this.#asksWords = asks('word', 'not-word');
    this.#isAnchored = beginsWithText(program);
    const column = () => new Int32Array(program.length);
    this.#seen = column();
    this.#reached = column();
    this.#open = column();
    this.#targets = column();
    this.#judged = new Int32Array(this.#program.sets.length);
    this.#verdicts = new Uint8Array(this.#program.sets.length);
  }

  test(text: string, onSteps: OnSteps): boolean {
    const { ascii, classOf } = this.#alphabet;
    const { length } = text;
    let state = this.#intern(Int32Array.of(0), 'nothing');
    let untold = toldTogether;
    for (let at = 0; at < length; at++) {
      let code = text.charCodeAt(at);
      if (code >= 0xd800 && code <= 0xdbff) code = text.codePointAt(at)!;
      const kind = code < ascii.length ? ascii[code]! : classOf(code);
      const next = (kind < nearClasses ? state.near[kind] : state.far.get(kind)) ?? this.#learn(state, code, onSteps);
      if (next === matched) return true;
      if (next === dead) return false;
      state = next;
      if (code > 0xffff) at++;
      if (--untold > 0) continue;
      untold = toldTogether;
      onSteps(toldTogether / charactersPerStep);
    }
    onSteps((toldTogether - untold) / charactersPerStep);
    return this.#advance(state, endOfText, onSteps) === matched;
  }

  #learn(from: State, code: number, onSteps: OnSteps): State {
    const state = this.#entries > rememberedEntries ? this.#forget(from) : from;
    const next = this.#advance(state, code, onSteps);
    const kind = this.#alphabet.classOf(code);
    this.#entries++;
    if (kind < nearClasses) state.near[kind] = next;
    else state.far.set(kind, next);
    return next;
  }

  /** Looks at all instructions in reach of a state, with what comes next. */
  #advance({ kernel, before }: State, code: number, onSteps: OnSteps): State {
    const { ops, next, other } = this.#program;
    const open = this.#open;
    let top = 0;
    let count = 0;
    let steps = 0;
    this.#round++;
    const visit = (at: number) => {
      if (this.#isNew(this.#seen, at)) open[top++] = at;
    };
    const reach = (at: number) => {
      if (this.#isNew(this.#reached, at)) this.#targets[count++] = at;
    };
    for (const first of kernel) {
      visit(first);
      while (top > 0) {
        const at = open[--top]!;
        steps++;
        const op = ops[at]!;
        if (op === opcode.set) {
          if (this.#accepts(at, code)) reach(next[at]!);
        } else if (op === opcode.split) {
          visit(next[at]!);
          visit(other[at]!);
        } else if (op === opcode.jump) visit(next[at]!);
        else if (op === opcode.match) {
          onSteps(steps);
          return matched;
        } else if (holdsBetween(this.#program.assertionAt(at), before, code)) visit(next[at]!);
      }
    }
    if (!this.#isAnchored) reach(0);
    onSteps(steps + count);
    return count === 0 || code === endOfText ? dead : this.#intern(this.#targets.slice(0, count), this.#after(code));
  }

  /** True the first time that an instruction is marked in this round. */
  #isNew(marks: Int32Array, at: number): boolean {
    if (marks[at] === this.#round) return false;
    marks[at] = this.#round;
    return true;
  }

  /** Instructions share their sets: each set is asked once a round. */
  #accepts(at: number, code: number): boolean {
    const set = this.#program.setAt[at]!;
    if (this.#isNew(this.#judged, set)) {
      this.#verdicts[set] = code !== endOfText && accepts(this.#program.sets[set]!, code) ? 1 : 0;
    }
    return this.#verdicts[set] === 1;
  }

  #after(code: number): Before {
    if (this.#asksLines && code === newline) return 'newline';
    return this.#asksWords && isWordCode(code) ? 'word' : 'other';
  }

  /** The one state of this kind. */
  #intern(kernel: Int32Array, before: Before): State {
    let hash = before.length;
    for (const at of kernel) hash = (Math.imul(hash, 31) + at) | 0;
    const alike = this.#states.get(hash) ?? [];
    const known = alike.find((one) => one.before === before && isSame(one.kernel, kernel));
    if (known) return known;
    const state = newState(kernel, before);
    alike.push(state);
    this.#states.set(hash, alike);
    this.#entries += kernel.length;
    return state;
  }

  #forget({ kernel, before }: State): State {
    this.#states = new Map();
    this.#entries = 0;
    return this.#intern(kernel, before);
  }
}

function isSame(a: Int32Array, b: Int32Array): boolean {
  return a.length === b.length && a.every((value, index) => value === b[index]);
}
