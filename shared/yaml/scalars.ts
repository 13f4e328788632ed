import type { Json } from '../api/json.ts';
import { needsQuotes } from './plain-meaning.ts';

/** Where a text begins, and where its further lines do. */
export interface Place {
  column: number;
  indent: number;
}

/** Lines are folded at the first single space behind it. */
const bestWidth = 80;

const breaks = /[\n\r\u0085]/;
/** Nothing of it can be special, and there is no space at which it could be folded. */
const simple = /^[A-Za-z_/][\w./-]*$/;
/** Kubernetes writes U+2028 and U+2029 as line breaks, which not every reader takes for what they are. */
const unprintable = /[^\n\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd]/;
/** What YAML takes for its own signs, in a text without quotes. */
const indicators = /^(?:---|\.\.\.)|^[ #,[\]{}&*!|>'"%@`]|^[-?:](?: |$)|:(?: |$)| #| $/;

export function hasBreak(text: string): boolean {
  return breaks.test(text);
}

/**
 * A value that is neither a list nor a map with anything in it. Without a place it is a key, which stays on one line.
 */
export function scalarText(value: Json, place?: Place): string {
  switch (typeof value) {
    case 'string':
      return stringText(value, place);
    case 'number':
      return numberText(value);
    case 'boolean':
      return String(value);
    default:
      return value === null ? 'null' : Array.isArray(value) ? '[]' : '{}';
  }
}

function numberText(value: number): string {
  if (Number.isInteger(value) && Math.abs(value) < 2 ** 63) return String(BigInt(value));
  const [mantissa, exponent] = value.toExponential().split('e') as [string, string];
  const size = Number(exponent);
  if (size >= -4 && size < 6) return String(value);
  return `${mantissa}e${size < 0 ? '-' : '+'}${String(Math.abs(size)).padStart(2, '0')}`;
}

function stringText(text: string, place: Place | undefined): string {
  if (simple.test(text) && !needsQuotes(text)) return text;
  if (unprintable.test(text)) return doubleQuoted(text, place);
  if (text.includes('\n')) {
    const keepsSpaces = !/ (?:\n|$)/.test(text);
    return place && keepsSpaces ? literal(text, place) : doubleQuoted(text, place);
  }
  if (needsQuotes(text)) return doubleQuoted(text, place);
  return indicators.test(text) ? singleQuoted(text, place) : plain(text, place);
}

function plain(text: string, place: Place | undefined): string {
  return folded(text, place, { quote: '', write: (character) => character });
}

function singleQuoted(text: string, place: Place | undefined): string {
  return folded(text, place, { quote: "'", write: (character) => (character === "'" ? "''" : character) });
}

function doubleQuoted(text: string, place: Place | undefined): string {
  return folded(text, place, { quote: '"', write: escaped, keepsSpaces: true });
}

interface Quoting {
  quote: string;
  /** How a character is written. */
  write(character: string): string;
  /** A fold may stand in front of further spaces, which it then protects. */
  keepsSpaces?: boolean;
}

function folded(text: string, place: Place | undefined, { quote, write, keepsSpaces = false }: Quoting): string {
  const isShort = !place || place.column + text.length <= bestWidth;
  if (isShort && quote !== '"') return quote ? `'${text.replaceAll("'", "''")}'` : text;
  const newLine = place ? `\n${' '.repeat(place.indent)}` : '';
  const characters = [...text];
  const last = characters.length - 1;
  let out = quote;
  let column = (place?.column ?? 0) + quote.length;
  let afterSpace = false;
  for (const [index, character] of characters.entries()) {
    if (character === ' ') {
      const isFold = place && !afterSpace && column > bestWidth && index > 0 && index < last;
      const beforeSpace = characters[index + 1] === ' ';
      afterSpace = true;
      if (isFold && (keepsSpaces || !beforeSpace)) {
        out += newLine + (beforeSpace ? '\\' : '');
        column = place.indent + (beforeSpace ? 1 : 0);
        continue;
      }
    } else afterSpace = false;
    const written = write(character);
    out += written;
    column += written.length;
  }
  return out + quote;
}

const shortEscapes: Readonly<Record<string, string>> = {
  '\0': '\\0',
  '\u0007': '\\a',
  '\b': '\\b',
  '\t': '\\t',
  '\n': '\\n',
  '\v': '\\v',
  '\f': '\\f',
  '\r': '\\r',
  '\u001b': '\\e',
  '"': '\\"',
  '\\': '\\\\',
  '\u0085': '\\N',
  '\u00a0': '\\_',
  '\u2028': '\\L',
  '\u2029': '\\P',
};

function escaped(character: string): string {
  if (character !== '"' && character !== '\\' && character !== '\n' && !unprintable.test(character)) return character;
  return shortEscapes[character] ?? hexEscape(character.codePointAt(0)!);
}

function hexEscape(code: number): string {
  const [letter, digits] = code <= 0xff ? ['x', 2] : code <= 0xffff ? ['u', 4] : ['U', 8];
  return `\\${letter}${code
    .toString(16)
    .toUpperCase()
    .padStart(digits as number, '0')}`;
}

/** A block of lines, with signs for how its beginning and its end are to be read. */
function literal(text: string, { indent }: Place): string {
  const beginsWithSpace = /^[ \n]/.test(text) ? '2' : '';
  const end = !text.endsWith('\n') ? '-' : /(?:^|\n)\n$/.test(text) ? '+' : '';
  const pad = ' '.repeat(indent);
  const lines = text.replace(/\n$/, '').split('\n');
  return `|${beginsWithSpace}${end}\n${lines.map((line) => (line === '' ? '' : pad + line)).join('\n')}`;
}
