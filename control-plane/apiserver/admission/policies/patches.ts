import { StatusError } from '../../../../shared/api/errors.ts';
import { isJsonObject, type Json, type JsonObject } from '../../../../shared/api/json.ts';
import { applyJsonPatch } from '../../../../shared/api/patch/json-patch.ts';
import { mergeObjects } from '../../../../shared/api/structured-merge/index.ts';
import { checkTypeNames, ListValue, ObjectValue, toJson, type Value } from '../../../../shared/cel/cel.ts';
import type { Schema } from '../../../../shared/schema/model.ts';

/** A mutation that cannot be applied. */
export class MutationError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'MutationError';
  }
}

/** Merges what an expression has made into an object, as server-side apply merges, but without owners. */
export function applyConfiguration(schema: Schema, object: JsonObject, value: Value): JsonObject {
  checkTypeNames(value);
  const configuration = toJson(value) as JsonObject;
  const atomics = findAtomics(schema, configuration, '');
  if (atomics.length > 0) {
    const what = `may not mutate atomic arrays, maps or structs: ${atomics.join(', ')}`;
    throw new MutationError(`error applying patch: invalid ApplyConfiguration: ${what}`);
  }
  return mergeObjects(schema, object, configuration);
}

/** Whoever sets one field of what is atomic would take away all others. */
function findAtomics(schema: Schema, value: Json, path: string): string[] {
  if (schema.type === 'array' && Array.isArray(value)) {
    const isAtomic = schema.listType !== 'set' && schema.listType !== 'map';
    const inside = value.flatMap((item, index) => findAtomics(schema.items, item, `${path}[${index}]`));
    return isAtomic ? [path, ...inside] : inside;
  }
  if (!isJsonObject(value) || (schema.type !== 'object' && schema.type !== 'map')) return [];
  const own = schema.atomic ? [path] : [];
  if (schema.type === 'map') return own;
  return [
    ...own,
    ...Object.entries(value).flatMap(([name, member]) => {
      const field = Object.hasOwn(schema.fields, name) ? schema.fields[name] : undefined;
      return field ? findAtomics(field.schema, member, `${path}.${name}`) : [];
    }),
  ];
}

/** Applies the JSON patch that an expression has made. One whose `test` fails changes nothing. */
export function applyPatchOperations(object: JsonObject, value: Value): JsonObject {
  const operations = value instanceof ListValue ? Array.from(value, operationOf) : [];
  try {
    return applyJsonPatch(object, operations) as JsonObject;
  } catch (error) {
    if (!(error instanceof StatusError)) throw error;
    const failing = operations[failingIndex(object, operations)];
    if (failing?.op === 'test') return object;
    throw new MutationError(`JSON Patch: ${explain(failing, error)}`);
  }
}

function operationOf(value: Value): JsonObject {
  if (!(value instanceof ObjectValue)) throw new MutationError('type mismatch: an operation is no JSONPatch');
  const operation: JsonObject = {};
  for (const name of value.names()) {
    const field = value.field(name)!;
    checkTypeNames(field);
    operation[name] = toJson(field);
  }
  return operation;
}

/** The first operation that cannot be applied: all longer beginnings of the patch fail as well. */
function failingIndex(object: JsonObject, operations: readonly JsonObject[]): number {
  let [applied, failed] = [0, operations.length];
  while (failed - applied > 1) {
    const middle = (applied + failed) >> 1;
    if (isApplicable(object, operations.slice(0, middle))) applied = middle;
    else failed = middle;
  }
  return applied;
}

function isApplicable(object: JsonObject, operations: readonly JsonObject[]): boolean {
  try {
    applyJsonPatch(object, operations);
    return true;
  } catch (error) {
    if (error instanceof StatusError) return false;
    throw error;
  }
}

function explain(operation: JsonObject | undefined, { message }: StatusError): string {
  if (!operation || typeof operation.path !== 'string') return message;
  const { op, path } = operation;
  return `${String(op)} operation does not apply: doc is missing path: ${JSON.stringify(path)}: missing value`;
}
