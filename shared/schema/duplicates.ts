import { fieldMap, pathText } from './check-types.ts';
import type { Schema } from './model.ts';

/** For texts of which every part is looked into, whatever its form. */
export const everything: Schema = { type: 'any' };

/**
 * Finds keys that a JSON text gives twice in one object, which parsing hides. Only where the schema knows the object:
 * what strict decoding skips or leaves open is not looked into. The text must be valid JSON that has passed
 * `checkTypes`; anything else only makes the result meaningless.
 *
 * @returns `duplicate field "metadata.labels.a"`, in the order of the document.
 */
export function findDuplicates(schema: Schema, text: string): string[] {
  const scanner = new Scanner(text);
  scanner.value(schema);
  return scanner.findings;
}

/** True when a JSON text has more members than the value it was parsed to: a cheap test before the search. */
export function hasDuplicates(text: string, value: unknown): boolean {
  return countMembers(text) !== countKeys(value);
}

function countMembers(text: string): number {
  let count = 0;
  for (let at = text.indexOf('"'); at !== -1; at = text.indexOf('"', at)) {
    at = endOfString(text, at);
    while (text.charCodeAt(at) <= space) at++;
    if (text.charCodeAt(at) === colon) count++;
  }
  return count;
}

/** Not recursive: it runs before the depth of the value is known to be bounded. */
function countKeys(root: unknown): number {
  let count = 0;
  const open: unknown[] = [root];
  for (let value = open.pop(); value !== undefined; value = open.pop()) {
    if (typeof value !== 'object' || value === null) continue;
    if (!Array.isArray(value)) count += pushValues(value as Record<string, unknown>, open);
    else for (const item of value) if (typeof item === 'object') open.push(item);
  }
  return count;
}

/** Returns how many keys the object has; what may hold further ones goes onto the stack. */
function pushValues(value: Record<string, unknown>, open: unknown[]): number {
  let count = 0;
  for (const key in value) {
    count++;
    if (typeof value[key] === 'object') open.push(value[key]);
  }
  return count;
}

/** Where a string that starts at a quotation mark ends: behind the closing one. */
function endOfString(text: string, start: number): number {
  let end = text.indexOf('"', start + 1);
  while (end !== -1 && isEscaped(text, end)) end = text.indexOf('"', end + 1);
  return end === -1 ? text.length : end + 1;
}

function isEscaped(text: string, at: number): boolean {
  let slashes = 0;
  while (text.charCodeAt(at - 1 - slashes) === backslash) slashes++;
  return slashes % 2 === 1;
}

const quote = 0x22;
const backslash = 0x5c;
const openBrace = 0x7b;
const closeBrace = 0x7d;
const openBracket = 0x5b;
const closeBracket = 0x5d;
const comma = 0x2c;
const colon = 0x3a;
const space = 0x20;

class Scanner {
  readonly findings: string[] = [];
  readonly #text: string;
  #at = 0;
  readonly #path: (string | number)[] = [];

  constructor(text: string) {
    this.#text = text;
  }

  /** Reads one value; without a schema it is only skipped. */
  value(schema: Schema | undefined): void {
    const first = this.#next();
    if (first === openBrace && schema && (schema.type === 'object' || schema.type === 'map' || schema === everything)) {
      this.#object(schema);
    } else if (first === openBracket && (schema?.type === 'array' || schema === everything)) {
      this.#array(schema.type === 'array' ? schema.items : everything);
    } else {
      this.#skip();
    }
  }

  #object(schema: Schema): void {
    const seen = new Set<string>();
    const fields = schema.type === 'object' ? fieldMap(schema) : undefined;
    this.#at++;
    while (this.#next() === quote) {
      const key = this.#key();
      const known =
        schema === everything ? everything : schema.type === 'map' ? schema.values : fields?.get(key)?.schema;
      this.#path.push(key);
      if (known && seen.has(key)) this.#report();
      seen.add(key);
      if (this.#next() === colon) this.#at++;
      this.value(known);
      this.#path.pop();
      if (this.#next() === comma) this.#at++;
    }
    this.#at++;
  }

  #array(items: Schema): void {
    this.#at++;
    for (let index = 0; this.#at < this.#text.length && this.#next() !== closeBracket; index++) {
      this.#path.push(index);
      this.value(items);
      this.#path.pop();
      if (this.#next() === comma) this.#at++;
    }
    this.#at++;
  }

  #report(): void {
    const finding = `duplicate field "${pathText(this.#path)}"`;
    if (!this.findings.includes(finding)) this.findings.push(finding);
  }

  /** The code of the next character that is no white space. */
  #next(): number {
    while (this.#at < this.#text.length && this.#text.charCodeAt(this.#at) <= space) this.#at++;
    return this.#text.charCodeAt(this.#at);
  }

  #key(): string {
    const start = this.#at;
    this.#at = endOfString(this.#text, start);
    const literal = this.#text.slice(start, this.#at);
    return literal.includes('\\') ? (JSON.parse(literal) as string) : literal.slice(1, -1);
  }

  #skip(): void {
    let depth = 0;
    for (; this.#at < this.#text.length; this.#at++) {
      const code = this.#text.charCodeAt(this.#at);
      if (code === quote) {
        this.#at = endOfString(this.#text, this.#at) - 1;
      } else if (code === openBrace || code === openBracket) depth++;
      else if (depth > 0 && (code === closeBrace || code === closeBracket)) depth--;
      else if (depth === 0 && (code === comma || code === closeBrace || code === closeBracket)) return;
    }
  }
}
