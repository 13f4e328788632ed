import type { FieldError } from '../../api/errors.ts';
import { forbidden, invalidValue, notSupported } from '../../api/field-errors.ts';
import { additionalOf, type JsonSchema } from '../../schema/structural/json-schema.ts';
import { validateTopology } from './validate-lists.ts';
import { validateRuleTexts } from './validate-rules.ts';

/** What a schema may say, apart from being structural. */

const types: readonly string[] = ['array', 'boolean', 'integer', 'number', 'object', 'string'];
const metaFields: readonly string[] = ['metadata', 'kind', 'apiVersion'];

/** Where in a resource a schema is. */
interface Place {
  isRoot: boolean;
  /** In the type or the metadata of the resource, or of one that is embedded in it. */
  isMeta: boolean;
  /** Set: why there may be no defaults. */
  forbidDefaults?: string;
}

export function validateSchemaRules(schema: JsonSchema, path: string): FieldError[] {
  return validateNode(schema, { isRoot: true, isMeta: false }, path);
}

function validateNode(schema: JsonSchema, place: Place, path: string): FieldError[] {
  const errors = validateKeywords(schema, place, path);
  if (schema.uniqueItems) {
    const why = 'uniqueItems cannot be set to true since the runtime complexity becomes quadratic';
    errors.push(forbidden(`${path}.uniqueItems`, why));
  }
  errors.push(...validateMembers(schema, place, path));
  const inside = { ...place, isRoot: false };
  const { not, allOf = [], anyOf = [], oneOf = [], definitions = {}, items, dependencies = {} } = schema;
  const visit = (part: JsonSchema, where: string) => errors.push(...validateNode(part, inside, `${path}.${where}`));
  if (not) visit(not, 'not');
  for (const [index, part] of allOf.entries()) visit(part, `allOf[${index}]`);
  for (const [index, part] of oneOf.entries()) visit(part, `oneOf[${index}]`);
  for (const [index, part] of anyOf.entries()) visit(part, `anyOf[${index}]`);
  for (const [name, part] of Object.entries(definitions)) visit(part, `definitions[${name}]`);
  if (Array.isArray(items)) for (const [index, part] of items.entries()) visit(part ?? {}, `items[${index}]`);
  else if (items) visit(items, 'items');
  for (const [name, part] of Object.entries(dependencies)) {
    if (!Array.isArray(part)) visit(part ?? {}, `dependencies[${name}]`);
  }
  if (schema['x-kubernetes-preserve-unknown-fields'] === false) {
    errors.push(invalidValue(`${path}.x-kubernetes-preserve-unknown-fields`, false, 'must be true or undefined'));
  }
  return [...errors, ...validateTopology(schema, path), ...validateRuleTexts(schema, path)];
}

/** `properties` are for structs, `additionalProperties` for maps. */
function validateMembers(schema: JsonSchema, place: Place, path: string): FieldError[] {
  const { properties = {}, additionalProperties } = schema;
  const errors: FieldError[] = [];
  if (additionalProperties !== undefined) {
    if (Object.keys(properties).length > 0 && additionalProperties !== true) {
      const why = 'additionalProperties and properties are mutual exclusive';
      errors.push(forbidden(`${path}.additionalProperties`, why));
    }
    const values = additionalOf(schema);
    const forbidDefaults = place.isMeta ? 'inside additionalProperties applying to object metadata' : undefined;
    const inside = { ...place, isRoot: false, ...(forbidDefaults ? { forbidDefaults } : {}) };
    if (values) errors.push(...validateNode(values, inside, `${path}.additionalProperties`));
  }
  for (const [name, property] of Object.entries(properties)) {
    const isMeta = (place.isRoot || schema['x-kubernetes-embedded-resource']) && metaFields.includes(name);
    const inside: Place = { ...place, isRoot: false, isMeta: place.isMeta || Boolean(isMeta) };
    if (isMeta && place.isRoot) inside.forbidDefaults = `in top-level ${name}`;
    errors.push(...validateNode(property, inside, `${path}.properties[${name}]`));
  }
  return errors;
}

const refused = ['id', 'additionalItems', 'patternProperties', 'definitions', 'dependencies', '$ref'] as const;

function validateKeywords(schema: JsonSchema, { isMeta, forbidDefaults }: Place, path: string): FieldError[] {
  const errors: FieldError[] = [];
  const forbid = (field: string, why: string) => errors.push(forbidden(`${path}.${field}`, why));
  const { type, items } = schema;
  if (type && !types.includes(type)) errors.push(notSupported(`${path}.type`, type, types));
  if ((schema.default ?? null) !== null && forbidDefaults) forbid('default', `must not be set ${forbidDefaults}`);
  for (const keyword of refused) {
    const value = schema[keyword];
    if (value === undefined || value === '' || isEmptyObject(value)) continue;
    forbid(keyword, `${keyword} is not supported`);
  }
  if (type === 'null') forbid('type', 'type cannot be set to null, use nullable as an alternative');
  if (Array.isArray(items) && items.length > 0) forbid('items', 'items must be a schema object and not an array');
  if (isMeta && schema['x-kubernetes-embedded-resource']) {
    forbid('x-kubernetes-embedded-resource', 'must not be used inside of resource meta');
  }
  return errors;
}

function isEmptyObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).length === 0;
}

const allowedBesideStatus: readonly [field: string, goName: string][] = [
  ['description', 'Description'],
  ['type', 'Type'],
  ['format', 'Format'],
  ['title', 'Title'],
  ['maximum', 'Maximum'],
  ['exclusiveMaximum', 'ExclusiveMaximum'],
  ['minimum', 'Minimum'],
  ['exclusiveMinimum', 'ExclusiveMinimum'],
  ['maxLength', 'MaxLength'],
  ['minLength', 'MinLength'],
  ['pattern', 'Pattern'],
  ['maxItems', 'MaxItems'],
  ['minItems', 'MinItems'],
  ['uniqueItems', 'UniqueItems'],
  ['multipleOf', 'MultipleOf'],
  ['required', 'Required'],
  ['items', 'Items'],
  ['properties', 'Properties'],
  ['externalDocs', 'ExternalDocs'],
  ['example', 'Example'],
  ['x-kubernetes-preserve-unknown-fields', 'XPreserveUnknownFields'],
  ['x-kubernetes-validations', 'XValidations'],
];

/** With a status subresource the status is validated alone, so nothing at the root may restrict it. */
export function validateRootBesideStatus(schema: JsonSchema, path: string): FieldError[] {
  const { type } = schema;
  if (type && type !== 'object') {
    const why = 'only "object" is allowed as the type at the root of the schema if the status subresource is enabled';
    return [invalidValue(`${path}.type`, type, why)];
  }
  const allowed = new Set(allowedBesideStatus.map(([field]) => field));
  const stray = Object.entries(schema).some(([field, value]) => !allowed.has(field) && value !== undefined);
  if (!stray) return [];
  const names = allowedBesideStatus.map(([, goName]) => goName).join(' ');
  const why = `only [${names}] fields are allowed at the root of the schema if the status subresource is enabled`;
  return [invalidValue(path, schema, why)];
}
