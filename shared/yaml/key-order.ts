const letter = /\p{L}/u;
const digit = /\p{Nd}/u;
const zero = 48;

/**
 * The order in which Kubernetes writes the keys of a map: that of people, in which `disk9` comes before `disk10` and
 * punctuation before letters.
 */
export function compareKeys(a: string, b: string): number {
  const shorter = Math.min(a.length, b.length);
  let index = 0;
  while (index < shorter && a.charCodeAt(index) === b.charCodeAt(index)) index++;
  if (index === shorter) return a.length - b.length;
  return compareAt(a, b, isLowSurrogate(a.charCodeAt(index)) ? index - 1 : index);
}

/** Both texts are the same before `index` and differ there. */
function compareAt(a: string, b: string, index: number): number {
  const [left, right] = [a.codePointAt(index)!, b.codePointAt(index)!];
  const [leftIsLetter, rightIsLetter] = [isLetter(left), isLetter(right)];
  if (leftIsLetter && rightIsLetter) return left - right;
  if (leftIsLetter || rightIsLetter) return rightIsLetter ? -1 : 1;
  const start = left === zero || right === zero ? startValue(a, index) : 0;
  const numbers = [numberAt(a, index, start), numberAt(b, index, start)] as const;
  return numbers[0].value - numbers[1].value || numbers[0].length - numbers[1].length || left - right;
}

/** A zero counts only inside of a number: whether anything but zeros stands in front of it. */
function startValue(text: string, index: number): number {
  for (const character of [...text.slice(0, index)].reverse()) {
    const code = character.codePointAt(0)!;
    if (!isDigit(code)) return 0;
    if (code !== zero) return 1;
  }
  return 0;
}

function numberAt(text: string, index: number, start: number): { value: number; length: number } {
  let value = start;
  let length = 0;
  for (const character of text.slice(index)) {
    const code = character.codePointAt(0)!;
    if (!isDigit(code)) break;
    value = value * 10 + code - zero;
    length++;
  }
  return { value, length };
}

function isLetter(code: number): boolean {
  if (code < 128) return (code >= 65 && code <= 90) || (code >= 97 && code <= 122);
  return letter.test(String.fromCodePoint(code));
}

function isDigit(code: number): boolean {
  if (code < 128) return code >= zero && code < zero + 10;
  return digit.test(String.fromCodePoint(code));
}

function isLowSurrogate(unit: number): boolean {
  return unit >= 0xdc00 && unit <= 0xdfff;
}
