import { pathText } from './check-types.ts';
import type { Schema } from './model.ts';

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
    if (first === openBrace && schema && (schema.type === 'object' || schema.type === 'map')) {
      this.#object(schema);
    } else if (first === openBracket && schema?.type === 'array') {
      this.#array(schema.items);
    } else {
      this.#skip();
    }
  }

  #object(schema: Extract<Schema, { type: 'object' | 'map' }>): void {
    const seen = new Set<string>();
    this.#at++;
    while (this.#next() === quote) {
      const key = this.#key();
      const known = schema.type === 'map' ? schema.values : ownField(schema, key);
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
    this.#string();
    const literal = this.#text.slice(start, this.#at);
    return literal.includes('\\') ? (JSON.parse(literal) as string) : literal.slice(1, -1);
  }

  #string(): void {
    let end = this.#at;
    do end = this.#text.indexOf('"', end + 1);
    while (end !== -1 && this.#isEscaped(end));
    this.#at = end === -1 ? this.#text.length : end + 1;
  }

  #isEscaped(at: number): boolean {
    let slashes = 0;
    while (this.#text.charCodeAt(at - 1 - slashes) === backslash) slashes++;
    return slashes % 2 === 1;
  }

  #skip(): void {
    let depth = 0;
    for (; this.#at < this.#text.length; this.#at++) {
      const code = this.#text.charCodeAt(this.#at);
      if (code === quote) {
        this.#string();
        this.#at--;
      } else if (code === openBrace || code === openBracket) depth++;
      else if (depth > 0 && (code === closeBrace || code === closeBracket)) depth--;
      else if (depth === 0 && (code === comma || code === closeBrace || code === closeBracket)) return;
    }
  }
}

function ownField(schema: Extract<Schema, { type: 'object' }>, key: string): Schema | undefined {
  return Object.hasOwn(schema.fields, key) ? schema.fields[key]?.schema : undefined;
}
