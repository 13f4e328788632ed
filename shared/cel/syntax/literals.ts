import { type Scanned, unrecognized } from './lexer.ts';

/** Strings and bytes between quotes: raw or with escapes, on one line or, in triple quotes, on several. */
export function readQuoted(text: string, start: number): Scanned {
  const prefix = /[a-zA-Z]*/y;
  prefix.lastIndex = start;
  const letters = prefix.exec(text)![0].toLowerCase();
  const raw = letters.includes('r');
  const bytes = letters.includes('b');
  const open = start + letters.length;
  const quote = text[open]!;
  const fence = text.startsWith(quote.repeat(3), open) ? quote.repeat(3) : quote;
  const end = closing(text, open + fence.length, fence, raw);
  if (end === undefined) return unrecognized(text.slice(start).split(fence.length === 1 ? /(?<=[\n\r])/ : /$/)[0]!);
  const inner = text.slice(open + fence.length, end);
  const length = end + fence.length - start;
  const written = text.slice(start, start + length);
  const constant = (value: string | Uint8Array): Scanned => ({
    token: { type: 'constant', text: written, value },
    length,
  });
  if (raw) return constant(bytes ? new TextEncoder().encode(inner) : inner);
  const wrong = wrongEscape(inner);
  // What comes after it is read anew, as Kubernetes does.
  if (wrong !== undefined) return unrecognized(text.slice(start, open + fence.length + wrong));
  return constant(bytes ? unescapeBytes(inner) : unescapeText(inner));
}

function closing(text: string, from: number, fence: string, raw: boolean): number | undefined {
  for (let at = from; at < text.length; at++) {
    if (text.startsWith(fence, at)) return at;
    const char = text[at]!;
    if (fence.length === 1 && (char === '\n' || char === '\r')) return undefined;
    if (char === '\\' && !raw) at++;
  }
  return undefined;
}

const escapes: Readonly<Record<string, number>> = {
  ...{ a: 7, b: 8, f: 12, n: 10, r: 13, t: 9, v: 11, '\\': 92, '?': 63, '"': 34, "'": 39, '`': 96 },
};

const numeric = /^(?:[xX]([0-9A-Fa-f]{2})|u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|([0-3][0-7]{2}))/;

interface Piece {
  /** As written. */
  length: number;
  /** Text that stands for itself, or the code of an escape; -1 for one that is none. */
  text?: string;
  code?: number;
  /** Written with digits that name a byte rather than a character. */
  isByte?: boolean;
}

/** Where the first escape ends that is none. */
function wrongEscape(inner: string): number | undefined {
  let at = 0;
  for (const piece of pieces(inner)) {
    if (piece.code === -1) return at + piece.length;
    at += piece.length;
  }
  return undefined;
}

function* pieces(inner: string): Generator<Piece> {
  for (let index = 0; index < inner.length; ) {
    const backslash = inner.indexOf('\\', index);
    if (backslash !== index) {
      const end = backslash < 0 ? inner.length : backslash;
      yield { text: inner.slice(index, end), length: end - index };
      index = end;
      continue;
    }
    const rest = inner.slice(index + 1, index + 10);
    const simple = escapes[rest[0] ?? ''];
    if (simple !== undefined) {
      yield { code: simple, length: 2 };
      index += 2;
      continue;
    }
    const found = numeric.exec(rest);
    const digits = found && (found[1] ?? found[2] ?? found[3]);
    const code = found ? (digits ? Number.parseInt(digits, 16) : Number.parseInt(found[4]!, 8)) : -1;
    if (!found || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) {
      yield { code: -1, length: 2 };
      return;
    }
    const length = 1 + found[0].length;
    yield { code, isByte: found[1] !== undefined || found[4] !== undefined, length };
    index += length;
  }
}

function unescapeText(inner: string): string {
  let result = '';
  for (const piece of pieces(inner)) result += piece.text ?? String.fromCodePoint(piece.code!);
  return result;
}

function unescapeBytes(inner: string): Uint8Array {
  const bytes: number[] = [];
  for (const piece of pieces(inner)) {
    if (piece.isByte) bytes.push(piece.code!);
    else for (const byte of new TextEncoder().encode(piece.text ?? String.fromCodePoint(piece.code!))) bytes.push(byte);
  }
  return Uint8Array.from(bytes);
}
