import type { FieldError } from '../../../api/errors.ts';
import { duplicate, forbidden, invalidValue, required } from '../../../api/field-errors.ts';
import { byteLength } from '../../../api/go-format.ts';
import { isJsonObject, type Json } from '../../../api/json.ts';
import {
  CelCostError,
  CelRuntimeError,
  type EvaluationResult,
  evaluate,
  fromJson,
  OptionalValue,
  type Program,
  requestBudget,
  type Value,
} from '../../../cel/cel.ts';
import { Correlation } from '../correlation.ts';
import { normalizedPath } from '../field-path.ts';
import type { JsonSchema, ValidationRule } from '../json-schema.ts';
import type { CompiledRule } from './compile-rule.ts';
import { type RuleNode, ruleTree } from './rule-tree.ts';

/** Judges values by the rules of one schema. */
export interface RuleValidator {
  /** @param old the value before an update; what was wrong already and has not changed is `forgiven` */
  validate(value: unknown, options?: { old?: unknown; path?: string }): FieldError[];
}

/** Undefined for a schema without rules. */
export function createRuleValidator(schema: JsonSchema, isResource: boolean): RuleValidator | undefined {
  const root = ruleTree(schema, isResource);
  if (!root) return undefined;
  return {
    validate(value, { old, path = '' } = {}) {
      const run: Run = { left: requestBudget, errors: [] };
      const before = old === undefined ? undefined : new Correlation(schema, value, old);
      visit(root, value, { path, before, isRoot: true }, run);
      return run.errors;
    },
  };
}

interface Run {
  /** Of all rules together; below zero when it was not enough. */
  left: number;
  errors: FieldError[];
}

interface Place {
  path: string;
  /** The same value before; undefined where that cannot be told. */
  before?: Correlation | undefined;
  /** What holds the value, where the value itself cannot be told. */
  nearest?: Correlation | undefined;
  isRoot?: boolean;
}

function visit(node: RuleNode, value: unknown, place: Place, run: Run): void {
  if (value === null || value === undefined) return;
  runRules(node, value, place, run);
  if (Array.isArray(value)) visitItems(node, value, place, run);
  else if (isJsonObject(value)) visitMembers(node, value, place, run);
}

function visitItems({ items }: RuleNode, values: readonly unknown[], place: Place, run: Run): void {
  if (!items) return;
  for (const [index, value] of values.entries()) {
    if (run.left < 0) return;
    visit(items, value, inside(place, `${place.path}[${index}]`, place.before?.item(index)), run);
  }
}

function visitMembers({ additional, properties }: RuleNode, object: Record<string, unknown>, place: Place, run: Run) {
  for (const [key, value] of Object.entries(object)) {
    if (run.left < 0) return;
    const property = properties.get(key);
    const before = place.before?.member(key);
    if (additional) visit(additional, value, inside(place, `${place.path}[${key}]`, before), run);
    if (!property) continue;
    const path = place.path ? `${place.path}.${key}` : key;
    // The type of a resource cannot be told apart from one version to the next.
    const isTypeMeta = place.isRoot && (key === 'apiVersion' || key === 'kind');
    visit(property, value, isTypeMeta ? { path } : inside(place, path, before), run);
  }
}

function inside(place: Place, path: string, before: Correlation | undefined): Place {
  return { path, before, nearest: place.before ?? place.nearest };
}

function isForgiven({ before, nearest }: Place): boolean {
  return (before ?? nearest)?.isSame ?? false;
}

function runRules(node: RuleNode, value: unknown, place: Place, run: Run): void {
  const rules = node.rules();
  if (rules.length === 0) return;
  const tell = (problem: string) =>
    run.errors.push(invalidValue(place.path || '<nil>', node.schema.type ?? '', problem));
  if (run.left <= 0) {
    run.left = -1;
    tell(outOfBudget);
    return;
  }
  const self = fromJson(value as Json, node.type);
  const old = place.before?.old;
  const oldSelf = old === undefined || old === null ? undefined : fromJson(old as Json, node.type);
  for (const compiled of rules) {
    if (run.left < 0) return;
    const problem = judge(compiled, { self, oldSelf, value }, node, place, run);
    if (problem !== undefined) tell(problem);
  }
}

const outOfBudget = 'validation failed due to running out of cost budget, no further validation rules will be run';

interface Subject {
  self: Value;
  oldSelf: Value | undefined;
  value: unknown;
}

/** Why a rule could not be asked. That it does not hold is noted here. */
function judge(
  { rule, condition, message }: CompiledRule,
  { self, oldSelf, value }: Subject,
  node: RuleNode,
  place: Place,
  run: Run,
): string | undefined {
  if ('problem' in condition) return `rule compile error: ${condition.problem}`;
  // Rules about a change are asked about changes, unless they say what they make of a beginning.
  if (condition.usesOldSelf && oldSelf === undefined && !rule.optionalOldSelf) return undefined;
  const bindings = { self, oldSelf: rule.optionalOldSelf ? new OptionalValue(oldSelf) : oldSelf };
  const outcome = attempt(condition.program, bindings, run);
  if (run.left < 0) return outOfBudget;
  if ('error' in outcome) return explain(outcome.error, rule, run);
  if (outcome.value === true) return undefined;
  const text = message && 'program' in message ? messageOf(message.program, bindings, run) : undefined;
  const path = pathOf(rule, node, place);
  const error =
    text !== undefined && 'problem' in text
      ? invalidValue(path, node.schema.type ?? '', text.problem)
      : broken(rule, value, text?.message ?? defaultMessage(rule), path);
  run.errors.push(!condition.usesOldSelf && isForgiven(place) ? { ...error, forgiven: true } : error);
  return undefined;
}

/** What it costs is taken off what is left, also where it fails. */
function attempt(
  program: Program,
  bindings: Readonly<Record<string, Value | undefined>>,
  run: Run,
): EvaluationResult | { error: CelRuntimeError | CelCostError } {
  const onSpent = (amount: number) => {
    run.left -= amount;
  };
  try {
    return evaluate(program, bindings, { onSpent });
  } catch (error) {
    if (error instanceof CelRuntimeError || error instanceof CelCostError) return { error };
    throw error;
  }
}

function explain(error: CelRuntimeError | CelCostError, rule: ValidationRule, run: Run): string {
  const name = rule.message?.trim() || rule.rule.trim();
  if (error instanceof CelCostError) {
    run.left = -1;
    return `'${error.message}': no further validation rules will be run due to call cost exceeds limit for rule: ${name}`;
  }
  if (error.message.startsWith('no such overload')) {
    return `'${error.message}': call arguments did not match a supported operator, function or macro signature for rule: ${name}`;
  }
  return `${error.message} evaluating rule: ${name}`;
}

const maximumMessageBytes = 5 * 1024;

/** Undefined where the expression says nothing that could be told: then the rule's own message is. */
function messageOf(
  program: Program,
  bindings: Readonly<Record<string, Value | undefined>>,
  run: Run,
): { message: string } | { problem: string } | undefined {
  const outcome = attempt(program, bindings, run);
  if (run.left < 0) {
    const why = 'messageExpression evaluation failed due to running out of cost budget';
    return { problem: `${why}, no further validation rules will be run` };
  }
  if ('error' in outcome) {
    if (!(outcome.error instanceof CelCostError)) return undefined;
    run.left = -1;
    const name = JSON.stringify(program.text);
    return {
      problem: `no further validation rules will be run due to call cost exceeds limit for messageExpression: ${name}`,
    };
  }
  const text = typeof outcome.value === 'string' ? outcome.value.trim() : '';
  return text === '' || text.includes('\n') || byteLength(text) > maximumMessageBytes ? undefined : { message: text };
}

function defaultMessage({ rule, message }: ValidationRule): string {
  return message ? message.trim() : `failed rule: ${rule.trim()}`;
}

function pathOf({ fieldPath }: ValidationRule, { schema }: RuleNode, { path }: Place): string {
  const below = fieldPath ? normalizedPath(fieldPath, schema) : '';
  if (!below) return path || '<nil>';
  return path ? `${path}.${below}` : below;
}

/** Objects and lists are not repeated in the error. */
function broken({ reason }: ValidationRule, value: unknown, message: string, path: string): FieldError {
  switch (reason) {
    case 'FieldValueForbidden':
      return forbidden(path, message);
    case 'FieldValueRequired':
      return required(path, message);
    case 'FieldValueDuplicate':
      return typeof value === 'object' ? { field: path, reason, message: 'Duplicate value' } : duplicate(path, value);
    default:
      return typeof value === 'object'
        ? { field: path, reason: 'FieldValueInvalid', message: `Invalid value: ${message}` }
        : invalidValue(path, value, message);
  }
}
