/** Sets of characters as ranges of code points, both ends included. */
export type CodeRange = readonly [low: number, high: number];

const maximumCode = 0x10ffff;

const digits: readonly CodeRange[] = [[0x30, 0x39]];
const lower: readonly CodeRange[] = [[0x61, 0x7a]];
const upper: readonly CodeRange[] = [[0x41, 0x5a]];
const letters = [...lower, ...upper];
const word: readonly CodeRange[] = [...digits, ...letters, [0x5f, 0x5f]];
const perlSpace: readonly CodeRange[] = [
  [0x09, 0x0a],
  [0x0c, 0x0d],
  [0x20, 0x20],
];

const named: Readonly<Record<string, readonly CodeRange[]>> = {
  alnum: [...digits, ...letters],
  alpha: letters,
  ascii: [[0, 0x7f]],
  blank: [
    [0x09, 0x09],
    [0x20, 0x20],
  ],
  cntrl: [
    [0, 0x1f],
    [0x7f, 0x7f],
  ],
  digit: digits,
  graph: [[0x21, 0x7e]],
  lower,
  print: [[0x20, 0x7e]],
  punct: [
    [0x21, 0x2f],
    [0x3a, 0x40],
    [0x5b, 0x60],
    [0x7b, 0x7e],
  ],
  space: [
    [0x09, 0x0d],
    [0x20, 0x20],
  ],
  upper,
  word,
  xdigit: [...digits, [0x41, 0x46], [0x61, 0x66]],
};

/** `alpha` of `[[:alpha:]]`. */
export function namedClass(name: string): readonly CodeRange[] | undefined {
  return Object.hasOwn(named, name) ? named[name] : undefined;
}

/** The class that `\d`, `\W`, ... stand for. */
export function perlClass(letter: string): readonly CodeRange[] | undefined {
  switch (letter) {
    case 'd':
      return digits;
    case 'D':
      return negate(digits);
    case 'w':
      return word;
    case 'W':
      return negate(word);
    case 's':
      return perlSpace;
    case 'S':
      return negate(perlSpace);
    default:
      return undefined;
  }
}

const categories = new Map<string, readonly CodeRange[]>();

/** Parts of Unicode where what holds for the first character holds for all. */
const uniform: readonly CodeRange[] = [
  [0x40000, 0xdffff],
  [0xe1000, 0xeffff],
  [0xf0000, 0xffffd],
  [0xffffe, 0xfffff],
  [0x100000, 0x10fffd],
  [0x10fffe, maximumCode],
];
const mixed: readonly CodeRange[] = [
  [0, 0xd7ff],
  [0xe000, 0xffff],
  [0x10000, 0x3ffff],
  [0xe0000, 0xe0fff],
];
const atOnce = 0x2000;

interface Chunk {
  from: number;
  text: string;
}

let chunks: readonly Chunk[] | undefined;

/** All characters of the mixed parts, made once, when somebody asks for the first category. */
function allChunks(): readonly Chunk[] {
  chunks ??= mixed.flatMap(([low, high]) => {
    const parts: Chunk[] = [];
    for (let from = low; from <= high; from += atOnce) {
      const length = Math.min(atOnce, high - from + 1);
      parts.push({ from, text: String.fromCodePoint(...Array.from({ length }, (_, index) => from + index)) });
    }
    return parts;
  });
  return chunks;
}

/**
 * The ranges of a general category or script (`L`, `Lu`, `Greek`). The host's own Unicode tables are asked, once a
 * name: at most the few dozen names that exist are remembered.
 */
export function categoryRanges(name: string): readonly CodeRange[] | undefined {
  const known = categories.get(name);
  if (known) return known;
  const members = membership(name);
  if (!members) return undefined;
  const runs = allChunks().flatMap(({ from, text }) => {
    const width = from > 0xffff ? 2 : 1;
    return Array.from(text.matchAll(members), (run): CodeRange => {
      const low = from + run.index / width;
      return [low, low + run[0].length / width - 1];
    });
  });
  runs.push(...uniform.filter(([first]) => String.fromCodePoint(first).search(members) === 0));
  const ranges = joined(runs);
  categories.set(name, ranges);
  return ranges;
}

function membership(name: string): RegExp | undefined {
  if (name === 'Any') return /[\s\S]+/gu;
  if (!/^[A-Z][A-Za-z_]*$/.test(name)) return undefined;
  const property = name.length <= 2 ? `General_Category=${name}` : `Script=${name}`;
  try {
    return new RegExp(`\\p{${property}}+`, 'gu');
  } catch {
    return undefined;
  }
}

export function negate(ranges: readonly CodeRange[]): CodeRange[] {
  const result: CodeRange[] = [];
  let next = 0;
  for (const [low, high] of [...ranges].sort((a, b) => a[0] - b[0])) {
    if (low > next) result.push([next, low - 1]);
    next = Math.max(next, high + 1);
  }
  if (next <= maximumCode) result.push([next, maximumCode]);
  return result;
}

/** Sorted and merged, for binary search. */
export function normalise(ranges: readonly CodeRange[]): Int32Array {
  return Int32Array.from(joined(ranges).flat());
}

function joined(ranges: readonly CodeRange[]): CodeRange[] {
  const merged: [number, number][] = [];
  for (const [low, high] of [...ranges].sort((a, b) => a[0] - b[0])) {
    const last = merged.at(-1);
    if (last && low <= last[1] + 1) last[1] = Math.max(last[1], high);
    else merged.push([low, high]);
  }
  return merged;
}
