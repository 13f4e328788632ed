import type { FieldError } from '../../api/errors.ts';
import { invalidValue, notSupported, required, tooMany, typeInvalid } from '../../api/field-errors.ts';
import { goJson, goQuote } from '../../api/go-format.ts';
import { isJsonObject, jsonEqual } from '../../api/json.ts';
import type { OnSteps, Regex } from '../../regex/regex.ts';
import { anywhere, checkNumber, checkString, compilePattern, fieldOf, invalid } from './check-scalars.ts';
import { Correlation } from './correlation.ts';
import { Findings } from './findings.ts';
import { checkFormat, isSupportedFormat } from './formats.ts';
import { itemsOf, type JsonSchema } from './json-schema.ts';

/** Checks values against one schema. Never throws, whatever the value. */
export interface ValueValidator {
  /**
   * @param old the value before an update: what is wrong but did not change is not reported
   * @param path prefix of the fields of errors
   */
  validate(value: unknown, options?: { old?: { value: unknown; schema?: JsonSchema }; path?: string }): FieldError[];
}

/** Schemas are small and values are small, but together they can be large: so many checks, and no more. */
const maximumChecks = 500_000;
/** Of a pattern that is being matched: they take as long as a check. */
const stepsToACheck = 8;

/** Thrown by a pattern that takes more than what is left. */
class OutOfChecks extends Error {}

/** The schema is compiled as far as values need it. */
export function compileValidator(schema: JsonSchema): ValueValidator {
  const root = new Node(schema);
  return {
    validate(value, { old, path = '' } = {}) {
      const run = startRun();
      const before = old && new Correlation(old.schema ?? schema, value, old.value);
      const list = findingsOf(() => check(root, value, '', before, run));
      const errors = list.map(({ error }) => (path ? below(path, error) : error));
      return run.left > 0 ? errors : [...errors, anywhere(`validation takes more than ${maximumChecks} steps`).error];
    },
  };
}

function below(path: string, error: FieldError): FieldError {
  if (error.field === '<nil>') return { ...error, field: path };
  return { ...error, field: `${path}.${error.field}`.replace('.[', '[') };
}

interface Run {
  left: number;
  /** Of patterns. */
  onSteps(steps: number): void;
}

function startRun(): Run {
  const run: Run = {
    left: maximumChecks,
    onSteps(steps) {
      run.left -= steps / stepsToACheck;
      if (run.left <= 0) throw new OutOfChecks();
    },
  };
  return run;
}

function findingsOf(work: () => Findings): Findings['list'] {
  try {
    return work().list;
  } catch (error) {
    if (error instanceof OutOfChecks) return [];
    throw error;
  }
}

/** A schema with what is derived from it. */
class Node {
  readonly schema: JsonSchema;
  /** Names of JSON types; empty: any. */
  readonly types: readonly string[];
  readonly format: string;
  #pattern: { regex: Regex | string | undefined } | undefined;
  #items: Node | null | undefined;
  #additional: Node | null | undefined;
  #properties: ReadonlyMap<string, Node> | undefined;
  #branches: Record<'allOf' | 'anyOf' | 'oneOf', readonly Node[]> | undefined;
  #not: Node | null | undefined;

  constructor(schema: JsonSchema) {
    this.schema = schema;
    const { type, format } = schema;
    this.types = schema['x-kubernetes-int-or-string'] ? ['integer', 'string'] : type ? [type] : [];
    this.format = format && isSupportedFormat(this.types.length === 1 ? type : '', format) ? format : '';
  }

  regex(onSteps: OnSteps): Regex | string | undefined {
    this.#pattern ??= { regex: compilePattern(this.schema.pattern, onSteps) };
    return this.#pattern.regex;
  }

  get items(): Node | null {
    if (this.#items === undefined) {
      const items = itemsOf(this.schema);
      this.#items = items ? new Node(items) : null;
    }
    return this.#items;
  }

  get additional(): Node | null {
    if (this.#additional === undefined) {
      const { additionalProperties } = this.schema;
      this.#additional = typeof additionalProperties === 'object' ? new Node(additionalProperties) : null;
    }
    return this.#additional;
  }

  get properties(): ReadonlyMap<string, Node> {
    this.#properties ??= new Map(
      Object.entries(this.schema.properties ?? {}).map(([name, schema]) => [name, new Node(schema)]),
    );
    return this.#properties;
  }

  branches(kind: 'allOf' | 'anyOf' | 'oneOf'): readonly Node[] {
    if (!this.#branches) {
      const nodes = (schemas: readonly JsonSchema[] = []) => schemas.map((schema) => new Node(schema));
      const { allOf, anyOf, oneOf } = this.schema;
      this.#branches = { allOf: nodes(allOf), anyOf: nodes(anyOf), oneOf: nodes(oneOf) };
    }
    return this.#branches[kind];
  }

  get not(): Node | null {
    if (this.#not === undefined) this.#not = this.schema.not ? new Node(this.schema.not) : null;
    return this.#not;
  }
}

function check(node: Node, value: unknown, path: string, before: Correlation | undefined, run: Run): Findings {
  const findings = new Findings();
  if (run.left-- <= 0) return findings;
  checkType(node, value, path, findings);
  if (value === null || value === undefined) {
    checkEnum(node, value, path, findings);
    return findings;
  }
  findings.matches += node.types.length > 0 || node.format ? 1 : 0;
  checkBranches(node, value, path, before, run, findings);
  findings.matches += 2;
  if (typeof value === 'string') {
    findings.add(checkString(node.schema, node.regex(run.onSteps), value, path, run.onSteps));
    if (node.format) findings.add(checkFormat(node.format, value, path));
    findings.matches += node.format ? 2 : 1;
  } else if (typeof value === 'number') {
    for (const finding of checkNumber(node.schema, node.types.length === 1, value, path)) findings.add(finding);
    findings.matches += 2;
  } else if (Array.isArray(value)) checkArray(node, value, path, before, run, findings);
  checkEnum(node, value, path, findings);
  findings.matches++;
  if (isJsonObject(value)) checkObject(node, value, path, before, run, findings);
  findings.matches++;
  // What was wrong before and is unchanged stays as it is.
  if (!findings.isEmpty && before?.isSame) findings.clear();
  return findings;
}

function checkType({ types, format, schema }: Node, value: unknown, path: string, findings: Findings): void {
  if (value === null || value === undefined) {
    if (types.length > 0 && !schema.nullable) addTypeError(findings, path, types.join(), 'null');
    else findings.matches++;
    return;
  }
  if (types.length === 0 && !format) return;
  const actual = typeOf(value);
  const isNumber = actual === 'integer' || actual === 'number';
  const fits =
    types.includes(actual) ||
    (actual === 'integer' && types.includes('number')) ||
    (actual === 'number' && types.includes('integer') && Number.isSafeInteger(value));
  const isText = actual === 'string' || actual === 'array';
  const numericTypes = types.includes('number') || types.includes('integer');
  if (format && !isText && !fits && !(actual === 'integer' && format === 'int64')) {
    addTypeError(findings, path, format, isNumber ? (actual === 'integer' ? 'int64' : 'float64') : '');
  } else if (!fits && !(format && isText && !numericTypes)) addTypeError(findings, path, types.join(), actual);
  else findings.matches++;
}

function addTypeError(findings: Findings, path: string, wanted: string, actual: string): void {
  const text = `${path} in body must be of type ${wanted}: ${goQuote(actual)}`;
  findings.add({ text, error: typeInvalid(fieldOf(path), actual, text) });
}

function typeOf(value: unknown): string {
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'number') return Number.isInteger(value) && Math.abs(value) < 2 ** 63 ? 'integer' : 'number';
  return typeof value;
}

function checkEnum({ schema }: Node, value: unknown, path: string, findings: Findings): void {
  const { enum: values } = schema;
  if (!values?.length || (value !== null && values.some((allowed) => jsonEqual(allowed, value)))) return;
  const supported = values.map((allowed) => (typeof allowed === 'string' ? allowed : goJson(allowed)));
  const text = `${path} in body should be one of [${supported.join(' ')}]`;
  findings.add({ text, error: notSupported(fieldOf(path), value, supported) });
}

function checkArray(
  { schema, items }: Node,
  value: readonly unknown[],
  path: string,
  before: Correlation | undefined,
  run: Run,
  findings: Findings,
): void {
  if (items) {
    for (const [index, item] of value.entries()) {
      findings.merge(check(items, item, `${path}[${index}]`, before?.item(index), run));
    }
  }
  const { minItems, maxItems } = schema;
  const size = value.length;
  if (minItems !== undefined && size < minItems) {
    findings.add(invalid(path, size, `should have at least ${minItems} items`));
  }
  if (maxItems !== undefined && size > maxItems) {
    const text = `${path} in body should have at most ${maxItems} items`;
    findings.add({ text, error: tooMany(fieldOf(path), size, maxItems) });
  }
  findings.matches += 2;
}

function checkObject(
  node: Node,
  value: Record<string, unknown>,
  path: string,
  before: Correlation | undefined,
  run: Run,
  findings: Findings,
): void {
  const { schema, properties, additional } = node;
  const keys = Object.keys(value);
  const { minProperties, maxProperties } = schema;
  if (minProperties !== undefined && keys.length < minProperties) {
    findings.add(invalid(path, keys.length, `should have at least ${minProperties} properties`));
  }
  if (maxProperties !== undefined && keys.length > maxProperties) {
    const text = `${path} in body should have at most ${maxProperties} properties`;
    findings.add({ text, error: tooMany(fieldOf(path), keys.length, maxProperties) });
  }
  for (const key of keys) {
    const property = properties.get(key);
    if (!property && schema.additionalProperties === false) {
      const text = `${path}.${key} in body is a forbidden property`;
      findings.add({ text, error: invalidValue(fieldOf(path), key, text) });
    }
    const rule = property ?? additional;
    if (!rule) continue;
    const name = property && path === '' ? key : `${path}.${key}`;
    // The type of a resource cannot be told apart from one version to the next.
    const isTypeMeta = path === '' && (key === 'kind' || key === 'apiVersion');
    findings.merge(check(rule, value[key], name, isTypeMeta ? undefined : before?.member(key), run));
  }
  for (const key of schema.required ?? []) {
    if (Object.hasOwn(value, key)) continue;
    const name = `${path}.${key}`;
    findings.add({ text: `${name} in body is required`, error: required(fieldOf(name)) });
  }
  findings.matches++;
}

function checkBranches(
  node: Node,
  value: unknown,
  path: string,
  before: Correlation | undefined,
  run: Run,
  findings: Findings,
): void {
  const each = (kind: 'allOf' | 'anyOf' | 'oneOf') =>
    node.branches(kind).map((branch) => check(branch, value, path, before, run));
  const anyOf = each('anyOf');
  if (anyOf.length > 0) {
    const success = anyOf.find(({ isEmpty }) => isEmpty);
    if (!success) findings.add(anywhere(`${goQuote(path)} must validate at least one schema (anyOf)`));
    findings.merge(success ?? furthest(anyOf));
  }
  const oneOf = each('oneOf');
  if (oneOf.length > 0) {
    const successes = oneOf.filter(({ isEmpty }) => isEmpty);
    const found = successes.length === 0 ? 'Found none valid' : `Found ${successes.length} valid alternatives`;
    if (successes.length === 1) findings.merge(successes[0]!);
    else findings.add(anywhere(`${goQuote(path)} must validate one and only one schema (oneOf). ${found}`));
    if (successes.length === 0) findings.merge(furthest(oneOf));
  }
  const allOf = each('allOf');
  for (const result of allOf) findings.merge(result);
  const failed = allOf.filter(({ isEmpty }) => !isEmpty).length;
  if (failed > 0) {
    const none = failed === allOf.length ? '. None validated' : '';
    findings.add(anywhere(`${goQuote(path)} must validate all the schemas (allOf)${none}`));
  }
  if (node.not && check(node.not, value, path, before, run).isEmpty) {
    findings.add(anywhere(`${goQuote(path)} must not validate the schema (not)`));
  }
}

function furthest(alternatives: readonly Findings[]): Findings {
  return alternatives.reduce((best, one) => (one.matches > best.matches ? one : best));
}
