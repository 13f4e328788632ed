import type { Json, JsonObject } from '../../../../shared/api/json.ts';
import type { Field, ObjectSchema, ScalarSchema, Schema } from '../../../../shared/schema/model.ts';
import { schemaFor } from '../../../../shared/schema/registry.ts';

/**
 * An object with a value in every field that its type has, however deep; the same one every time. A type that holds
 * itself is followed one level.
 */
export function fullObject(type: { apiVersion: string; kind: string; schema: string }): JsonObject {
  const { apiVersion, kind, schema } = type;
  return { apiVersion, kind, ...fillStruct(schemaFor(schema), []) };
}

function fillStruct(schema: ObjectSchema, above: readonly string[]): JsonObject {
  const name = schema.name!;
  // An object's own type is not among the fields of its message; other types have references in fields of these names.
  const isObject = 'metadata' in schema.fields || name === 'V1DeleteOptions';
  const isType = (field: string) => isObject && (field === 'apiVersion' || field === 'kind');
  const names = Object.keys(schema.fields)
    .sort()
    .filter((field) => !isType(field));
  const filled = names.map((field) => [field, fill(schema.fields[field]!.schema, field, [...above, name])]);
  return Object.fromEntries(filled.filter(([, value]) => value !== undefined)) as JsonObject;
}

function fill(schema: Field['schema'], name: string, above: readonly string[]): Json | undefined {
  switch (schema.type) {
    case 'object':
      return above.includes(schema.name!) ? undefined : fillStruct(schema, above);
    case 'array':
      return listOf(schema.items, name, above);
    case 'map':
      return mapOf(schema.values, name, above);
    case 'any':
      return fillOpen(schema.name ?? '', above);
    case 'boolean':
      return true;
    case 'integer':
      return schema.format === 'int64' ? 3_000_000_000 + name.length : -name.length;
    case 'number':
      return name.length + 0.25;
    case 'string':
      return fillText(schema, name);
  }
}

function listOf(items: Schema, name: string, above: readonly string[]): Json | undefined {
  const item = fill(items, name, above);
  return item === undefined ? undefined : [item, item];
}

function mapOf(values: Schema, name: string, above: readonly string[]): Json | undefined {
  const value = fill(values, name, above);
  return value === undefined ? undefined : { 'z/last': value, a: value, 'Größe-😀': value, '\uff5e': value };
}

function fillText({ format }: ScalarSchema, name: string): Json {
  switch (format) {
    case 'byte':
      return 'AP/+';
    case 'date-time':
      return '2026-01-02T03:04:05Z';
    case 'micro-time':
      return '2026-01-02T03:04:05.000678Z';
    case 'quantity':
      return '1500m';
    case 'int-or-string':
      return name.length % 2 === 0 ? name.length : `${name.length}%`;
    default:
      return `${name} ${'x'.repeat(name.length * 11)} ü`;
  }
}

function fillOpen(openapiName: string, above: readonly string[]): Json | undefined {
  const schema = { type: 'object', description: 'inner' };
  switch (openapiName.split('.').at(-1)) {
    case 'JSONSchemaPropsOrArray':
      return above.length % 2 === 0 ? schema : [schema, schema];
    case 'JSONSchemaPropsOrBool':
      return above.length % 2 === 0 ? schema : true;
    case 'JSONSchemaPropsOrStringArray':
      return above.length % 2 === 0 ? schema : ['one', 'two'];
    case 'CustomResourceSubresourceStatus':
      return {};
    default:
      return { raw: ['value', 1, null] };
  }
}
