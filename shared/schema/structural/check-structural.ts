import type { FieldError } from '../../api/errors.ts';
import { forbidden, invalidValue, required } from '../../api/field-errors.ts';
import { jsonEqual } from '../../api/json.ts';
import { regexProblem } from '../../regex/regex.ts';
import { additionalOf, itemsOf, type JsonSchema } from './json-schema.ts';

/**
 * Whether a schema is structural: everything that says what there is stands outside of `allOf`, `anyOf`, `oneOf` and
 * `not`, so that one walk can prune, default and merge. Findings are sorted.
 */
export function checkStructural(schema: JsonSchema, path: string): FieldError[] {
  const errors = [...checkNode(schema, 'root', path), ...checkCompleteness(schema, schema, path, path)];
  return errors.sort((a, b) => compare(`${a.field}: ${a.message}`, `${b.field}: ${b.message}`));
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Why a schema cannot even be read as a structural one. */
export function unsupportedPart(schema: JsonSchema): string | undefined {
  const says = (field: string) => `OpenAPIV3Schema '${field}' is not supported`;
  if (schema.id) return says('id');
  if (schema.$schema) return says('schema');
  if (schema.$ref) return says('$ref');
  if (Object.keys(schema.patternProperties ?? {}).length > 0) return says('patternProperties');
  if (Object.keys(schema.dependencies ?? {}).length > 0) return says('dependencies');
  if (schema.additionalItems !== undefined) return says('additionalItems');
  if (Object.keys(schema.definitions ?? {}).length > 0) return says('definitions');
  if (schema['x-kubernetes-preserve-unknown-fields'] === false) {
    return "internal error: 'x-kubernetes-preserve-unknown-fields' must be true or undefined";
  }
  if (Array.isArray(schema.items)) return "OpenAPIV3Schema 'items' must be a schema, but is an array";
  const { not, allOf = [], anyOf = [], oneOf = [], properties = {} } = schema;
  const parts = [
    not,
    ...allOf,
    ...anyOf,
    ...oneOf,
    itemsOf(schema),
    ...Object.values(properties),
    additionalOf(schema),
  ];
  for (const part of parts) {
    const why = part && unsupportedPart(part);
    if (why) return why;
  }
  return undefined;
}

type Level = 'root' | 'item' | 'field';

const typeMustBe: Readonly<Record<Level, string>> = {
  root: 'must not be empty at the root',
  item: 'must not be empty for specified array items',
  field: 'must not be empty for specified object fields',
};

function checkNode(schema: JsonSchema, level: Level, path: string): FieldError[] {
  const { type, properties = {}, additionalProperties } = schema;
  const items = itemsOf(schema);
  const additional = additionalOf(schema);
  const errors: FieldError[] = [];
  if (type === 'array' && !items) errors.push(required(`${path}.items`, 'must be specified'));
  if (items) errors.push(...checkNode(items, 'item', `${path}.items`));
  for (const [name, property] of Object.entries(properties)) {
    errors.push(...checkNode(property, 'field', `${path}.properties[${name}]`));
  }
  if (additionalProperties !== undefined && level === 'root') {
    errors.push(forbidden(`${path}.additionalProperties`, 'must not be used at the root'));
  }
  if (additional) errors.push(...checkNode(additional, 'field', `${path}.additionalProperties`));
  return [
    ...errors,
    ...checkExtensions(schema, path),
    ...checkValidations(schema, integerOrStringPlace(schema), path),
    ...checkOwnType(schema, level, path),
    ...checkTypeMeta(schema, level, path),
  ];
}

function checkExtensions(schema: JsonSchema, path: string): FieldError[] {
  if (!schema['x-kubernetes-int-or-string']) return [];
  return (['x-kubernetes-preserve-unknown-fields', 'x-kubernetes-embedded-resource'] as const)
    .filter((extension) => schema[extension])
    .map((extension) =>
      invalidValue(`${path}.${extension}`, true, 'must be false if x-kubernetes-int-or-string is true'),
    );
}

function checkOwnType(schema: JsonSchema, level: Level, path: string): FieldError[] {
  const { type = '', properties = {} } = schema;
  const isEmbedded = schema['x-kubernetes-embedded-resource'];
  const isOpen = schema['x-kubernetes-int-or-string'] || schema['x-kubernetes-preserve-unknown-fields'];
  const errors: FieldError[] = [];
  if (isEmbedded && type !== 'object') {
    const why = 'must be object if x-kubernetes-embedded-resource is true';
    errors.push(type === '' ? required(`${path}.type`, why) : invalidValue(`${path}.type`, type, why));
  } else if (type === '' && !isOpen) errors.push(required(`${path}.type`, typeMustBe[level]));
  if (isEmbedded && schema.additionalProperties !== undefined) {
    const why = 'must not be used if x-kubernetes-embedded-resource is set';
    errors.push(forbidden(`${path}.additionalProperties`, why));
  }
  if (level === 'root' && type !== '' && type !== 'object') {
    errors.push(invalidValue(`${path}.type`, type, 'must be object at the root'));
  }
  if (isEmbedded && !schema['x-kubernetes-preserve-unknown-fields'] && Object.keys(properties).length === 0) {
    const why =
      'must not be empty if x-kubernetes-embedded-resource is true without x-kubernetes-preserve-unknown-fields';
    errors.push(required(`${path}.properties`, why));
  }
  return errors;
}

/** Type and metadata of a resource are what they are: a schema may restrict no more than its name. */
function checkTypeMeta(schema: JsonSchema, level: Level, path: string): FieldError[] {
  const { kind, apiVersion, metadata } = schema.properties ?? {};
  const isResource = level === 'root' || schema['x-kubernetes-embedded-resource'];
  const errors: FieldError[] = [];
  for (const [name, property] of Object.entries({ kind, apiVersion })) {
    if (!isResource || !property || property.type === 'string') continue;
    errors.push(invalidValue(`${path}.properties[${name}].type`, property.type ?? '', 'must be string'));
  }
  if (!metadata) return errors;
  const metaPath = `${path}.properties[metadata]`;
  if (isResource && metadata.type !== 'object') {
    errors.push(invalidValue(`${metaPath}.type`, metadata.type ?? '', 'must be object'));
  }
  if (level === 'root' && !restrictsOnlyName(metadata)) {
    const why = 'must not specify anything other than name and generateName, but metadata is implicitly specified';
    errors.push(forbidden(metaPath, why));
  }
  return errors;
}

function restrictsOnlyName({ type: _type, default: _default, properties = {}, ...rest }: JsonSchema): boolean {
  const isNamed = Object.keys(properties).every((name) => name === 'name' || name === 'generateName');
  return isNamed && Object.values(rest).every((value) => isEmptyFact(value));
}

/** What a field of a schema holds when it is not set. */
function isEmptyFact(value: unknown): boolean {
  if (Array.isArray(value)) return value.length === 0;
  return value === undefined || value === null || value === false || value === '';
}

const integerOrString: readonly JsonSchema[] = [{ type: 'integer' }, { type: 'string' }];

/** Where a schema says itself that a value is an integer or a string: types are allowed there. */
function integerOrStringPlace({ anyOf, allOf }: JsonSchema): 'anyOf' | 'allOf' | undefined {
  if (jsonEqual(anyOf, integerOrString)) return 'anyOf';
  return jsonEqual(allOf?.[0]?.anyOf, integerOrString) ? 'allOf' : undefined;
}

/** @param spared which part may hold types: see `integerOrStringPlace` */
function checkValidations(schema: JsonSchema, spared: 'anyOf' | 'allOf' | undefined, path: string): FieldError[] {
  const { anyOf = [], allOf = [], oneOf = [], not, pattern } = schema;
  const errors: FieldError[] = [];
  const nested = (part: JsonSchema, place: string, partSpared?: 'anyOf') =>
    errors.push(...checkNested(part, partSpared, `${path}.${place}`));
  if (spared !== 'anyOf') for (const [index, part] of anyOf.entries()) nested(part, `anyOf[${index}]`);
  for (const [index, part] of allOf.entries()) {
    nested(part, `allOf[${index}]`, spared === 'allOf' && index === 0 ? 'anyOf' : undefined);
  }
  for (const [index, part] of oneOf.entries()) nested(part, `oneOf[${index}]`);
  if (not) nested(not, 'not');
  const problem = pattern && regexProblem(pattern);
  if (problem) {
    const why = `must be a valid regular expression, but isn't: ${problem}`;
    errors.push(invalidValue(`${path}.pattern`, pattern, why));
  }
  return errors;
}

/** What a part of a union says must restrict values and nothing else. */
function checkNested(schema: JsonSchema, spared: 'anyOf' | undefined, path: string): FieldError[] {
  const errors = checkValidations(schema, spared, path);
  const items = itemsOf(schema);
  if (items) errors.push(...checkNested(items, undefined, `${path}.items`));
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    errors.push(...checkNested(property, undefined, `${path}.properties[${name}]`));
  }
  const forbid = (field: string, state: string) =>
    errors.push(forbidden(`${path}.${field}`, `must be ${state} to be structural`));
  if (schema.type) forbid('type', 'empty');
  if (schema.additionalProperties !== undefined && schema.additionalProperties !== false) {
    forbid('additionalProperties', 'undefined');
  }
  if (schema.default !== undefined && schema.default !== null) forbid('default', 'undefined');
  if (schema.title) forbid('title', 'empty');
  if (schema.description) forbid('description', 'empty');
  if (schema.nullable) forbid('nullable', 'false');
  for (const extension of ['preserve-unknown-fields', 'embedded-resource', 'int-or-string'] as const) {
    if (schema[`x-kubernetes-${extension}`]) forbid(`x-kubernetes-${extension}`, 'false');
  }
  if (schema['x-kubernetes-list-map-keys']?.length) forbid('x-kubernetes-list-map-keys', 'empty');
  if (schema['x-kubernetes-list-type'] !== undefined) forbid('x-kubernetes-list-type', 'undefined');
  if (schema['x-kubernetes-map-type'] !== undefined) forbid('x-kubernetes-map-type', 'undefined');
  if (schema['x-kubernetes-validations']?.length) forbid('x-kubernetes-validations', 'empty');
  if (schema.properties && Object.hasOwn(schema.properties, 'metadata')) {
    errors.push(forbidden(`${path}.properties[metadata]`, 'must not be specified in a nested context'));
  }
  return errors;
}

/** Every field that a union restricts must be specified outside of it. */
function checkCompleteness(
  part: JsonSchema,
  structure: JsonSchema | undefined,
  structurePath: string,
  path: string,
): FieldError[] {
  const { not, allOf = [], anyOf = [], oneOf = [] } = part;
  const branches: [string, JsonSchema][] = [
    ...(not ? [['not', not] as [string, JsonSchema]] : []),
    ...allOf.map((schema, index): [string, JsonSchema] => [`allOf[${index}]`, schema]),
    ...anyOf.map((schema, index): [string, JsonSchema] => [`anyOf[${index}]`, schema]),
    ...oneOf.map((schema, index): [string, JsonSchema] => [`oneOf[${index}]`, schema]),
  ];
  return branches.flatMap(([place, branch]) => {
    const branchPath = `${path}.${place}`;
    return checkBranch(branch, structure, structurePath, branchPath);
  });
}

function checkBranch(
  branch: JsonSchema,
  structure: JsonSchema | undefined,
  structurePath: string,
  path: string,
): FieldError[] {
  if (!structure) return [required(structurePath, `because it is defined in ${path}`)];
  const errors = checkCompleteness(branch, structure, structurePath, path);
  const items = itemsOf(branch);
  if (items) errors.push(...checkBranch(items, itemsOf(structure), `${structurePath}.items`, `${path}.items`));
  for (const [name, property] of Object.entries(branch.properties ?? {})) {
    const known =
      structure.properties && Object.hasOwn(structure.properties, name) ? structure.properties[name] : undefined;
    const place = `properties[${name}]`;
    errors.push(...checkBranch(property, known, `${structurePath}.${place}`, `${path}.${place}`));
  }
  return errors;
}
