/**
 * Parses JSON; what is wrong with it is said as Go's decoder says it, because clients and people know those words.
 * Throws SyntaxError.
 */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new SyntaxError(describe(text, error.message));
  }
}

/** How V8 begins its messages, and what Go says of the character at which they point. */
const phrases: readonly (readonly [start: RegExp, where: string])[] = [
  [/^Expected property name|^Expected double-quoted property name/, 'looking for beginning of object key string'],
  [/^Expected ':'/, 'after object key'],
  [/^Expected ',' or '}'/, 'after object key:value pair'],
  [/^Expected ',' or ']'/, 'after array element'],
  [/^Bad control character/, 'in string literal'],
  [/^Bad escaped character|^Bad Unicode escape/, 'in string escape code'],
  [/^Unexpected non-whitespace character/, 'after top-level value'],
  [/^No number after minus sign|^Exponent part is missing|^Unterminated fractional number/, 'in numeric literal'],
];

function describe(text: string, message: string): string {
  if (/^Unexpected end|^Unterminated string/.test(message)) return 'unexpected end of JSON input';
  const [, where = 'looking for beginning of value'] = phrases.find(([start]) => start.test(message)) ?? [];
  const character = characterAt(text, message);
  if (character === undefined) return 'unexpected end of JSON input';
  return `invalid character ${quoted(character)} ${where}`;
}

/** V8 names the position, or the character itself. */
function characterAt(text: string, message: string): string | undefined {
  const position = /at position (\d+)/.exec(message)?.[1];
  if (position !== undefined) return text[Number(position)];
  return /^Unexpected token '(.)'/su.exec(message)?.[1];
}

function quoted(character: string): string {
  if (character === "'") return `'\\''`;
  if (character === '"') return `'"'`;
  const escaped = JSON.stringify(character).slice(1, -1);
  const code = character.charCodeAt(0);
  const isControl = code < 0x20 || (code >= 0x7f && code < 0xa0);
  return `'${isControl && escaped === character ? `\\u${code.toString(16).padStart(4, '0')}` : escaped}'`;
}
