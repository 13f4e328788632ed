import { CelCompileError } from '../errors.ts';
import { Uint, type Value } from '../values.ts';
import { readQuoted } from './literals.ts';

export type TokenType = 'end' | 'name' | 'quoted-name' | 'constant' | 'punctuation';

export interface Token {
  type: TokenType;
  /** As written, for names and punctuation. */
  text: string;
  at: number;
  value?: Value;
}

const punctuation = [
  ...['==', '!=', '<=', '>=', '&&', '||'],
  ...['<', '>', '+', '-', '*', '/', '%', '!', '?', ':', ',', '.', '(', ')', '[', ']', '{', '}'],
];

const maximumInt = 2n ** 63n;
const maximumUint = 2n ** 64n - 1n;

/** Texts longer than this are not read at all. */
const maximumLength = 100_000;

/** All tokens of an expression, the last one `end`. Throws CelCompileError. */
export function tokenize(text: string): Token[] {
  if (text.length > maximumLength) {
    throw new CelCompileError('', [
      { at: 0, message: `expression code point size exceeds limit: size: ${text.length}, limit ${maximumLength}` },
    ]);
  }
  // Positions count code points, the text is scanned in UTF-16 units.
  const tokens: Token[] = [];
  let unit = 0;
  let at = 0;
  const advance = (length: number) => {
    for (const end = unit + length; unit < end; unit++) if (!isTrailing(text.charCodeAt(unit))) at++;
  };
  for (;;) {
    advance(blankLength(text, unit));
    if (unit >= text.length) break;
    const { length, ...token } = nextToken(text, unit, at);
    tokens.push({ ...token, at });
    advance(length);
  }
  tokens.push({ type: 'end', text: '<EOF>', at });
  return tokens;
}

function isTrailing(code: number): boolean {
  return code >= 0xdc00 && code <= 0xdfff;
}

const blank = /(?:[\t\n\f\r ]+|\/\/[^\n]*)*/y;
const name = /[A-Za-z_][A-Za-z0-9_]*/y;
const quotedName = /`([A-Za-z0-9_./ -]+)`/y;
const stringStart = /(?:[bB][rR]?|[rR][bB]?)?(?:"|')/y;
const number =
  /0x([0-9A-Fa-f]+)([uU]?)|(\d+\.\d+(?:[eE][+-]?\d+)?|\d+[eE][+-]?\d+|\.\d+(?:[eE][+-]?\d+)?)|(\d+)([uU]?)/y;

function blankLength(text: string, at: number): number {
  blank.lastIndex = at;
  return blank.exec(text)?.[0].length ?? 0;
}

function match(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(text);
}

type Scanned = Omit<Token, 'at'> & { length: number };

function nextToken(text: string, unit: number, at: number): Scanned {
  if (match(stringStart, text, unit)) return readQuoted(text, unit, at);
  const named = match(name, text, unit);
  if (named) return nameToken(named[0]);
  const numeral = match(number, text, unit);
  if (numeral)
    return { type: 'constant', text: numeral[0], length: numeral[0].length, value: numberValue(text, numeral, at) };
  const quoted = match(quotedName, text, unit);
  if (quoted) return { type: 'quoted-name', text: quoted[1]!, length: quoted[0].length };
  const mark = punctuation.find((candidate) => text.startsWith(candidate, unit));
  if (mark) return { type: 'punctuation', text: mark, length: mark.length };
  const char = String.fromCodePoint(text.codePointAt(unit)!);
  throw syntaxError(text, at, `token recognition error at: '${char}'`);
}

function nameToken(text: string): Scanned {
  const length = text.length;
  switch (text) {
    case 'true':
    case 'false':
      return { type: 'constant', text, length, value: text === 'true' };
    case 'null':
      return { type: 'constant', text, length, value: null };
    case 'in':
      return { type: 'punctuation', text, length };
    default:
      return { type: 'name', text, length };
  }
}

function numberValue(text: string, found: RegExpExecArray, at: number): Value {
  const [all, hex, hexUnsigned, float, decimal, unsigned] = found;
  if (float !== undefined) {
    const value = Number(float);
    if (!Number.isFinite(value)) throw syntaxError(text, at, 'invalid double literal');
    return value;
  }
  const value = hex === undefined ? BigInt(decimal!) : BigInt(`0x${hex}`);
  if (hexUnsigned || unsigned) {
    if (value > maximumUint) throw syntaxError(text, at, 'invalid uint literal');
    return new Uint(value);
  }
  // One more than the largest fits where a minus precedes it: the parser looks.
  if (value > maximumInt || all.length > 40) throw syntaxError(text, at, 'invalid int literal');
  return value;
}

export function syntaxError(text: string, at: number, message: string): CelCompileError {
  return new CelCompileError(text, [{ at, message: `Syntax error: ${message}` }]);
}
