const letter = /\p{L}/u;
const digit = /\p{Nd}/u;
const lettersOnly = /^[A-Za-z]*$/;

/**
 * The order in which Kubernetes writes the keys of a map: that of people, in which `disk9` comes before `disk10` and
 * punctuation before letters.
 */
export function compareKeys(a: string, b: string): number {
  if (lettersOnly.test(a) && lettersOnly.test(b)) return a < b ? -1 : a > b ? 1 : 0;
  const left = [...a];
  const right = [...b];
  const shorter = Math.min(left.length, right.length);
  for (let index = 0; index < shorter; index++) {
    if (left[index] !== right[index]) return compareAt(left, right, index);
  }
  return left.length - right.length;
}

/** Both texts are the same before `index` and differ there. */
function compareAt(left: readonly string[], right: readonly string[], index: number): number {
  const [a, b] = [left[index]!, right[index]!];
  const [aIsLetter, bIsLetter] = [letter.test(a), letter.test(b)];
  if (aIsLetter && bIsLetter) return codeOf(a) - codeOf(b);
  if (aIsLetter || bIsLetter) return bIsLetter ? -1 : 1;
  const start = a === '0' || b === '0' ? startValue(left, index) : 0;
  const numbers = [numberAt(left, index, start), numberAt(right, index, start)] as const;
  return numbers[0].value - numbers[1].value || numbers[0].length - numbers[1].length || codeOf(a) - codeOf(b);
}

/** A zero counts only inside of a number: whether anything but zeros stands in front of it. */
function startValue(text: readonly string[], index: number): number {
  for (let before = index - 1; before >= 0 && digit.test(text[before]!); before--) {
    if (text[before] !== '0') return 1;
  }
  return 0;
}

function numberAt(text: readonly string[], index: number, start: number): { value: number; length: number } {
  let value = start;
  let end = index;
  for (; end < text.length && digit.test(text[end]!); end++) value = value * 10 + codeOf(text[end]!) - codeOf('0');
  return { value, length: end - index };
}

function codeOf(character: string): number {
  return character.codePointAt(0)!;
}
