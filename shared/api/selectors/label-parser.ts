import { badRequest } from '../errors.ts';
import { goQuote } from '../go-format.ts';
import { checkLabelValue, checkQualifiedName } from '../validation/names.ts';
import { type Token, tokenize } from './label-lexer.ts';
import type { LabelOperator, LabelRequirement } from './label-selector.ts';

const operators: Readonly<Record<string, LabelOperator>> = {
  in: 'in',
  notin: 'notin',
  '=': '=',
  '==': '==',
  '!=': '!=',
  '>': 'gt',
  '<': 'lt',
};

/**
 * The grammar of `labelSelector` parameters, by recursive descent:
 *
 *     selector    = [ requirement { "," requirement } ]
 *     requirement = [ "!" ] key | key ( "=" | "==" | "!=" | ">" | "<" ) [ value ] | key ( "in" | "notin" ) values
 *     values      = "(" [ value ] { "," [ value ] } ")"
 */
export class LabelParser {
  readonly #tokens: Token[];
  #position = 0;

  constructor(text: string) {
    this.#tokens = tokenize(text);
  }

  /** Throws BadRequest with Kubernetes' wording. */
  parse(): LabelRequirement[] {
    const requirements: LabelRequirement[] = [];
    for (;;) {
      if (this.#peek().type === 'end') return requirements;
      if (!this.#startsRequirement()) fail(`found '${this.#peek().text}', expected: !, identifier, or 'end of string'`);
      requirements.push(this.#requirement());
      const next = this.#take();
      if (next.type === 'end') return requirements;
      if (!isSymbol(next, ',')) fail(`found '${next.text}', expected: ',' or 'end of string'`);
      if (!this.#startsRequirement()) fail(`found '${this.#peek().text}', expected: identifier after ','`);
    }
  }

  #requirement(): LabelRequirement {
    const negated = isSymbol(this.#peek(), '!');
    if (negated) this.#take();
    const key = this.#take();
    if (!isIdentifier(key)) failRequirement(`found '${key.text}', expected: identifier`);
    checkKey(key.text);
    if (this.#atEndOrComma()) return { key: key.text, operator: negated ? '!' : 'exists', values: [] };
    // A negated key accepts nothing more; upstream reads on and then forgets the negation, which nobody can mean.
    const token = this.#take();
    const operator = token.type === 'word' || token.type === 'symbol' ? operators[token.text] : undefined;
    if (operator === undefined || negated) {
      failRequirement(`found '${token.text}', expected: in, notin, =, ==, !=, gt, lt`);
    }
    const values = operator === 'in' || operator === 'notin' ? this.#values() : [this.#exactValue()];
    checkValues(key.text, operator, values);
    return { key: key.text, operator, values };
  }

  #values(): string[] {
    const open = this.#take();
    if (!isSymbol(open, '(')) failRequirement(`found '${open.text}' expected: '('`);
    const first = this.#peek();
    if (!isIdentifier(first) && !isSymbol(first, ',') && !isSymbol(first, ')')) {
      failRequirement(`found '${first.text}', expected: ',', ')' or identifier`);
    }
    const values = new Set<string>();
    for (;;) {
      values.add(isIdentifier(this.#peek()) ? this.#take().text : '');
      const next = this.#take();
      if (isSymbol(next, ')')) return [...values].sort();
      if (!isSymbol(next, ',')) failRequirement(`found '${next.text}', expected: ',' or ')'`);
      const after = this.#peek();
      if (!isIdentifier(after) && !isSymbol(after, ',') && !isSymbol(after, ')')) {
        failRequirement(`found '${after.text}', expected: ',', or identifier`);
      }
    }
  }

  #exactValue(): string {
    if (this.#atEndOrComma()) return '';
    const value = this.#take();
    if (!isIdentifier(value)) failRequirement(`found '${value.text}', expected: identifier`);
    return value.text;
  }

  #startsRequirement(): boolean {
    return isIdentifier(this.#peek()) || isSymbol(this.#peek(), '!');
  }

  #atEndOrComma(): boolean {
    return this.#peek().type === 'end' || isSymbol(this.#peek(), ',');
  }

  #peek(): Token {
    return this.#tokens[this.#position] as Token;
  }

  /** The end is never passed, so that every message can name it. */
  #take(): Token {
    const token = this.#peek();
    if (token.type !== 'end') this.#position++;
    return token;
  }
}

function isSymbol(token: Token, text: string): boolean {
  return token.type === 'symbol' && token.text === text;
}

/** `in` and `notin` are names like others wherever no operator can be. */
function isIdentifier(token: Token): boolean {
  return token.type === 'identifier' || token.type === 'word';
}

function checkKey(key: string): void {
  const messages = checkQualifiedName(key);
  // Upstream has no path for the key and prints Go's nil.
  if (messages.length > 0) failRequirement(`<nil>: Invalid value: ${goQuote(key)}: ${messages.join('; ')}`);
}

function checkValues(key: string, operator: LabelOperator, values: readonly string[]): void {
  const errors: string[] = [];
  values.forEach((value, index) => {
    if ((operator === 'gt' || operator === 'lt') && !/^[+-]?[0-9]+$/.test(value)) {
      const detail = "for 'Gt', 'Lt' operators, the value must be an integer";
      errors.push(`values[${index}]: Invalid value: ${goQuote(value)}: ${detail}`);
    }
    const messages = checkLabelValue(value);
    if (messages.length > 0) {
      errors.push(`values[${index}][${key}]: Invalid value: ${goQuote(value)}: ${messages.join('; ')}`);
    }
  });
  if (errors.length > 0) failRequirement(errors.length === 1 ? `${errors[0]}` : `[${errors.join(', ')}]`);
}

function failRequirement(message: string): never {
  return fail(`unable to parse requirement: ${message}`);
}

function fail(message: string): never {
  throw badRequest(message);
}
