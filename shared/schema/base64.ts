/** Where Go's decoder gives up on a text that is no standard base64, or undefined. Line breaks are skipped. */
export function corruptBase64At(text: string): number | undefined {
  const end = text.search(/[^A-Za-z0-9+/]/);
  if (end === -1) return text.length % 4 === 0 ? undefined : text.length - (text.length % 4);
  return scanSlowly(text);
}

function scanSlowly(text: string): number | undefined {
  let inGroup = 0;
  let group = 0;
  for (let at = 0; at < text.length; at++) {
    const character = text[at]!;
    if (isLineBreak(character)) continue;
    if (inGroup === 0) group = at;
    if (character === '=') return paddingError(text, { at, inGroup });
    if (!/[A-Za-z0-9+/]/.test(character)) return at;
    inGroup = (inGroup + 1) % 4;
  }
  return inGroup === 0 ? undefined : group;
}

/** After the first `=`, which may stand for the third or the fourth character of the last group. */
function paddingError(text: string, { at, inGroup }: { at: number; inGroup: number }): number | undefined {
  if (inGroup < 2) return at;
  let next = skipLineBreaks(text, at + 1);
  if (inGroup === 2) {
    if (next === text.length) return text.length;
    if (text[next] !== '=') return next;
    next = skipLineBreaks(text, next + 1);
  }
  return next < text.length ? next : undefined;
}

function skipLineBreaks(text: string, from: number): number {
  let at = from;
  while (at < text.length && isLineBreak(text[at]!)) at++;
  return at;
}

function isLineBreak(character: string): boolean {
  return character === '\n' || character === '\r';
}
