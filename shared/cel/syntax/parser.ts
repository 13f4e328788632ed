import { CelCompileError, type CelIssue } from '../errors.ts';
import { Uint } from '../values.ts';
import type { Expr } from './ast.ts';
import { syntaxError, type Token, tokenize } from './lexer.ts';
import { expandMacro } from './macros.ts';

/** Nesting of an expression, in whatever way it is written: what recursion over it may count on. */
const maximumDepth = 250;

const reserved = new Set([
  ...['as', 'break', 'const', 'continue', 'else', 'for', 'function', 'if', 'import', 'let', 'loop', 'package'],
  ...['namespace', 'return', 'var', 'void', 'while'],
]);

const binaryLevels: readonly (readonly string[])[] = [
  ['==', '!=', '<', '<=', '>', '>=', 'in'],
  ['+', '-'],
  ['*', '/', '%'],
];

/** What an operand can begin with, and what else would do in its place. */
function operandStart(...others: readonly (')' | '?')[]): string {
  const close = others.includes(')') ? "')', " : '';
  const optional = others.includes('?') ? "'?', " : '';
  return `{'[', '{', '(', ${close}'.', '-', '!', ${optional}'true', 'false', 'null', NUM_FLOAT, NUM_INT, NUM_UINT, STRING, BYTES, IDENTIFIER}`;
}

export interface SyntaxOptions {
  /** `cel.bind(name, value, expression)` gives a value a name. */
  bindings?: boolean | undefined;
}

/** Throws CelCompileError. */
export function parseExpression(text: string, options: SyntaxOptions = {}): Expr {
  return new Parser(text, options).parse();
}

class Parser {
  readonly #text: string;
  readonly #bindings: boolean;
  readonly #tokens: readonly Token[];
  /** Found so far, where reading could go on. */
  readonly #issues: CelIssue[];
  /** What could be there instead of the operand that comes next. */
  #instead: readonly (')' | '?')[] = [];
  #index = 0;
  #depth = 0;
  /** Height of the trees built so far: chains like `a + b + c` grow to the left without any nesting in the text. */
  readonly #heights = new Map<Expr, number>();

  constructor(text: string, { bindings = false }: SyntaxOptions) {
    this.#bindings = bindings;
    this.#text = text;
    const { tokens, issues } = tokenize(text);
    this.#tokens = tokens;
    this.#issues = [...issues];
  }

  parse(): Expr {
    const expression = this.#attempt();
    if (!expression || this.#issues.length > 0) throw new CelCompileError(this.#text, this.#issues);
    return expression;
  }

  #attempt(): Expr | undefined {
    try {
      return this.#whole();
    } catch (error) {
      if (!(error instanceof CelCompileError)) throw error;
      this.#issues.push(...error.issues);
      return undefined;
    }
  }

  #whole(): Expr {
    const expression = this.#expression();
    if (this.#token.type !== 'end') {
      throw this.#unexpected('<EOF>', this.#following.type === 'end' ? 'extraneous' : 'mismatched');
    }
    return expression;
  }

  get #token(): Token {
    return this.#tokens[this.#index]!;
  }

  get #following(): Token {
    return this.#tokens[Math.min(this.#index + 1, this.#tokens.length - 1)]!;
  }

  #is(text: string): boolean {
    return this.#token.type === 'punctuation' && this.#token.text === text;
  }

  #take(text: string): boolean {
    if (!this.#is(text)) return false;
    this.#index++;
    return true;
  }

  #expect(text: string): Token {
    const token = this.#token;
    if (!this.#take(text)) throw this.#missing(text);
    return token;
  }

  /** One token too many or too few is told from a text that goes wrong altogether. */
  #missing(wanted: string): CelCompileError {
    const { type, text, at } = this.#token;
    if (this.#following.type === 'punctuation' && this.#following.text === wanted) {
      return this.#unexpected(`'${wanted}'`, 'extraneous');
    }
    const isOperand = this.#startsOperand(this.#token);
    const couldFollow = wanted === ':' ? isOperand : type === 'end' || !isOperand;
    if (!couldFollow) return this.#unexpected(`'${wanted}'`);
    return syntaxError(this.#text, at, `missing '${wanted}' at '${text}'`);
  }

  #startsOperand({ type, text }: Token): boolean {
    return type === 'constant' || type === 'name' || (type === 'punctuation' && '([{!-.'.includes(text));
  }

  #unexpected(expecting: string, how: 'mismatched' | 'extraneous' = 'mismatched'): CelCompileError {
    const { text, at } = this.#token;
    return syntaxError(this.#text, at, `${how} input '${text}' expecting ${expecting}`);
  }

  #made(expression: Expr, ...children: readonly Expr[]): Expr {
    let height = 0;
    for (const child of children) height = Math.max(height, this.#heights.get(child) ?? 0);
    if (height >= maximumDepth) throw this.#tooDeep(expression.at);
    this.#heights.set(expression, height + 1);
    return expression;
  }

  #tooDeep(at: number): CelCompileError {
    return new CelCompileError(this.#text, [{ at, message: `expression recursion limit exceeded: ${maximumDepth}` }]);
  }

  #expression(): Expr {
    if (++this.#depth > maximumDepth) throw this.#tooDeep(this.#token.at);
    const test = this.#logical('||', 'or', () => this.#logical('&&', 'and', () => this.#binary(0)));
    const { at } = this.#token;
    let result = test;
    if (this.#take('?')) {
      const then = this.#logical('||', 'or', () => this.#logical('&&', 'and', () => this.#binary(0)));
      this.#expect(':');
      const otherwise = this.#expression();
      result = this.#made({ op: 'conditional', at, test, then, otherwise }, test, then, otherwise);
    }
    this.#depth--;
    return result;
  }

  #logical(mark: string, op: 'and' | 'or', operand: () => Expr): Expr {
    const first = operand();
    if (!this.#is(mark)) return first;
    const { at } = this.#token;
    const terms = [first];
    while (this.#take(mark)) terms.push(operand());
    return this.#made({ op, at, terms }, ...terms);
  }

  #binary(level: number): Expr {
    const marks = binaryLevels[level];
    if (!marks) return this.#unary();
    let left = this.#binary(level + 1);
    while (this.#token.type === 'punctuation' && marks.includes(this.#token.text)) {
      const { text, at } = this.#token;
      this.#index++;
      const right = this.#binary(level + 1);
      const name = text === 'in' ? '@in' : `_${text}_`;
      left = this.#made({ op: 'call', at, name, args: [left, right] }, left, right);
    }
    return left;
  }

  #unary(): Expr {
    const { at } = this.#token;
    for (const mark of ['!', '-']) {
      let count = 0;
      while (this.#take(mark)) count++;
      if (count === 0) continue;
      const negative = mark === '-' && count % 2 === 1 ? this.#negativeNumber(at) : undefined;
      if (negative) return this.#postfix(negative);
      const operand = this.#unaryOperand();
      if (count % 2 === 0) return operand;
      return this.#made({ op: 'call', at, name: `${mark}_`, args: [operand] }, operand);
    }
    return this.#unaryOperand();
  }

  #negativeNumber(at: number): Expr | undefined {
    const { type, value } = this.#token;
    if (type !== 'constant' || (typeof value !== 'bigint' && typeof value !== 'number')) return undefined;
    this.#index++;
    return this.#made({ op: 'constant', at, value: -value });
  }

  #unaryOperand(): Expr {
    if (this.#is('!') || this.#is('-')) throw this.#unexpected(operandStart(), 'extraneous');
    return this.#postfix(this.#primary());
  }

  #postfix(start: Expr): Expr {
    let operand = start;
    for (;;) {
      const { at } = this.#token;
      if (this.#take('.')) operand = this.#member(operand, at);
      else if (this.#take('[')) {
        const optional = this.#take('?');
        this.#instead = optional ? [] : ['?'];
        const index = this.#expression();
        this.#expect(']');
        operand = this.#made({ op: 'index', at, operand, index, optional }, operand, index);
      } else return operand;
    }
  }

  #member(operand: Expr, at: number): Expr {
    const optional = this.#take('?');
    const { type, text } = this.#token;
    if (type === 'quoted-name') this.#unsupportedQuote();
    else if (type !== 'name') {
      const { at } = this.#token;
      const input = type === 'end' ? '.' : `.${text}`;
      throw syntaxError(this.#text, at, `no viable alternative at input '${input}'`);
    }
    this.#index++;
    if (optional || type === 'quoted-name' || !this.#is('(')) {
      return this.#made({ op: 'select', at, operand, field: text, optional }, operand);
    }
    return this.#call(text, operand);
  }

  #call(name: string, target?: Expr): Expr {
    const { at } = this.#expect('(');
    this.#instead = [')'];
    const args = this.#arguments();
    this.#instead = [];
    const macro = expandMacro(this.#text, { name, target, args, at }, this.#bindings);
    if (macro) return this.#made(macro, ...args, ...(target ? [target] : []));
    return this.#made(
      { op: 'call', at, name, ...(target ? { target } : {}), args },
      ...args,
      ...(target ? [target] : []),
    );
  }

  #arguments(): Expr[] {
    const args: Expr[] = [];
    if (this.#take(')')) return args;
    do args.push(this.#expression());
    while (this.#take(','));
    this.#expect(')');
    return args;
  }

  /** Items up to a closing mark, with commas between and perhaps one at the end. */
  #list<T>(close: string, item: () => T): T[] {
    const items: T[] = [];
    if (this.#take(',') && !this.#is(close)) throw this.#unexpected(`'${close}'`);
    while (!this.#take(close)) {
      items.push(item());
      if (this.#take(',')) {
        if (this.#is(',')) throw this.#unexpected(`'${close}'`);
        continue;
      }
      if (!this.#is(close)) {
        const isExtra = this.#following.type === 'punctuation' && [close, ','].includes(this.#following.text);
        throw this.#unexpected(`{'${close}', ','}`, isExtra ? 'extraneous' : 'mismatched');
      }
    }
    return items;
  }

  /** Names between backquotes are known, but not to be used. */
  #unsupportedQuote(): void {
    this.#issues.push({ at: this.#token.at, message: "unsupported syntax: '`'" });
  }

  #primary(): Expr {
    const instead = this.#instead;
    this.#instead = [];
    if (!this.#startsOperand(this.#token) && this.#token.type !== 'end' && this.#startsOperand(this.#following)) {
      this.#issues.push(...this.#unexpected(operandStart(...instead), 'extraneous').issues);
      this.#index++;
    }
    const { type, text, at, value } = this.#token;
    if (type === 'constant') {
      this.#index++;
      if (value === 2n ** 63n) throw syntaxError(this.#text, at, 'invalid int literal');
      return this.#made({ op: 'constant', at, value: value instanceof Uint ? value : value! });
    }
    if (type === 'name') return this.#named();
    if (this.#take('(')) {
      const inner = this.#expression();
      this.#expect(')');
      return inner;
    }
    if (this.#take('[')) return this.#listLiteral(at);
    if (this.#take('{')) return this.#mapLiteral(at);
    if (text === '.' && this.#tokens[this.#index + 1]?.type === 'name') {
      this.#index++;
      return this.#named();
    }
    throw this.#unexpected(operandStart(...instead));
  }

  #named(): Expr {
    const { text, at } = this.#token;
    this.#index++;
    if (reserved.has(text)) this.#issues.push({ at, message: `reserved identifier: ${text}` });
    if (this.#is('(')) return this.#call(text);
    const type = this.#structType(text);
    if (type !== undefined) return this.#structLiteral(type);
    return this.#made({ op: 'name', at, name: text });
  }

  /** The dotted name before a brace, as in `Object.spec{...}`; undefined, and nothing read, where no brace follows. */
  #structType(first: string): string | undefined {
    let type = first;
    let index = this.#index;
    while (this.#tokens[index]?.text === '.' && this.#tokens[index + 1]?.type === 'name') {
      type += `.${this.#tokens[index + 1]!.text}`;
      index += 2;
    }
    const next = this.#tokens[index]!;
    if (next.type !== 'punctuation' || next.text !== '{') return undefined;
    this.#index = index;
    return type;
  }

  #structLiteral(type: string): Expr {
    const { at } = this.#expect('{');
    const fields = this.#list('}', () => {
      const optional = this.#take('?');
      const { type: tokenType, text: name, at: fieldAt } = this.#token;
      if (tokenType === 'quoted-name') this.#unsupportedQuote();
      else if (tokenType !== 'name') throw this.#unexpected('IDENTIFIER');
      this.#index++;
      this.#expect(':');
      return { name, value: this.#expression(), optional, at: fieldAt };
    });
    return this.#made({ op: 'struct', at, type, fields }, ...fields.map(({ value }) => value));
  }

  #listLiteral(at: number): Expr {
    const items = this.#list(']', () => {
      const optional = this.#take('?');
      return { value: this.#expression(), optional };
    });
    return this.#made({ op: 'list', at, items }, ...items.map(({ value }) => value));
  }

  #mapLiteral(at: number): Expr {
    const entries = this.#list('}', () => {
      const optional = this.#take('?');
      const key = this.#expression();
      this.#expect(':');
      return { key, value: this.#expression(), optional };
    });
    return this.#made({ op: 'map', at, entries }, ...entries.flatMap(({ key, value }) => [key, value]));
  }
}
