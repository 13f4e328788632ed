import type { Json } from '../api/json.ts';
import type { ObjectSchema, Schema } from './model.ts';

/**
 * Fills in the static defaults of a schema, in place. Absent means absent or null, as in Go. A default that is a struct
 * gets the defaults of its own fields in turn. Idempotent.
 */
export function applyDefaults(schema: Schema, value: unknown): void {
  planFor(schema)?.(value);
}

/** Applies the defaults below one node of the schema. */
type Plan = (value: unknown) => void;

interface Step {
  field: string;
  plan?: Plan;
  fallback?: Json;
}

/** By the part of a node that does not depend on where it is used: `fields`, `values` and `items` are shared. */
const plans = new WeakMap<object, Plan | undefined>();

/** Undefined when nothing below the node has a default: most of a schema is never walked. */
function planFor(schema: Schema): Plan | undefined {
  switch (schema.type) {
    case 'object':
      return memoized(schema.fields, () => objectPlan(schema));
    case 'array':
      return eachPlan(schema.items, (value) => (Array.isArray(value) ? value : []));
    case 'map':
      return eachPlan(schema.values, (value) => (isObject(value) ? Object.values(value) : []));
    default:
      return undefined;
  }
}

function memoized(key: object, build: () => Plan | undefined): Plan | undefined {
  if (plans.has(key)) return plans.get(key);
  // A type that contains itself finds this while its plan is being built.
  let built: Plan | undefined;
  plans.set(key, (value) => built?.(value));
  built = build();
  plans.set(key, built);
  return built;
}

function objectPlan(schema: ObjectSchema): Plan | undefined {
  const steps = Object.entries(schema.fields)
    .map(([field, { schema: type }]): Step => ({ field, plan: planFor(type), fallback: type.default }))
    .filter(({ plan, fallback }) => plan || fallback !== undefined);
  if (steps.length === 0) return undefined;
  return (value) => {
    if (isObject(value)) for (const step of steps) applyStep(step, value);
  };
}

function applyStep({ field, plan, fallback }: Step, object: Record<string, unknown>): void {
  const value = object[field];
  if (value !== undefined && value !== null) {
    plan?.(value);
  } else if (fallback !== undefined) {
    const fresh = copyOf(fallback);
    plan?.(fresh);
    object[field] = fresh;
  }
}

function copyOf(value: Json): Json {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(copyOf);
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, copyOf(item)]));
}

function eachPlan(schema: Schema, itemsOf: (value: unknown) => unknown[]): Plan | undefined {
  const plan = planFor(schema);
  return (
    plan &&
    ((value) => {
      for (const item of itemsOf(value)) plan(item);
    })
  );
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
