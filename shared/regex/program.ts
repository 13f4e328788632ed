import { type CodeRange, normalise } from './classes.ts';
import { type Assertion, type RegexNode, RegexSyntaxError } from './syntax.ts';

/** What a pattern compiles to: instructions of a machine that holds a set of states, never a stack of choices. */
export type Instruction =
  | { op: 'set'; ranges: Int32Array; fold: boolean; next: number }
  /** Both ways at once; `next` is preferred. */
  | { op: 'split'; next: number; other: number }
  | { op: 'jump'; next: number }
  | { op: 'test'; kind: Assertion; next: number }
  | { op: 'match' };

/** A character costs at most a step for each instruction: this bounds what a short pattern can ask for. */
const maximumInstructions = 20_000;

/** Throws RegexSyntaxError for what would compile to more than a program may have. */
export function checkSize(node: RegexNode, pattern: string): void {
  if (sizeOf(node) >= maximumInstructions) throw new RegexSyntaxError('expression too large', pattern.slice(0, 1000));
}

/** How many instructions a part compiles to. */
function sizeOf(node: RegexNode): number {
  switch (node.op) {
    case 'empty':
      return 0;
    case 'set':
    case 'test':
      return 1;
    case 'concat':
      return node.parts.reduce((sum, part) => sum + sizeOf(part), 0);
    case 'alternate':
      return node.choices.reduce((sum, choice) => sum + 2 + sizeOf(choice), -2);
    case 'repeat': {
      const body = sizeOf(node.body);
      const { min, max } = node;
      return min * body + (max === Number.POSITIVE_INFINITY ? body + 2 : (max - min) * (body + 1));
    }
  }
}

export function compileProgram(node: RegexNode, pattern: string): Instruction[] {
  checkSize(node, pattern);
  const program: Instruction[] = [];
  const emit = (instruction: Instruction): number => program.push(instruction) - 1;
  // Repeated parts share their sets.
  const sets = new Map<readonly CodeRange[], Int32Array>();
  const setOf = (ranges: readonly CodeRange[]): Int32Array => {
    let set = sets.get(ranges);
    if (!set) {
      set = normalise(ranges);
      sets.set(ranges, set);
    }
    return set;
  };
  const split = (lazy: boolean, way: 'in' | 'out', at: number, target: number): void => {
    const instruction = program[at] as { next: number; other: number };
    if ((way === 'in') !== lazy) instruction.next = target;
    else instruction.other = target;
  };

  const add = (part: RegexNode): void => {
    switch (part.op) {
      case 'empty':
        return;
      case 'set':
        emit({ op: 'set', ranges: setOf(part.ranges), fold: part.fold, next: program.length + 1 });
        return;
      case 'test':
        emit({ op: 'test', kind: part.kind, next: program.length + 1 });
        return;
      case 'concat':
        for (const item of part.parts) add(item);
        return;
      case 'alternate':
        addAlternate(part.choices);
        return;
      case 'repeat':
        addRepeat(part);
    }
  };

  const addAlternate = (choices: readonly RegexNode[]): void => {
    const jumps: number[] = [];
    choices.forEach((choice, index) => {
      if (index === choices.length - 1) {
        add(choice);
        return;
      }
      const fork = emit({ op: 'split', next: program.length + 1, other: -1 });
      add(choice);
      jumps.push(emit({ op: 'jump', next: -1 }));
      (program[fork] as { other: number }).other = program.length;
    });
    for (const jump of jumps) (program[jump] as { next: number }).next = program.length;
  };

  const addRepeat = ({ body, min, max, lazy }: Extract<RegexNode, { op: 'repeat' }>): void => {
    for (let count = 0; count < min; count++) add(body);
    if (max === Number.POSITIVE_INFINITY) {
      const fork = emit({ op: 'split', next: -1, other: -1 });
      split(lazy, 'in', fork, program.length);
      add(body);
      emit({ op: 'jump', next: fork });
      split(lazy, 'out', fork, program.length);
      return;
    }
    const forks: number[] = [];
    for (let count = min; count < max; count++) {
      const fork = emit({ op: 'split', next: -1, other: -1 });
      split(lazy, 'in', fork, program.length);
      forks.push(fork);
      add(body);
    }
    for (const fork of forks) split(lazy, 'out', fork, program.length);
  };

  add(node);
  emit({ op: 'match' });
  return program;
}
