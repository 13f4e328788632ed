import type { Json } from '../api/json.ts';
import {
  anyCode,
  decodeType,
  type EncodedField,
  type EncodedType,
  listFields,
  scalarCodes,
  type TypeTables,
} from './encoding.ts';
import { atomicFields, atomicTypes } from './facts/atomic.ts';
import { defaults } from './facts/defaults.ts';
import { type EnumFact, enums } from './facts/enums.ts';
import { lists } from './facts/lists.ts';
import { openFields, openTypes, quantities } from './facts/scalars.ts';
import generated from './kubernetes.generated.json' with { type: 'json' };
import type { AnySchema, ArraySchema, Field, ObjectSchema, ScalarSchema, Schema } from './model.ts';
import { openapiName } from './names.ts';

/**
 * The schema model of the built-in types, put together from the generated tables and the facts. A type is built, with
 * all that it refers to, when it is first asked for; every type is one node, which makes recursive types cycles.
 */

const types: Readonly<Record<string, string>> = (generated satisfies TypeTables).types;
const schemas = new Map<string, ObjectSchema>();
const scalars = new Map<string, ScalarSchema>();
const anything: AnySchema = { type: 'any' };
const enumByField = new Map(enums.flatMap((fact) => fact.fields.map((field): [string, EnumFact] => [field, fact])));

/** True for a type of the tables, lists included: `V1Pod`, `V1PodList`. */
export function hasSchema(name: string): boolean {
  return findType(name) !== undefined;
}

/** The model of a type by its name in the client package, `V1PodSpec`. Throws for a name that is not in the tables. */
export function schemaFor(name: string): ObjectSchema {
  const known = schemas.get(name);
  if (known) return known;
  const encoded = findType(name);
  if (!encoded) throw new Error(`no schema named ${name}`);
  // Without a prototype, so that a client's field named `constructor` is as unknown as any other.
  const fields: Record<string, Field> = Object.create(null);
  const schema: ObjectSchema = { type: 'object', name, fields, ...(atomicTypes.has(name) ? { atomic: true } : {}) };
  schemas.set(name, schema);
  for (const field of encoded.fields) fields[field.name] = buildField(name, field);
  return schema;
}

/** The model of a kind, or of another type that a request may have as its body. */
export function schemaOf({ schema }: { schema: string | ObjectSchema }): ObjectSchema {
  return typeof schema === 'string' ? schemaFor(schema) : schema;
}

/** The name under which OpenAPI publishes a type of the tables: `io.k8s.api.core.v1.PodSpec`. */
export function openapiNameOf(name: string): string {
  const encoded = findType(name);
  if (!encoded) throw new Error(`no schema named ${name}`);
  return openapiName(name, encoded.group);
}

/** The schema name of the list type of a kind: `V1PodList` for `V1Pod`. */
export function listSchemaName(name: string): string {
  return `${name}List`;
}

/** All types that the tables name; list types of the usual form are derived and not among them. */
export function schemaNames(): string[] {
  return Object.keys(types);
}

function findType(name: string): EncodedType | undefined {
  if (Object.hasOwn(types, name)) return decodeType(types[name]!);
  const item = name.slice(0, -'List'.length);
  if (!name.endsWith('List') || !Object.hasOwn(types, item)) return undefined;
  return { group: decodeType(types[item]!).group, fields: listFields(item) };
}

function buildField(model: string, { name, required, type }: EncodedField): Field {
  const { patchStrategy, patchMergeKey } = lists[model]?.[name] ?? {};
  return {
    schema: withFacts(model, name, buildSchema(model, name, type)),
    ...(required ? { required } : {}),
    ...(patchStrategy ? { patchStrategy } : {}),
    ...(patchMergeKey ? { patchMergeKey } : {}),
  };
}

function buildSchema(model: string, field: string, type: string): Schema {
  const rest = type.slice(1);
  switch (type[0]) {
    case '[':
      return { type: 'array', items: buildSchema(model, field, rest) };
    case '{':
      return {
        type: 'map',
        values: buildSchema(model, field, rest),
        ...(isQuantity(model, field) ? { goType: 'v1.ResourceList' } : {}),
      };
    case anyCode:
      return openSchema(model, field);
    default:
      return rest ? schemaFor(type) : scalar(model, field, type);
  }
}

function openSchema(model: string, field: string): AnySchema {
  const open = openFields[model]?.[field];
  return open ? { type: 'any', name: openTypes[open] } : anything;
}

function scalar(model: string, field: string, letter: string): ScalarSchema {
  if (isQuantity(model, field)) return shared('quantity', { type: 'string', format: 'quantity' });
  const fact = enumByField.get(`${model}.${field}`);
  const code: ScalarSchema = scalarCodes[letter as keyof typeof scalarCodes];
  if (!fact) return shared(letter, { ...code });
  const values = fact.values.length > 0 ? { enum: fact.values } : {};
  return shared(fact.goType, { ...code, ...values, goType: fact.goType });
}

function shared(key: string, schema: ScalarSchema): ScalarSchema {
  const known = scalars.get(key);
  if (known) return known;
  scalars.set(key, schema);
  return schema;
}

function isQuantity(model: string, field: string): boolean {
  return quantities[model]?.includes(field) ?? false;
}

/** What belongs to the field rather than to its type goes onto a copy of the type's node; structs share their fields. */
function withFacts(model: string, field: string, schema: Schema): Schema {
  const fallback = defaultOf(model, field, schema);
  const atomic = atomicFields[model]?.includes(field) ?? false;
  const list = schema.type === 'array' ? listFacts(model, field) : {};
  if (fallback === undefined && !atomic && Object.keys(list).length === 0) return schema;
  const copy = { ...schema, ...list, ...(atomic ? { atomic } : {}) } as Schema;
  return fallback === undefined ? copy : { ...copy, default: fallback };
}

function defaultOf(model: string, field: string, schema: Schema): Json | undefined {
  // Objects always have metadata: in Go it is part of the struct.
  if (schema.type === 'object' && schema.name === 'V1ObjectMeta') return {};
  return defaults[model]?.[field];
}

function listFacts(model: string, field: string): Pick<ArraySchema, 'listType' | 'listMapKeys'> {
  const { listType, listMapKeys } = lists[model]?.[field] ?? {};
  return { ...(listType ? { listType } : {}), ...(listMapKeys ? { listMapKeys } : {}) };
}
