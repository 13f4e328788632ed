import type { Json } from '../api/json.ts';
import { escapeIdentifier } from './identifiers.ts';
import { BOOL, type CelField, type CelType, DOUBLE, INT, listOf, mapOf, objectType, STRING } from './types.ts';

/** What an OpenAPI schema says that expressions and their cost depend on. */
export interface TypedSchema {
  readonly type?: string | undefined;
  readonly format?: string | undefined;
  readonly default?: Json | undefined;
  readonly properties?: Readonly<Record<string, TypedSchema>> | undefined;
  readonly additionalProperties?: boolean | TypedSchema | undefined;
  readonly items?: TypedSchema | readonly TypedSchema[] | undefined;
  readonly required?: readonly string[] | undefined;
  readonly enum?: readonly Json[] | undefined;
  readonly maxLength?: number | undefined;
  readonly maxItems?: number | undefined;
  readonly maxProperties?: number | undefined;
  readonly 'x-kubernetes-embedded-resource'?: boolean | undefined;
  readonly 'x-kubernetes-int-or-string'?: boolean | undefined;
  readonly 'x-kubernetes-list-type'?: string | undefined;
  readonly 'x-kubernetes-list-map-keys'?: readonly string[] | undefined;
}

/** A schema's type for expressions. */
export interface SchemaType {
  type: CelType;
  /** Bytes that a value takes as JSON at least. */
  minBytes: number;
}

/** The largest request that is accepted, which bounds whatever the schema does not. */
const maximumRequestBytes = 3 * 1024 * 1024;

/** Most characters of a date-time, a duration and a date as JSON. */
const sizes = { 'date-time': 32, duration: 32, date: 12 } as const;

/** Most values of a schema that one request can hold. */
export function maximumCardinality({ minBytes }: Pick<SchemaType, 'minBytes'>): number {
  return Math.floor(maximumRequestBytes / (minBytes + 1));
}

/**
 * The type of values of a schema; undefined for what expressions do not see: anything that the schema says nothing
 * about. `isResource`: a whole object, which has a type and a name whatever the schema says.
 */
export function schemaType(
  schema: TypedSchema,
  { isResource = false, name = 'object' }: { isResource?: boolean; name?: string } = {},
): SchemaType | undefined {
  if (schema['x-kubernetes-int-or-string']) {
    return { type: { kind: 'dyn', maxElements: textLength(schema) }, minBytes: 1 };
  }
  switch (schema.type) {
    case 'array':
      return listType(schema, name);
    case 'object':
      return mapType(schema, name) ?? fieldsType(isResource ? withResourceFields(schema) : schema, name);
    case 'string':
      return textType(schema);
    case 'boolean':
      return { type: BOOL, minBytes: 4 };
    case 'number':
      return { type: DOUBLE, minBytes: 1 };
    case 'integer':
      return { type: INT, minBytes: 1 };
    default:
      return undefined;
  }
}

function childType(schema: TypedSchema, name: string): SchemaType | undefined {
  return schemaType(schema, { isResource: schema['x-kubernetes-embedded-resource'] === true, name });
}

function listType(schema: TypedSchema, name: string): SchemaType | undefined {
  const { items, maxItems, 'x-kubernetes-list-type': kind, 'x-kubernetes-list-map-keys': mapKeys } = schema;
  if (!items || isList(items)) return undefined;
  const element = childType(items, `${name}.@idx`);
  if (!element) return undefined;
  const fitting = Math.floor((maximumRequestBytes - 2) / (element.minBytes + 1));
  const identity = kind === 'set' || kind === 'map' ? { listType: kind, ...(mapKeys ? { mapKeys } : {}) } : {};
  const type = listOf(element.type, { maxElements: limit(maxItems, fitting), ...identity } as const);
  return { type, minBytes: 2 };
}

function isList(items: NonNullable<TypedSchema['items']>): items is readonly TypedSchema[] {
  return Array.isArray(items);
}

function mapType({ additionalProperties, maxProperties }: TypedSchema, name: string): SchemaType | undefined {
  if (typeof additionalProperties !== 'object') return undefined;
  const value = childType(additionalProperties, `${name}.@elem`);
  if (!value) return undefined;
  const fitting = Math.floor((maximumRequestBytes - 2) / (value.minBytes + 6));
  return { type: mapOf(STRING, value.type, { maxElements: limit(maxProperties, fitting) }), minBytes: 2 };
}

function fieldsType(schema: TypedSchema, name: string): SchemaType | undefined {
  if (typeof schema.additionalProperties === 'object') return undefined;
  const fields: Record<string, CelField> = {};
  let minBytes = 2;
  for (const [property, child] of Object.entries(schema.properties ?? {})) {
    const found = childType(child, `${name}.${property}`);
    if (!found) continue;
    const escaped = escapeIdentifier(property);
    if (escaped !== undefined) {
      fields[escaped] = { type: found.type, ...(escaped === property ? {} : { jsonName: property }) };
    }
    if (schema.required?.includes(property) && child.default === undefined) {
      minBytes += new TextEncoder().encode(property).length + found.minBytes + 4;
    }
  }
  return { type: objectType(name, fields), minBytes };
}

function withResourceFields(schema: TypedSchema): TypedSchema {
  const text: TypedSchema = { type: 'string' };
  const metadata: TypedSchema = { type: 'object', properties: { name: text, generateName: text } };
  return { ...schema, properties: { ...schema.properties, kind: text, apiVersion: text, metadata } };
}

function textType(schema: TypedSchema): SchemaType {
  switch (schema.format) {
    case 'byte':
      return { type: { kind: 'bytes', maxElements: limit(schema.maxLength, maximumRequestBytes - 2) }, minBytes: 2 };
    case 'duration':
      return { type: { kind: 'duration', maxElements: sizes.duration }, minBytes: 3 };
    case 'date':
      return { type: { kind: 'timestamp', maxElements: sizes.date }, minBytes: 12 };
    case 'date-time':
      return { type: { kind: 'timestamp', maxElements: sizes['date-time'] }, minBytes: 21 };
    default:
      return { type: { kind: 'string', maxElements: textLength(schema) }, minBytes: 2 };
  }
}

/** In bytes, of which a character can have four. */
function textLength(schema: TypedSchema): number {
  if (schema.maxLength !== undefined) return Math.max(0, schema.maxLength) * 4;
  if (schema.enum?.length && !schema['x-kubernetes-int-or-string']) {
    const lengths = schema.enum.map((value) =>
      typeof value === 'string' ? new TextEncoder().encode(value).length : 0,
    );
    return Math.max(...lengths);
  }
  return maximumRequestBytes - 2;
}

function limit(declared: number | undefined, otherwise: number): number {
  return declared === undefined ? otherwise : Math.max(0, declared);
}
