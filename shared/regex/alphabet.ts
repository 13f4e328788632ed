import type { Instruction } from './program.ts';

/** Parts the characters into classes that a program cannot tell apart. */
export interface Alphabet {
  /** Classes of the first characters. */
  readonly ascii: Int32Array;
  /** Zero and up. */
  classOf(code: number): number;
}

const asciiSize = 128;

/** What assertions look at: newlines, and the characters of words. */
const asserted: readonly number[] = [0x0a, 0x0b, 0x30, 0x3a, 0x41, 0x5b, 0x5f, 0x60, 0x61, 0x7b];

export function createAlphabet(program: readonly Instruction[]): Alphabet {
  const sets = program.filter((instruction) => instruction.op === 'set');
  const starts = startsOf(new Set(sets.map(({ ranges }) => ranges)));
  const within = (code: number) => lastAtMost(starts, code);
  const classOf = sets.some(({ fold }) => fold) ? foldingClasses(within) : within;
  const ascii = Int32Array.from({ length: asciiSize }, (_, code) => classOf(code));
  return { ascii, classOf };
}

/** Where a class begins: at both ends of every range. */
function startsOf(sets: ReadonlySet<Int32Array>): Int32Array {
  const starts = new Set<number>([0, ...asserted]);
  for (const ranges of sets) {
    for (let index = 0; index < ranges.length; index += 2) starts.add(ranges[index]!).add(ranges[index + 1]! + 1);
  }
  return Int32Array.from(starts).sort();
}

/** Where case does not count, the other cases of a character decide as well. */
function foldingClasses(within: (code: number) => number): (code: number) => number {
  const ids = new Map<string, number>();
  return (code) => {
    const char = String.fromCodePoint(code);
    const cases = [char, char.toLowerCase(), char.toUpperCase()].map((one) => within(one.codePointAt(0)!)).join();
    let id = ids.get(cases);
    if (id === undefined) {
      id = ids.size;
      ids.set(cases, id);
    }
    return id;
  };
}

function lastAtMost(sorted: Int32Array, value: number): number {
  let low = 0;
  let high = sorted.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (sorted[middle]! <= value) low = middle;
    else high = middle - 1;
  }
  return low;
}
