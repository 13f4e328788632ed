import { badRequest } from '../../api/errors.ts';
import { isJsonObject } from '../../api/json.ts';
import { checkTypes } from '../../schema/check-types.ts';
import { TypeMismatch } from '../../schema/convert.ts';
import { schemaFor } from '../../schema/registry.ts';
import type { JsonSchema } from '../../schema/structural/json-schema.ts';
import type { CustomResourceDefinition, CustomResourceDefinitionSpec } from './types.ts';

const httpsPort = 443;

/** Everything that is not said and follows from what is. */
export function applyDefaults(definition: CustomResourceDefinition): void {
  const spec = fillIn(definition);
  const { names } = spec;
  if (names.kind) {
    names.singular ||= names.kind.toLowerCase();
    names.listKind ||= `${names.kind}List`;
  }
  spec.conversion ??= { strategy: 'None' };
  const service = spec.conversion.webhook?.clientConfig?.service;
  if (service) service.port ??= httpsPort;
  readNestedSchemas(spec);
  if (!definition.status?.storedVersions?.length) {
    definition.status = { ...definition.status, storedVersions: storageVersions(spec) };
  }
}

/** Required fields that are not there get the zero values of their types, for validation to complain about. */
function fillIn(definition: CustomResourceDefinition): CustomResourceDefinitionSpec {
  definition.spec = { ...definition.spec };
  const { spec } = definition;
  spec.group ??= '';
  spec.scope ??= '';
  spec.names = { ...spec.names, plural: spec.names?.plural ?? '', kind: spec.names?.kind ?? '' };
  spec.versions ??= [];
  for (const version of spec.versions) {
    version.name ??= '';
    version.served ??= false;
    version.storage ??= false;
  }
  return spec;
}

export function storageVersions({ versions }: CustomResourceDefinitionSpec): string[] {
  return versions
    .filter(({ storage }) => storage)
    .slice(0, 1)
    .map(({ name }) => name);
}

/**
 * Schemas that a field holds as one of several forms (`items`, `additionalProperties`, ...) have not been read with the
 * rest: the tables only say that anything may be there. What they do not know is dropped without a word, as upstream.
 */
function readNestedSchemas({ versions }: CustomResourceDefinitionSpec): void {
  for (const { schema } of versions) if (schema?.openAPIV3Schema) readNested(schema.openAPIV3Schema);
}

function readNested(schema: JsonSchema): void {
  const { items, additionalItems, additionalProperties, dependencies } = schema;
  for (const open of [...[items].flat(), additionalItems, additionalProperties, ...Object.values(dependencies ?? {})]) {
    if (isJsonObject(open)) readSchema(open as JsonSchema);
  }
  const { not, allOf = [], anyOf = [], oneOf = [] } = schema;
  const maps = [schema.properties, schema.patternProperties, schema.definitions];
  for (const part of [not, ...allOf, ...anyOf, ...oneOf, ...maps.flatMap((map) => Object.values(map ?? {}))]) {
    if (isJsonObject(part)) readNested(part as JsonSchema);
  }
}

function readSchema(schema: JsonSchema): void {
  try {
    checkTypes(schemaFor('V1JSONSchemaProps'), schema);
  } catch (error) {
    if (!(error instanceof TypeMismatch)) throw error;
    throw badRequest(
      `CustomResourceDefinition in version "v1" cannot be handled as a CustomResourceDefinition: ${error.message}`,
    );
  }
  readNested(schema);
}
