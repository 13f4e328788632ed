import type { ArraySchema, Field, ObjectSchema, Schema } from '../model.ts';
import { schemaFor } from '../registry.ts';
import { additionalOf, itemsOf, type JsonSchema } from './json-schema.ts';

/**
 * The structural part of a schema in the form that everything generic works with. What only restricts values (patterns,
 * limits, `anyOf` and the like) is no part of it; see `compileValidator`.
 */

const text: Schema = { type: 'string' };
const preserved: Schema = { type: 'any', unknownFields: 'preserve' };
/** What no schema says anything about, in a place where fields must be known. */
const unstructured: Schema = { type: 'any', unknownFields: 'prune', nullable: true };

/** The model of a custom resource: its schema, and the type and metadata that every object has. */
export function resourceModel(schema: JsonSchema | undefined): ObjectSchema {
  const { fields, ...rest } = objectModel(schema ?? {}, false);
  return { ...rest, fields: withTypeMeta(fields, { default: {} }) };
}

/** The model of a value of this schema. */
export function toModel(schema: JsonSchema | undefined, inherited = false): Schema {
  if (!schema) return unstructured;
  const { default: fallback, nullable } = schema;
  return {
    ...structure(schema, inherited || schema['x-kubernetes-preserve-unknown-fields'] === true),
    ...(fallback === undefined || fallback === null ? {} : { default: fallback }),
    ...(nullable ? { nullable } : {}),
  };
}

function structure(schema: JsonSchema, preserve: boolean): Schema {
  const { type } = schema;
  if (schema['x-kubernetes-int-or-string']) return { type: 'string', format: 'int-or-string' };
  switch (type) {
    case 'array':
      return arrayModel(schema, preserve);
    case 'string':
    case 'boolean':
    case 'integer':
    case 'number':
      return { type };
    default:
      break;
  }
  const isOpen = preserve && !schema.properties && schema.additionalProperties === undefined;
  if (type === undefined && isOpen && !schema['x-kubernetes-embedded-resource']) {
    return preserved;
  }
  const values = additionalOf(schema);
  const isMap = !schema.properties && !preserve && schema.additionalProperties !== undefined;
  if (isMap) return { type: 'map', values: toModel(values), ...mapType(schema) };
  return objectModel(schema, preserve);
}

function arrayModel(schema: JsonSchema, preserve: boolean): ArraySchema {
  const { 'x-kubernetes-list-type': listType, 'x-kubernetes-list-map-keys': listMapKeys } = schema;
  const items = itemsOf(schema);
  return {
    type: 'array',
    items: items ? toModel(items, preserve) : preserve ? preserved : toModel(undefined),
    ...(listType === 'map' || listType === 'set' || listType === 'atomic' ? { listType } : {}),
    ...(listMapKeys?.length ? { listMapKeys } : {}),
  };
}

function objectModel(schema: JsonSchema, preserve: boolean): ObjectSchema {
  // Without a prototype, so that a client's field named `constructor` is as unknown as any other.
  let fields: Record<string, Field> = Object.create(null);
  const required = new Set(schema.required);
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    fields[name] = { schema: toModel(property), ...(required.has(name) ? { required: true } : {}) };
  }
  if (schema['x-kubernetes-embedded-resource']) fields = withTypeMeta(fields, {});
  const preserveUnknown = preserve || schema['x-kubernetes-preserve-unknown-fields'] === true;
  return {
    type: 'object',
    fields,
    ...(schema.additionalProperties !== undefined ? { additional: toModel(additionalOf(schema)) } : {}),
    ...(preserveUnknown ? { preserveUnknown } : {}),
    ...mapType(schema),
  };
}

/** A whole Kubernetes object has its type and its metadata whether the schema mentions them or not. */
function withTypeMeta(
  fields: Readonly<Record<string, Field>>,
  facts: Pick<ObjectSchema, 'default'>,
): Record<string, Field> {
  const metadata: Field = { schema: { ...schemaFor('V1ObjectMeta'), ...facts } };
  return Object.assign(Object.create(null), { apiVersion: { schema: text }, kind: { schema: text } }, fields, {
    metadata,
  });
}

function mapType(schema: JsonSchema): { atomic?: boolean } {
  return schema['x-kubernetes-map-type'] === 'atomic' ? { atomic: true } : {};
}
