import type { FieldError } from '../../api/errors.ts';
import { forbidden, invalidValue, notSupported, required } from '../../api/field-errors.ts';
import { checkDNS1035Label, checkDNS1123Subdomain, validateImmutableField } from '../../api/validation.ts';
import { checkStructural, unsupportedPart } from '../../schema/structural/check-structural.ts';
import type { JsonSchema } from '../../schema/structural/json-schema.ts';
import { checkRules } from '../../schema/structural/rules/check-rules.ts';
import { countParts } from '../../schema/structural/size.ts';
import { validateApproval } from './approval.ts';
import { isTrue } from './conditions.ts';
import { SharedParts } from './shared-parts.ts';
import type { CustomResourceDefinition, CustomResourceDefinitionSpec, CustomResourceVersion } from './types.ts';
import { validateConversion } from './validate-conversion.ts';
import { validateDefaults } from './validate-defaults.ts';
import { requireNames, validateNames } from './validate-names.ts';
import { validateRootBesideStatus, validateSchemaRules } from './validate-schema.ts';
import {
  validateColumns,
  validateDeprecation,
  validateSelectableFields,
  validateSubresources,
} from './validate-version.ts';

/** Validation of what both a create and an update send. */
export function validateDefinition(definition: CustomResourceDefinition, old?: CustomResourceDefinition): FieldError[] {
  const { spec, metadata } = definition;
  const errors: FieldError[] = [];
  if (metadata.name !== `${spec.names.plural ?? ''}.${spec.group}`) {
    errors.push(invalidValue('metadata.name', metadata.name ?? '', 'must be spec.names.plural+"."+spec.group'));
  }
  errors.push(...validateSpec(spec), ...validateDefinitionStatus(definition));
  errors.push(...validateStoredVersions(definition), ...validateApproval(definition, old));
  if (spec.preserveUnknownFields) {
    const why =
      'cannot set to true, set x-kubernetes-preserve-unknown-fields to true in spec.versions[*].schema instead';
    errors.push(invalidValue('spec.preserveUnknownFields', true, why));
  }
  return errors;
}

/** What an update may not change. Names that are in use are part of where objects are stored. */
export function validateDefinitionUpdate(
  definition: CustomResourceDefinition,
  old: CustomResourceDefinition,
): FieldError[] {
  const { spec } = definition;
  const errors: FieldError[] = [];
  const keep = (value: unknown, before: unknown, path: string) =>
    errors.push(...validateImmutableField(value, before, path));
  if (isTrue(old, 'Established')) {
    keep(spec.scope, old.spec.scope, 'spec.scope');
    keep(spec.names.kind, old.spec.names.kind, 'spec.names.kind');
  }
  keep(spec.group, old.spec.group, 'spec.group');
  keep(spec.names.plural, old.spec.names.plural, 'spec.names.plural');
  return errors;
}

export function validateDefinitionStatus({ status }: CustomResourceDefinition): FieldError[] {
  return validateNames(status?.acceptedNames ?? {}, 'status.acceptedNames');
}

function validateStoredVersions({ spec, status }: CustomResourceDefinition): FieldError[] {
  const path = 'status.storedVersions';
  const stored = status?.storedVersions ?? [];
  if (stored.length === 0) return [invalidValue(path, stored, 'must have at least one stored version')];
  const errors = spec.versions
    .filter(({ name, storage }) => storage && !stored.includes(name))
    .map(({ name }) => invalidValue(path, stored, `must have the storage version ${name}`));
  for (const [index, version] of stored.entries()) {
    if (spec.versions.some(({ name }) => name === version)) continue;
    const why =
      `missing from spec.versions; ${version} was previously a storage version, and must remain in spec.versions until ` +
      `a storage migration ensures no data remains persisted in ${version} and removes ${version} from status.storedVersions`;
    errors.push(invalidValue(`${path}[${index}]`, version, why));
  }
  return errors;
}

/** Schemas and rules of all versions: each of them is looked at several times, and whatever is wrong with it is told. */
const maximumParts = 30_000;

function validateSpec(spec: CustomResourceDefinitionSpec): FieldError[] {
  const { versions } = spec;
  const count = versions.reduce(
    (sum, { schema }) => sum + (schema?.openAPIV3Schema ? countParts(schema.openAPIV3Schema, maximumParts) : 0),
    0,
  );
  if (count > maximumParts) {
    return [forbidden('spec.versions', `must have at most ${maximumParts} schemas and rules in all versions together`)];
  }
  const parts = new SharedParts(spec);
  const errors = [...validateGroup(spec.group), ...validateScope(spec.scope)];
  for (const [index, { schema }] of versions.entries()) {
    if (!schema?.openAPIV3Schema) errors.push(required(`spec.versions[${index}].schema.openAPIV3Schema`));
  }
  for (const [index, version] of versions.entries()) {
    errors.push(...validateVersion(version, parts, `spec.versions[${index}]`));
  }
  if (new Set(versions.map(({ name }) => name)).size < versions.length) {
    errors.push(invalidValue('spec.versions', parts.shown(), 'must contain unique version names'));
  }
  if (versions.filter(({ storage }) => storage).length !== 1) {
    const why = 'must have exactly one version marked as storage version';
    errors.push(invalidValue('spec.versions', parts.shown(), why));
  }
  errors.push(...requireNames(spec.names, 'spec.names'), ...validateNames(spec.names, 'spec.names'));
  errors.push(...validateSharedParts(spec, parts));
  const { conversion } = spec;
  return [...errors, ...validateConversion(conversion, 'spec.conversion', { requiresKnownVersion: true })];
}

function validateGroup(group: string): FieldError[] {
  if (!group) return [required('spec.group')];
  const problems = checkDNS1123Subdomain(group);
  if (problems.length > 0) return [invalidValue('spec.group', group, problems.join())];
  return group.includes('.') ? [] : [invalidValue('spec.group', group, 'should be a domain with at least one dot')];
}

function validateScope(scope: string): FieldError[] {
  if (!scope) return [required('spec.scope')];
  return ['Cluster', 'Namespaced'].includes(scope)
    ? []
    : [notSupported('spec.scope', scope, ['Cluster', 'Namespaced'])];
}

/** What a version says of itself alone. */
function validateVersion(version: CustomResourceVersion, parts: SharedParts, path: string): FieldError[] {
  const { name } = version;
  const problems = checkDNS1035Label(name ?? '');
  const schema = parts.own(version, 'schema')?.openAPIV3Schema;
  const fields = parts.own(version, 'selectableFields') ?? [];
  return [
    ...(problems.length > 0 ? [invalidValue(`${path}.name`, name ?? '', problems.join())] : []),
    ...validateDeprecation(version, path),
    ...(schema ? validateSchema(schema, Boolean(version.subresources?.status), `${path}.schema`) : []),
    ...validateSubresources(parts.own(version, 'subresources'), `${path}.subresources`),
    ...validateColumns(parts.own(version, 'additionalPrinterColumns') ?? [], `${path}.additionalPrinterColumns`),
    ...validateSelectableFields(fields, version.schema?.openAPIV3Schema, {
      path: `${path}.selectableFields`,
      missingSchema: 'may only be set when `version.schema.openAPIV3Schema` is not included',
      schemaPath: `${path}.schema.openAPIV3Schema`,
    }),
  ];
}

/** What all versions say alike. */
function validateSharedParts({ versions }: CustomResourceDefinitionSpec, parts: SharedParts): FieldError[] {
  const schema = parts.shared('schema')?.openAPIV3Schema;
  const hasStatus = versions.some(({ subresources }) => subresources?.status);
  return [
    ...(schema ? validateSchema(schema, hasStatus, 'spec.validation') : []),
    ...validateSubresources(parts.shared('subresources'), 'spec.subresources'),
    ...validateColumns(parts.shared('additionalPrinterColumns') ?? [], 'spec.additionalPrinterColumns'),
    ...validateSelectableFields(parts.shared('selectableFields') ?? [], versions[0]?.schema?.openAPIV3Schema, {
      path: 'spec.selectableFields',
      missingSchema: 'may only be set when validations.schema is included',
      schemaPath: 'spec.schema.openAPIV3Schema',
    }),
  ];
}

function validateSchema(schema: JsonSchema, hasStatus: boolean, path: string): FieldError[] {
  const place = `${path}.openAPIV3Schema`;
  const errors = hasStatus ? validateRootBesideStatus(schema, place) : [];
  if (schema.nullable) errors.push(forbidden(`${place}.nullable`, 'nullable cannot be true at the root'));
  const unsupported = unsupportedPart(schema);
  if (!unsupported) {
    const unstructured = checkStructural(schema, place);
    errors.push(...(unstructured.length > 0 ? unstructured : validateDefaults(schema, place)));
  }
  errors.push(...validateSchemaRules(schema, place));
  // Expressions are compiled with the types of a schema that makes sense.
  if (errors.length === 0 && !unsupported) errors.push(...checkRules(schema, place));
  // The same is mostly said in better words already.
  if (errors.length === 0 && unsupported) errors.push(invalidValue(place, '', unsupported));
  return errors;
}
