import { normalise } from './classes.ts';
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

export function compileProgram(node: RegexNode, pattern: string): Instruction[] {
  const program: Instruction[] = [];
  const emit = (instruction: Instruction): number => {
    if (program.length >= maximumInstructions) throw new RegexSyntaxError('expression too large', pattern);
    return program.push(instruction) - 1;
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
        emit({ op: 'set', ranges: normalise(part.ranges), fold: part.fold, next: program.length + 1 });
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
