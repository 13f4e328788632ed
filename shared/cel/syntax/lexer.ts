import { CelCompileError, type CelIssue } from '../errors.ts';
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

export interface Tokens {
  /** The last one is `end`. */
  tokens: readonly Token[];
  /** What is no token, and has been left out. */
  issues: readonly CelIssue[];
}

/** All tokens of an expression. Throws CelCompileError for one that is too long. */
export function tokenize(text: string): Tokens {
  if (text.length > maximumLength) {
    throw new CelCompileError('', [
      { at: 0, message: `expression code point size exceeds limit: size: ${text.length}, limit ${maximumLength}` },
    ]);
  }
  // Positions count code points, the text is scanned in UTF-16 units.
  const tokens: Token[] = [];
  const issues: CelIssue[] = [];
  let unit = 0;
  let at = 0;
  const advance = (length: number) => {
    for (const end = unit + length; unit < end; unit++) if (!isTrailing(text.charCodeAt(unit))) at++;
  };
  for (;;) {
    advance(blankLength(text, unit));
    if (unit >= text.length) break;
    const found = nextToken(text, unit);
    if ('problem' in found) issues.push({ at, message: `Syntax error: ${found.problem}` });
    else tokens.push({ ...found.token, at });
    advance(found.length);
  }
  tokens.push({ type: 'end', text: '<EOF>', at });
  return { tokens, issues };
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

/** A token, or what is wrong with as many characters. */
export type Scanned = { length: number } & ({ token: Omit<Token, 'at'> } | { problem: string });

function nextToken(text: string, unit: number): Scanned {
  if (match(stringStart, text, unit)) return readQuoted(text, unit);
  const named = match(name, text, unit);
  if (named) return { token: nameToken(named[0]), length: named[0].length };
  const numeral = match(number, text, unit);
  if (numeral) return numberToken(numeral);
  const quoted = match(quotedName, text, unit);
  if (quoted) return { token: { type: 'quoted-name', text: quoted[1]! }, length: quoted[0].length };
  const mark = punctuation.find((candidate) => text.startsWith(candidate, unit));
  if (mark) return { token: { type: 'punctuation', text: mark }, length: mark.length };
  return unrecognized(match(beginning, text, unit)![0]);
}

/** The beginning of a token and what it cannot go on with; else one character. */
const beginning = /[=&|][\s\S]?|`[A-Za-z0-9_./ -]*|[\s\S]/uy;

export function unrecognized(text: string): Scanned {
  return { problem: `token recognition error at: '${text.replaceAll('\n', '\\n')}'`, length: text.length };
}

function nameToken(text: string): Omit<Token, 'at'> {
  switch (text) {
    case 'true':
    case 'false':
      return { type: 'constant', text, value: text === 'true' };
    case 'null':
      return { type: 'constant', text, value: null };
    case 'in':
      return { type: 'punctuation', text };
    default:
      return { type: 'name', text };
  }
}

function numberToken(found: RegExpExecArray): Scanned {
  const [text] = found;
  const value = numberValue(found);
  const { length } = text;
  return typeof value === 'string' ? { problem: value, length } : { token: { type: 'constant', text, value }, length };
}

/** The number, or what is wrong with it. */
function numberValue([all, hex, hexUnsigned, float, decimal, unsigned]: RegExpExecArray):
  | bigint
  | number
  | Uint
  | string {
  if (float !== undefined) {
    const value = Number(float);
    return Number.isFinite(value) ? value : 'invalid double literal';
  }
  if (all!.length > 40) return 'invalid int literal';
  const value = hex === undefined ? BigInt(decimal!) : BigInt(`0x${hex}`);
  if (hexUnsigned || unsigned) return value > maximumUint ? 'invalid uint literal' : new Uint(value);
  // One more than the largest fits where a minus precedes it: the parser looks.
  return value > maximumInt ? 'invalid int literal' : value;
}

export function syntaxError(text: string, at: number, message: string): CelCompileError {
  return new CelCompileError(text, [{ at, message: `Syntax error: ${message}` }]);
}
