import { goQuote } from '../../api/go-format.ts';

/** A list of completion indexes, `1,3-5`: ascending numbers and ranges below the number of completions. */
export interface Indexes {
  /** How many they are; 0 for a malformed list. */
  total: number;
  /** What is wrong, empty for nothing. */
  problem: string;
}

interface Interval {
  from: number;
  to: number;
}

/** Throws a `SyntaxError` with what is wrong. */
function parseInterval(text: string, completions: number): Interval {
  const limits = text.split('-');
  if (limits.length > 2) {
    const rule = "violates the requirement that an index interval can have at most two parts separated by '-'";
    throw new SyntaxError(`the fragment ${goQuote(text)} ${rule}`);
  }
  const [from = 0, to = from] = limits.map((limit) => parseIndex(limit, completions));
  if (limits.length > 1 && from >= to) {
    throw new SyntaxError(`non-increasing order, previous: ${from}, current: ${to}`);
  }
  return { from, to };
}

function parseIndex(text: string, completions: number): number {
  if (!/^\+?\d+$/.test(text)) throw new SyntaxError(`cannot convert string to integer for index: ${goQuote(text)}`);
  const index = Number(text);
  if (index >= completions) throw new SyntaxError(`too large index: ${goQuote(text)}`);
  return index;
}

export function parseIndexes(text: string, completions: number): Indexes {
  let total = 0;
  let last = -1;
  try {
    for (const part of text === '' ? [] : text.split(',')) {
      const { from, to } = parseInterval(part, completions);
      if (last >= from) throw new SyntaxError(`non-increasing order, previous: ${last}, current: ${from}`);
      total += to - from + 1;
      last = to;
    }
    return { total, problem: '' };
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return { total: 0, problem: error.message };
  }
}

/** The lowest index that is in both lists. Malformed parts, of which others complain, are passed over. */
export function firstOverlap(a: string, b: string, completions: number): number | undefined {
  const [left, right] = [wellFormed(a, completions), wellFormed(b, completions)];
  for (let i = 0, j = 0; i < left.length && j < right.length; ) {
    const [x, y] = [left[i]!, right[j]!];
    if (x.from <= y.to && y.from <= x.to) return Math.max(x.from, y.from);
    if (x.from <= y.from) i++;
    else j++;
  }
  return undefined;
}

function wellFormed(text: string, completions: number): Interval[] {
  return text.split(',').flatMap((part) => {
    try {
      return [parseInterval(part, completions)];
    } catch (error) {
      if (error instanceof SyntaxError) return [];
      throw error;
    }
  });
}
