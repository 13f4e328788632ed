import { goPrint } from '../api/go-format.ts';
import { isJsonObject, jsonEqual } from '../api/json.ts';

/**
 * The part of kubectl's JSONPath that printer columns are written in: fields, `['field']`, indexes and slices,
 * wildcards, `..` and filters. What is not there is no error and gives nothing.
 */
export type JsonPath = readonly Step[];

type Step =
  | { type: 'field'; name: string }
  | { type: 'slice'; from?: number; to?: number; isIndex: boolean }
  | { type: 'all' }
  | { type: 'deep' }
  | { type: 'filter'; left: Operand; operator: string; right: Operand };

type Operand = { path: JsonPath } | { value: unknown };

export class JsonPathError extends Error {}

const maximumSteps = 100;
/** Of one path in one object: `..` and wildcards multiply. */
const maximumResults = 10_000;

/** Throws JsonPathError for what cannot be read. */
export function parseJsonPath(text: string): JsonPath {
  const reader = new PathReader(text);
  const steps = reader.steps();
  reader.expectEnd();
  return steps;
}

/** All values that the path leads to, in the order of the document. */
export function evaluateJsonPath(path: JsonPath, root: unknown): unknown[] {
  let values: unknown[] = [root];
  for (const step of path) {
    values = values.flatMap((value) => follow(step, value));
    if (values.length > maximumResults) values.length = maximumResults;
  }
  return values;
}

/** A value as text, as kubectl prints it. */
export function printValue(value: unknown): string {
  return typeof value === 'object' && value !== null ? JSON.stringify(value) : goPrint(value);
}

function follow(step: Step, value: unknown): unknown[] {
  switch (step.type) {
    case 'field':
      return isJsonObject(value) && Object.hasOwn(value, step.name) ? [value[step.name]] : [];
    case 'all':
      return members(value);
    case 'deep':
      return descendants(value);
    case 'slice':
      return Array.isArray(value) ? sliceOf(value, step) : [];
    case 'filter':
      return Array.isArray(value) ? value.filter((item) => holds(step, item)) : [];
  }
}

function members(value: unknown): unknown[] {
  if (Array.isArray(value)) return value;
  return isJsonObject(value) ? Object.values(value) : [];
}

function descendants(value: unknown): unknown[] {
  const found: unknown[] = [value];
  for (const item of found) {
    if (found.length > maximumResults) break;
    found.push(...members(item).filter((member) => typeof member === 'object' && member !== null));
  }
  return found;
}

function sliceOf(items: readonly unknown[], { from = 0, to, isIndex }: Extract<Step, { type: 'slice' }>): unknown[] {
  if (!isIndex) return items.slice(from, to);
  const index = from < 0 ? from + items.length : from;
  return index in items ? [items[index]] : [];
}

function holds({ left, operator, right }: Extract<Step, { type: 'filter' }>, item: unknown): boolean {
  const a = operandOf(left, item);
  if (operator === 'exists') return a !== undefined;
  const b = operandOf(right, item);
  if (a === undefined || b === undefined) return false;
  switch (operator) {
    case '==':
      return jsonEqual(a, b);
    case '!=':
      return !jsonEqual(a, b);
    default:
      return typeof a === typeof b && isOrdered(a as number, operator, b as number);
  }
}

function isOrdered(a: number, operator: string, b: number): boolean {
  if (operator === '<') return a < b;
  if (operator === '<=') return a <= b;
  return operator === '>' ? a > b : a >= b;
}

function operandOf(operand: Operand, item: unknown): unknown {
  return 'value' in operand ? operand.value : evaluateJsonPath(operand.path, item)[0];
}

class PathReader {
  readonly #text: string;
  #at = 0;
  #count = 0;

  constructor(text: string) {
    this.#text = text;
  }

  steps(): JsonPath {
    const steps: Step[] = [];
    for (;;) {
      if (++this.#count > maximumSteps) throw new JsonPathError(`more than ${maximumSteps} steps`);
      if (this.#take('..')) steps.push({ type: 'deep' }, ...this.#maybeField());
      else if (this.#take('.')) steps.push(...this.#maybeField());
      else if (this.#take('[')) steps.push(this.#bracket());
      else return steps;
    }
  }

  expectEnd(): void {
    if (this.#at < this.#text.length) throw this.#error();
  }

  /** A dot alone is the object itself. */
  #maybeField(): Step[] {
    if (this.#take('*')) return [{ type: 'all' }];
    const [raw] = this.#match(/(?:\\.|[^\s.[\]{}()'"=!<>@$*\\])+/y) ?? [];
    return raw === undefined ? [] : [{ type: 'field', name: raw.replace(/\\(.)/g, '$1') }];
  }

  #bracket(): Step {
    if (this.#take('?(')) return this.#filter();
    if (this.#take('*]')) return { type: 'all' };
    const quoted = this.#match(/\s*'((?:[^'\\]|\\.)*)'\s*\]/y) ?? this.#match(/\s*"((?:[^"\\]|\\.)*)"\s*\]/y);
    if (quoted) return { type: 'field', name: quoted[1]!.replace(/\\(.)/g, '$1') };
    const slice = this.#match(/\s*(-?\d+)?\s*(:)?\s*(-?\d+)?\s*\]/y);
    if (!slice || (slice[1] === undefined && slice[2] === undefined)) throw this.#error();
    const [, from, colon, to] = slice;
    return {
      type: 'slice',
      isIndex: colon === undefined,
      ...(from === undefined ? {} : { from: Number(from) }),
      ...(to === undefined ? {} : { to: Number(to) }),
    };
  }

  #filter(): Step {
    const left = this.#operand();
    const [, operator] = this.#match(/\s*(==|!=|<=|>=|<|>)/y) ?? [];
    const right: Operand = operator ? this.#operand() : { value: undefined };
    if (!this.#match(/\s*\)\s*\]/y)) throw this.#error();
    return { type: 'filter', left, operator: operator ?? 'exists', right };
  }

  #operand(): Operand {
    this.#match(/\s*/y);
    if (this.#take('@')) return { path: this.steps() };
    const quoted = this.#match(/'((?:[^'\\]|\\.)*)'/y) ?? this.#match(/"((?:[^"\\]|\\.)*)"/y);
    if (quoted) return { value: quoted[1]!.replace(/\\(.)/g, '$1') };
    const [word] = this.#match(/true|false|-?\d+(?:\.\d+)?/y) ?? [];
    if (word === undefined) throw this.#error();
    return { value: JSON.parse(word) };
  }

  #take(token: string): boolean {
    if (!this.#text.startsWith(token, this.#at)) return false;
    this.#at += token.length;
    return true;
  }

  #match(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text);
    if (!found) return undefined;
    this.#at = pattern.lastIndex;
    return found;
  }

  #error(): JsonPathError {
    return new JsonPathError(`unexpected ${JSON.stringify(this.#text.slice(this.#at, this.#at + 20))}`);
  }
}
