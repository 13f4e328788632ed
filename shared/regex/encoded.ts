import type { Instruction } from './program.ts';
import type { Assertion } from './syntax.ts';

export const opcode = { set: 0, split: 1, jump: 2, test: 3, match: 4 } as const satisfies Record<
  Instruction['op'],
  number
>;

type SetInstruction = Extract<Instruction, { op: 'set' }>;

/** A program as columns of numbers, which are looked at many times. */
export interface Encoded {
  readonly ops: Uint8Array;
  readonly next: Int32Array;
  readonly other: Int32Array;
  /** Which of `sets` an instruction has. */
  readonly setAt: Int32Array;
  /** One instruction for each set. */
  readonly sets: readonly SetInstruction[];
  assertionAt(at: number): Assertion;
}

export function encode(program: readonly Instruction[]): Encoded {
  const sets: SetInstruction[] = [];
  const known = new Map<Int32Array, Map<boolean, number>>();
  const setOf = (instruction: SetInstruction): number => {
    const { ranges, fold } = instruction;
    const alike = known.get(ranges) ?? new Map<boolean, number>();
    known.set(ranges, alike);
    const id = alike.get(fold) ?? sets.push(instruction) - 1;
    alike.set(fold, id);
    return id;
  };
  return {
    ops: Uint8Array.from(program, ({ op }) => opcode[op]),
    next: Int32Array.from(program, (one) => ('next' in one ? one.next : 0)),
    other: Int32Array.from(program, (one) => (one.op === 'split' ? one.other : 0)),
    setAt: Int32Array.from(program, (one) => (one.op === 'set' ? setOf(one) : 0)),
    sets,
    assertionAt(at) {
      const instruction = program[at]!;
      if (instruction.op !== 'test') throw new Error(`instruction ${at} is no assertion`);
      return instruction.kind;
    },
  };
}

/** Every way through the program begins with a test for the beginning of the text. */
export function beginsWithText(program: readonly Instruction[]): boolean {
  const open = [0];
  const seen = new Set<number>();
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    if (seen.has(at)) continue;
    seen.add(at);
    const instruction = program[at]!;
    if (instruction.op === 'set' || instruction.op === 'match') return false;
    if (instruction.op === 'test' && instruction.kind === 'text-start') continue;
    open.push(instruction.next);
    if (instruction.op === 'split') open.push(instruction.other);
  }
  return true;
}
