import { tooLarge } from '../api/errors.ts';
import type { Json } from '../api/json.ts';
import type { ObjectSchema, Schema } from './model.ts';

/**
 * Fills in the static defaults of a schema, in place. Absent means absent or null, as in Go, except where null is a
 * value of its own. A default that is a struct
 * gets the defaults of its own fields in turn. Idempotent.
 */
export function applyDefaults(schema: Schema, value: unknown): void {
  planFor(schema)?.(value, { units: maximumUnits });
}

/** Characters of JSON that defaults add to one object: a list of small items must not become one of large defaults. */
const maximumUnits = 4 * 1024 * 1024;

interface Budget {
  units: number;
}

/** Applies the defaults below one node of the schema. */
type Plan = (value: unknown, budget: Budget) => void;

interface Step {
  plan?: Plan;
  fallback?: Json;
  /** Characters of the fallback. */
  units: number;
  nullable?: boolean;
}

/** By the part of a node that does not depend on where it is used: `fields`, `values` and `items` are shared. */
const plans = new WeakMap<object, Plan | undefined>();

/** Undefined when nothing below the node has a default: most of a schema is never walked. */
function planFor(schema: Schema): Plan | undefined {
  switch (schema.type) {
    case 'object':
      return memoized(schema.fields, () => objectPlan(schema));
    case 'array':
      return eachPlan(schema.items, (value) => (Array.isArray(value) ? [...value.keys()] : []));
    case 'map':
      return eachPlan(schema.values, (value) => (isObject(value) ? Object.keys(value) : []));
    default:
      return undefined;
  }
}

function memoized(key: object, build: () => Plan | undefined): Plan | undefined {
  if (plans.has(key)) return plans.get(key);
  // A type that contains itself finds this while its plan is being built.
  let built: Plan | undefined;
  plans.set(key, (value, budget) => built?.(value, budget));
  built = build();
  plans.set(key, built);
  return built;
}

function objectPlan(schema: ObjectSchema): Plan | undefined {
  const steps = Object.entries(schema.fields)
    .map(([field, { schema: type }]): [string, Step] => [field, stepFor(type)])
    .filter(([, step]) => hasEffect(step));
  const others = schema.additional && othersPlan(schema, schema.additional);
  if (steps.length === 0 && !others) return undefined;
  return (value, budget) => {
    if (!isObject(value)) return;
    for (const [field, step] of steps) applyStep(step, value, field, budget);
    others?.(value, budget);
  };
}

/** For the fields that the schema does not name. */
function othersPlan({ fields }: ObjectSchema, type: Schema): Plan | undefined {
  return eachPlan(type, (value) => Object.keys(value as object).filter((key) => !Object.hasOwn(fields, key)));
}

function stepFor(type: Schema): Step {
  const { default: fallback, nullable } = type;
  const units = fallback === undefined ? 0 : JSON.stringify(fallback).length;
  return { plan: planFor(type), fallback, units, nullable };
}

function hasEffect({ plan, fallback }: Step): boolean {
  return plan !== undefined || fallback !== undefined;
}

function applyStep(
  { plan, fallback, units, nullable }: Step,
  parent: Record<string | number, unknown>,
  key: string | number,
  budget: Budget,
): void {
  const value = parent[key];
  if (value === null && nullable) return;
  if (value !== undefined && value !== null) {
    plan?.(value, budget);
  } else if (fallback !== undefined) {
    budget.units -= units;
    if (budget.units < 0) throw tooLarge(`the defaults of the object have more than ${maximumUnits} characters`);
    const fresh = copyOf(fallback);
    plan?.(fresh, budget);
    parent[key] = fresh;
  }
}

function copyOf(value: Json): Json {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(copyOf);
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, copyOf(item)]));
}

/** @param keysOf where the members are; those that are null get their default like absent fields */
function eachPlan(schema: Schema, keysOf: (value: unknown) => (string | number)[]): Plan | undefined {
  const step = stepFor(schema);
  if (!hasEffect(step)) return undefined;
  return (value, budget) => {
    for (const key of keysOf(value)) applyStep(step, value as Record<string | number, unknown>, key, budget);
  };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
