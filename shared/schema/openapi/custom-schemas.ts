import { isJsonObject, type Json, type JsonObject } from '../../api/json.ts';
import { additionalOf, itemsOf, type JsonSchema } from '../structural/json-schema.ts';
import type { Dialect, GroupVersionKind } from './schemas.ts';

/** The schemas of custom resources as the OpenAPI documents show them. */

const metaPrefix = 'io.k8s.apimachinery.pkg.apis.meta.v1.';
const apiVersion: JsonObject = {
  type: 'string',
  description:
    'APIVersion defines the versioned schema of this representation of an object. Servers should convert recognized schemas to the latest internal value, and may reject unrecognized values. More info: https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md#resources',
};
const kind: JsonObject = {
  type: 'string',
  description:
    'Kind is a string value representing the REST resource this object represents. Servers may infer this from the endpoint the client submits requests to. Cannot be updated. In CamelCase. More info: https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md#types-kinds',
};
const metadataText =
  "Standard object's metadata. More info: https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md#metadata";

/** `com.example.stable.v1.CronTab`: the name of a custom resource's schema. */
export function customModelName({ group, version, kind: name }: GroupVersionKind): string {
  return [...group.split('.').reverse(), version, name].join('.');
}

/** The schema of a custom resource, with the type and the metadata that every object has. */
export function customSchema(schema: JsonSchema, gvk: GroupVersionKind, dialect: Dialect): JsonObject {
  const gvks = { 'x-kubernetes-group-version-kind': [{ ...gvk }] };
  // To kubectl, properties of any kind mean that there are no others.
  if (dialect.version === 2 && schema['x-kubernetes-preserve-unknown-fields']) return { type: 'object', ...gvks };
  const { properties, ...rest } = writeSchema(schema, dialect);
  return {
    ...rest,
    type: 'object',
    properties: { ...(properties as JsonObject | undefined), ...typeMeta(dialect) },
    ...gvks,
  };
}

/** The schema of a list of custom resources. */
export function customListSchema(
  gvk: GroupVersionKind,
  { listKind, plural }: { listKind: string; plural: string },
  dialect: Dialect,
): JsonObject {
  const item = { $ref: dialect.refPrefix + customModelName(gvk) };
  return {
    description: `${listKind} is a list of ${gvk.kind}`,
    type: 'object',
    required: ['items'],
    properties: {
      apiVersion,
      items: {
        description: `List of ${plural}. More info: https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md`,
        type: 'array',
        items: item,
      },
      kind,
      metadata: metaRef('ListMeta', 'Standard list metadata.', dialect),
    },
    'x-kubernetes-group-version-kind': [{ group: gvk.group, version: gvk.version, kind: listKind }],
  };
}

function typeMeta(dialect: Dialect): JsonObject {
  return { apiVersion, kind, metadata: metaRef('ObjectMeta', metadataText, dialect) };
}

/** In OpenAPI 3.0 nothing may stand beside a `$ref`. */
function metaRef(name: string, description: string, dialect: Dialect): JsonObject {
  const ref = { $ref: `${dialect.refPrefix}${metaPrefix}${name}` };
  return dialect.version === 2 ? { description, ...ref } : { description, allOf: [ref] };
}

/** Facts that are written as they are, where there are any. */
const plain = [
  'description',
  'title',
  'format',
  'default',
  'enum',
  'minimum',
  'exclusiveMinimum',
  'maximum',
  'exclusiveMaximum',
  'multipleOf',
  'minLength',
  'maxLength',
  'pattern',
  'minItems',
  'maxItems',
  'minProperties',
  'maxProperties',
  'x-kubernetes-preserve-unknown-fields',
  'x-kubernetes-embedded-resource',
  'x-kubernetes-int-or-string',
  'x-kubernetes-list-type',
  'x-kubernetes-list-map-keys',
  'x-kubernetes-map-type',
  'x-kubernetes-validations',
] as const;

function writeSchema(schema: JsonSchema, dialect: Dialect): JsonObject {
  const out: JsonObject = {};
  for (const field of plain) {
    const value = schema[field];
    if (value !== undefined && value !== '' && value !== false) out[field] = value as Json;
  }
  if (schema.type) out.type = schema.type;
  if (schema.required?.length) out.required = [...schema.required];
  writeMembers(out, schema, dialect);
  if (dialect.version === 2) restrictToV2(out, schema);
  else writeUnions(out, schema, dialect);
  if (schema['x-kubernetes-embedded-resource'] && (dialect.version === 3 || !isOpen(schema))) {
    out.properties = { ...(out.properties as JsonObject | undefined), ...typeMeta(dialect) };
    out.required = [...new Set([...(schema.required ?? []), 'kind', 'apiVersion'])];
  }
  return out;
}

function writeMembers(out: JsonObject, schema: JsonSchema, dialect: Dialect): void {
  const items = itemsOf(schema);
  const additional = additionalOf(schema);
  if (items) out.items = writeSchema(items, dialect);
  if (schema.properties) {
    const members = Object.entries(schema.properties).map(([name, part]) => [name, writeSchema(part, dialect)]);
    out.properties = Object.fromEntries(members) as JsonObject;
  }
  if (additional) out.additionalProperties = writeSchema(additional, dialect);
  else if (schema.additionalProperties !== undefined) out.additionalProperties = schema.additionalProperties as boolean;
}

function writeUnions(out: JsonObject, schema: JsonSchema, dialect: Dialect): void {
  if (schema.nullable) out.nullable = true;
  for (const union of ['allOf', 'anyOf', 'oneOf'] as const) {
    const parts = schema[union];
    if (parts?.length) out[union] = parts.map((part) => writeSchema(part, dialect));
  }
  if (schema.not) out.not = writeSchema(schema.not, dialect);
  const saysType = [...(schema.anyOf ?? []), ...(schema.allOf?.[0]?.anyOf ?? [])].some(({ type }) => type);
  if (schema['x-kubernetes-int-or-string'] && !saysType) out.anyOf = [{ type: 'integer' }, { type: 'string' }];
}

function isOpen(schema: JsonSchema): boolean {
  return schema['x-kubernetes-preserve-unknown-fields'] === true;
}

/** The older format knows neither unions nor null, and kubectl reads what it has no word for too strictly. */
function restrictToV2(out: JsonObject, schema: JsonSchema): void {
  if (schema.nullable || isOpen(schema)) {
    delete out.items;
    delete out.properties;
  }
  if (schema.nullable || (isOpen(schema) && out.type === 'object')) delete out.type;
  if (out.type === 'array' && !out.items) delete out.type;
  if (!isJsonObject(out.properties) || !Array.isArray(out.required)) return;
  const required = out.required.filter((name) => !schema.properties?.[name as string]?.nullable);
  if (required.length > 0) out.required = required;
  else delete out.required;
}
