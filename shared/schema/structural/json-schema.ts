import type { Json } from '../../api/json.ts';

/** `JSONSchemaProps` of apiextensions.k8s.io/v1, as a CustomResourceDefinition carries it. */
export interface JsonSchema {
  type?: string;
  format?: string;
  description?: string;
  title?: string;
  externalDocs?: Json;
  example?: Json;
  default?: Json;
  nullable?: boolean;
  properties?: Readonly<Record<string, JsonSchema>>;
  additionalProperties?: boolean | JsonSchema;
  /** A list of schemas is refused by validation. */
  items?: JsonSchema | JsonSchema[];
  required?: readonly string[];
  enum?: readonly Json[];
  minimum?: number;
  exclusiveMinimum?: boolean;
  maximum?: number;
  exclusiveMaximum?: boolean;
  multipleOf?: number;
  minLength?: number;
  maxLength?: number;
  pattern?: string;
  minItems?: number;
  maxItems?: number;
  uniqueItems?: boolean;
  minProperties?: number;
  maxProperties?: number;
  allOf?: readonly JsonSchema[];
  anyOf?: readonly JsonSchema[];
  oneOf?: readonly JsonSchema[];
  not?: JsonSchema;
  'x-kubernetes-preserve-unknown-fields'?: boolean;
  'x-kubernetes-embedded-resource'?: boolean;
  'x-kubernetes-int-or-string'?: boolean;
  'x-kubernetes-list-type'?: string;
  'x-kubernetes-list-map-keys'?: readonly string[];
  'x-kubernetes-map-type'?: string;
  'x-kubernetes-validations'?: readonly ValidationRule[];
  /** Known to the type and refused by validation. */
  id?: string;
  $schema?: string;
  $ref?: string;
  additionalItems?: boolean | JsonSchema;
  patternProperties?: Readonly<Record<string, JsonSchema>>;
  definitions?: Readonly<Record<string, JsonSchema>>;
  dependencies?: Readonly<Record<string, JsonSchema | string[]>>;
}

/** One rule of `x-kubernetes-validations`. */
export interface ValidationRule {
  rule: string;
  message?: string;
  messageExpression?: string;
  reason?: string;
  fieldPath?: string;
  optionalOldSelf?: boolean;
}

/** The schema of the items, where there is one for all of them. */
export function itemsOf({ items }: JsonSchema): JsonSchema | undefined {
  return Array.isArray(items) ? undefined : items;
}

/** The schema of what `properties` does not name, where there is one. */
export function additionalOf({ additionalProperties }: JsonSchema): JsonSchema | undefined {
  return typeof additionalProperties === 'object' ? additionalProperties : undefined;
}

/** The schema of a member of an object, as a value is read: by name, or else what holds for all others. */
export function propertyOf(schema: JsonSchema, name: string): JsonSchema | undefined {
  return schema.properties && Object.hasOwn(schema.properties, name) ? schema.properties[name] : additionalOf(schema);
}

/** Every schema that is directly part of another one, with its place in it. */
export function* childrenOf(schema: JsonSchema): Iterable<[path: string, child: JsonSchema]> {
  const { items, additionalItems, additionalProperties, not, dependencies } = schema;
  for (const key of ['properties', 'patternProperties', 'definitions'] as const) {
    for (const [name, child] of Object.entries(schema[key] ?? {})) yield [`.${key}[${name}]`, child];
  }
  for (const key of ['allOf', 'anyOf', 'oneOf'] as const) {
    for (const [index, child] of (schema[key] ?? []).entries()) yield [`.${key}[${index}]`, child];
  }
  if (Array.isArray(items)) for (const [index, child] of items.entries()) yield [`.items[${index}]`, child ?? {}];
  else if (items) yield ['.items', items];
  if (typeof additionalProperties === 'object') yield ['.additionalProperties', additionalProperties];
  if (typeof additionalItems === 'object') yield ['.additionalItems', additionalItems];
  if (not) yield ['.not', not];
  for (const [name, child] of Object.entries(dependencies ?? {})) {
    if (!Array.isArray(child)) yield [`.dependencies[${name}]`, child ?? {}];
  }
}

/** True when a schema or anything in it satisfies the predicate. */
export function someSchema(schema: JsonSchema, predicate: (schema: JsonSchema) => boolean): boolean {
  if (predicate(schema)) return true;
  for (const [, child] of childrenOf(schema)) if (someSchema(child, predicate)) return true;
  return false;
}
