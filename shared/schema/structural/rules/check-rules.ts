import type { FieldError } from '../../../api/errors.ts';
import { forbidden, invalidValue } from '../../../api/field-errors.ts';
import { type CelType, maximumCardinality, schemaType } from '../../../cel/cel.ts';
import { additionalOf, itemsOf, type JsonSchema, type ValidationRule } from '../json-schema.ts';
import { type CompiledRule, compileRules, largestCost } from './compile-rule.ts';

/**
 * Whether the rules of a definition can be evaluated, at a cost that is bounded: estimated by the sizes that the schema
 * allows, with Kubernetes' numbers. The schema is valid but for its rules.
 */
export function checkRules(schema: JsonSchema, path: string): FieldError[] {
  const total: Total = { cost: 0, expensive: [] };
  const errors = checkNode(schema, { cardinality: 1, isResource: true, total }, path);
  if (total.cost <= totalLimit) return errors;
  const why = 'contributed to estimated rule cost total exceeding cost limit for entire OpenAPIv3 schema';
  for (const place of mostExpensive(total)) errors.push(forbidden(place, why));
  const what = 'x-kubernetes-validations estimated rule cost total for entire OpenAPIv3 schema';
  return [...errors, forbidden(path, exceeds(what, total.cost, totalLimit))];
}

const ruleLimit = 10_000_000;
const totalLimit = 100_000_000;
const toldExpensive = 4;

interface Total {
  cost: number;
  expensive: { path: string; cost: number }[];
}

interface Place {
  /** How many values of the schema an object can have; undefined: as many as a request can hold. */
  cardinality: number | undefined;
  isResource: boolean;
  /** The list around it whose items cannot be told apart from one state to the next. */
  uncorrelatable?: string;
  total: Total;
}

function checkNode(schema: JsonSchema, place: Place, path: string): FieldError[] {
  const inside = { ...place, cardinality: cardinalityInside(schema, place.cardinality) };
  const visit = (child: JsonSchema, where: string, rest: Partial<Place> = {}) =>
    checkNode(
      child,
      { ...inside, ...rest, isResource: child['x-kubernetes-embedded-resource'] === true },
      `${path}.${where}`,
    );
  const errors: FieldError[] = [];
  const additional = additionalOf(schema);
  const items = itemsOf(schema);
  if (additional) errors.push(...visit(additional, 'additionalProperties'));
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    errors.push(...visit(property, `properties[${name}]`));
  }
  if (items) {
    const isCorrelatable = schema['x-kubernetes-list-type'] === 'map';
    errors.push(...visit(items, 'items', isCorrelatable ? {} : { uncorrelatable: place.uncorrelatable ?? path }));
  }
  return [...errors, ...checkOwnRules(schema, place, path)];
}

function cardinalityInside(schema: JsonSchema, outside: number | undefined): number | undefined {
  if (outside === undefined) return undefined;
  if (schema.type === 'array') return product(outside, schema.maxItems);
  if (schema.type === 'object' && schema.additionalProperties !== undefined) {
    return product(outside, schema.maxProperties);
  }
  return outside;
}

function product(count: number, most: number | undefined): number | undefined {
  return most === undefined ? undefined : count * Math.max(0, most);
}

function checkOwnRules(schema: JsonSchema, place: Place, path: string): FieldError[] {
  const rules = schema['x-kubernetes-validations'] ?? [];
  if (rules.length === 0) return [];
  const found = schemaType(schema, { isResource: place.isResource, name: 'selfType' });
  const rulesPath = `${path}.x-kubernetes-validations`;
  if (!found) {
    const why =
      'internal error: failed to construct type information for x-kubernetes-validations rules: unable to convert structural schema to CEL declarations';
    return [{ field: rulesPath, reason: 'InternalError', message: `Internal error: ${why}` }];
  }
  const times = place.cardinality ?? maximumCardinality(found);
  return compileRules(rules, found.type).flatMap((compiled, index) =>
    checkRule(compiled, { type: found.type, times, place }, `${rulesPath}[${index}]`),
  );
}

interface Judged {
  type: CelType;
  /** How often a rule is evaluated at most. */
  times: number;
  place: Place;
}

function checkRule(
  { rule, condition, message }: CompiledRule,
  { type, times, place }: Judged,
  path: string,
): FieldError[] {
  const errors: FieldError[] = [];
  const observe = (what: string, cost: number, field: string) => {
    if (cost > ruleLimit) errors.push(forbidden(field, exceeds(what, cost, ruleLimit)));
    place.total.cost += cost;
    place.total.expensive.push({ path: field, cost });
  };
  observe('estimated rule cost', largestCost(condition, type) * times, `${path}.rule`);
  if ('problem' in condition) errors.push(invalidValue(`${path}.rule`, shown(rule), condition.problem));
  if (message && 'problem' in message) {
    errors.push(invalidValue(`${path}.messageExpression`, shown(rule), message.problem));
  } else if (message) {
    observe('estimated messageExpression cost', largestCost(message, type), `${path}.messageExpression`);
  }
  const usesOldSelf = 'program' in condition && condition.usesOldSelf;
  if (usesOldSelf && place.uncorrelatable) {
    const why = `oldSelf cannot be used on the uncorrelatable portion of the schema within ${place.uncorrelatable}`;
    errors.push(invalidValue(`${path}.rule`, rule.rule, why));
  } else if (!usesOldSelf && rule.optionalOldSelf !== undefined) {
    const why = 'may not be set if oldSelf is not used in rule';
    errors.push(invalidValue(`${path}.optionalOldSelf`, rule.optionalOldSelf, why));
  }
  return errors;
}

/** A rule as an error shows it. */
function shown({ rule, message, messageExpression, reason, fieldPath, optionalOldSelf }: ValidationRule): object {
  return {
    Rule: rule,
    Message: message ?? '',
    MessageExpression: messageExpression ?? '',
    Reason: reason ?? null,
    FieldPath: fieldPath ?? '',
    OptionalOldSelf: optionalOldSelf ?? null,
  };
}

function mostExpensive({ expensive }: Total): string[] {
  return expensive
    .filter(({ cost }) => cost >= totalLimit / 100)
    .sort((a, b) => b.cost - a.cost)
    .slice(0, toldExpensive)
    .map(({ path }) => path);
}

function exceeds(what: string, cost: number, limit: number): string {
  const times = cost / limit;
  const factor = times > 100 ? 'more than 100x' : times < 1.5 ? `${times.toFixed(6)}x` : `${times.toFixed(1)}x`;
  return (
    `${what} exceeds budget by factor of ${factor} (try simplifying the rule, or adding maxItems, maxProperties, ` +
    'and maxLength where arrays, maps, and strings are declared)'
  );
}
