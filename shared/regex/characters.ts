import type { Instruction } from './program.ts';
import type { Assertion } from './syntax.ts';

export const newline = 0x0a;

export function accepts({ ranges, fold }: Extract<Instruction, { op: 'set' }>, code: number): boolean {
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

/** Whether an assertion holds between what came before and the next character, -1 at the end of the text. */
export function holdsBetween(kind: Assertion, before: 'nothing' | 'newline' | 'word' | 'other', code: number): boolean {
  switch (kind) {
    case 'text-start':
      return before === 'nothing';
    case 'text-end':
      return code < 0;
    case 'line-start':
      return before === 'nothing' || before === 'newline';
    case 'line-end':
      return code < 0 || code === newline;
    case 'word':
      return (before === 'word') !== isWordCode(code);
    case 'not-word':
      return (before === 'word') === isWordCode(code);
  }
}

/** The character at this position of a text, as what came before. */
export function beforeAt(text: string, at: number): 'nothing' | 'newline' | 'word' | 'other' {
  if (at === 0) return 'nothing';
  const code = text.charCodeAt(at - 1);
  if (code === newline) return 'newline';
  return isWordCode(code) ? 'word' : 'other';
}

export function isWordCode(code: number): boolean {
  return (
    (code >= 0x61 && code <= 0x7a) || (code >= 0x41 && code <= 0x5a) || (code >= 0x30 && code <= 0x39) || code === 0x5f
  );
}
