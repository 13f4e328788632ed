import { existsSync, readFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { builtInKinds } from '../kinds/index.generated.ts';
import type { Field, Schema } from './model.ts';
import { openapiV2 } from './openapi.ts';
import { hasSchema, openapiNameOf, schemaFor, schemaNames } from './registry.ts';

/**
 * Holds the generated tables and the facts to Kubernetes' own OpenAPI v2 document of the same release, field by field.
 * The document is not part of the project; without it this is skipped, and the tables are what they were when committed.
 */
const documentFile = new URL('../../../shared/data/kubernetes-1.36-swagger.json.gz', import.meta.url);
const present = existsSync(documentFile);

interface Property {
  type?: string;
  format?: string;
  $ref?: string;
  items?: Property;
  additionalProperties?: Property;
  [extension: `x-kubernetes-${string}`]: unknown;
}

interface Definition extends Property {
  properties?: Record<string, Property>;
  required?: string[];
}

interface Operation {
  operationId: string;
  [extension: `x-kubernetes-${string}`]: unknown;
}

interface Document {
  definitions: Record<string, Definition>;
  /** Methods, and the parameters that they have in common. */
  paths: Record<string, Record<string, Operation>>;
}

/** Definitions that no model of the client package stands for: their fields are scalars or open in the schema model. */
const withoutModel = [
  /\.Time$/,
  /\.MicroTime$/,
  /\.Quantity$/,
  /\.IntOrString$/,
  /\.RawExtension$/,
  /\.FieldsV1$/,
  /\.v1\.Patch$/,
  /\.v1\.JSON(SchemaPropsOr\w+)?$/,
  /\.CustomResourceSubresourceStatus$/,
  /\.BasicSchedulingPolicy$/,
  /\.StorageVersionSpec$/,
];

describe.skipIf(!present)('the schema model against the OpenAPI document of Kubernetes 1.36', () => {
  const { definitions, paths }: Document = present
    ? JSON.parse(gunzipSync(readFileSync(documentFile)).toString('utf8'))
    : { definitions: {}, paths: {} };
  const models = modelsByOpenapiName(Object.keys(definitions));

  it('has every type, by the same name', () => {
    const missing = Object.keys(definitions).filter((name) => !models.has(name));
    expect(missing.filter((name) => !withoutModel.some((pattern) => pattern.test(name)))).toEqual([]);
    const known = schemaNames().filter((model) => !definitions[openapiNameOf(model)]);
    expect(known).toEqual([]);
  });

  it('names the operations of every path that it has as they are named there', () => {
    const ours = openapiV2(builtInKinds, {}).paths as unknown as Document['paths'];
    const describe = ({ operationId, ...rest }: Operation) => ({
      operationId,
      action: rest['x-kubernetes-action'],
      kind: rest['x-kubernetes-group-version-kind'],
    });
    const differences = Object.entries(ours).flatMap(([path, { parameters: _common, ...item }]) =>
      Object.entries(item).flatMap(([method, operation]) => {
        const real = paths[path]?.[method];
        return real && !isDeepStrictEqual(describe(real), describe(operation)) ? `${method} ${path}` : [];
      }),
    );
    expect(differences).toEqual([]);
    const proxies = Object.keys(paths).filter((path) => path.includes('/proxy'));
    expect(proxies.map((path) => Object.keys(ours[path] ?? {}).sort())).toEqual(
      proxies.map((path) => Object.keys(paths[path]!).sort()),
    );
  });

  it('has the same fields, types, formats and optionality everywhere', () => {
    const differences = [...models].flatMap(([name, model]) => compare(definitions[name]!, model, { facts: false }));
    expect(differences).toEqual([]);
  });

  it('has the same merge keys, list types and map types in all that the kinds refer to', () => {
    const names = reachable(
      definitions,
      builtInKinds.map(({ schema }) => openapiNameOf(schema)),
    );
    expect(names.size).toBeGreaterThan(150);
    const compared = [...names].filter((name) => models.has(name));
    expect(compared.flatMap((name) => compare(definitions[name]!, models.get(name)!, { facts: true }))).toEqual([]);
  });
});

function modelsByOpenapiName(names: string[]): Map<string, string> {
  const listed = schemaNames().map((model): [string, string] => [openapiNameOf(model), model]);
  const lists = listed.map(([name, model]): [string, string] => [`${name}List`, `${model}List`]);
  const wanted = new Set(names);
  return new Map([...listed, ...lists].filter(([name, model]) => wanted.has(name) && hasSchema(model)));
}

function compare(definition: Definition, model: string, options: { facts: boolean }): string[] {
  const schema = schemaFor(model);
  const theirs = definition.properties ?? {};
  const atomic = definition['x-kubernetes-map-type'] === 'atomic';
  const fields = [...new Set([...Object.keys(theirs), ...Object.keys(schema.fields)])];
  return [
    ...(options.facts && atomic !== (schema.atomic ?? false) ? [`${model}: atomic is ${atomic} in Kubernetes`] : []),
    ...fields.flatMap((field) => {
      const ours = schema.fields[field] ? textOfField(schema.fields[field], options) : 'absent';
      const required = definition.required?.includes(field) ?? false;
      const wanted = theirs[field] ? textOfProperty(theirs[field], required, options) : 'absent';
      return ours === wanted ? [] : [`${model}.${field}: ${ours}, in Kubernetes ${wanted}`];
    }),
  ];
}

/** Both sides in one notation: `[]io.k8s.api.core.v1.Container! map=name patch=merge/name`. */
function textOfField({ schema, required, patchStrategy, patchMergeKey }: Field, { facts }: { facts: boolean }): string {
  const type = `${textOfType(schema)}${required ? '!' : ''}`;
  const atomic =
    (schema.type === 'map' && schema.atomic) || (schema.type === 'object' && schema.atomic && isOnField(schema));
  const list = schema.type === 'array' ? listText(schema.listType, schema.listMapKeys) : '';
  return facts ? `${type}${list}${atomic ? ' atomic' : ''}${patchText(patchStrategy?.join(), patchMergeKey)}` : type;
}

/** True for a struct that is atomic by its field and not by its type. */
function isOnField(schema: Extract<Schema, { type: 'object' }>): boolean {
  return !schemaFor(schema.name!).atomic;
}

function textOfProperty(property: Property, required: boolean, { facts }: { facts: boolean }): string {
  const type = `${textOfPropertyType(property)}${required ? '!' : ''}`;
  const keys = property['x-kubernetes-list-map-keys'] as string[] | undefined;
  const list =
    property.type === 'array' ? listText(property['x-kubernetes-list-type'] as string | undefined, keys) : '';
  const atomic = property['x-kubernetes-map-type'] === 'atomic' ? ' atomic' : '';
  const strategy = property['x-kubernetes-patch-strategy'] as string | undefined;
  const patch = patchText(strategy, property['x-kubernetes-patch-merge-key'] as string | undefined);
  return facts ? `${type}${list}${atomic}${patch}` : type;
}

function listText(type: string | undefined, keys: readonly string[] | undefined): string {
  return !type || type === 'atomic' ? '' : ` ${type}${keys ? `=${keys.join()}` : ''}`;
}

function patchText(strategy: string | undefined, key: string | undefined): string {
  return strategy ? ` patch=${strategy}${key ? `/${key}` : ''}` : '';
}

function textOfType(schema: Schema): string {
  switch (schema.type) {
    case 'object':
      return openapiNameOf(schema.name!);
    case 'array':
      return `[]${textOfType(schema.items)}`;
    case 'map':
      return `{}${textOfType(schema.values)}`;
    case 'any':
      return schema.name ?? 'unnamed';
    default:
      return namedFormats[schema.format ?? ''] ?? `${schema.type}/${schema.format ?? ''}`;
  }
}

const namedFormats: Readonly<Record<string, string>> = {
  'date-time': 'io.k8s.apimachinery.pkg.apis.meta.v1.Time',
  'micro-time': 'io.k8s.apimachinery.pkg.apis.meta.v1.MicroTime',
  'int-or-string': 'io.k8s.apimachinery.pkg.util.intstr.IntOrString',
  quantity: 'io.k8s.apimachinery.pkg.api.resource.Quantity',
};

function textOfPropertyType(property: Property): string {
  if (property.$ref) return property.$ref.slice('#/definitions/'.length);
  if (property.items) return `[]${textOfPropertyType(property.items)}`;
  if (property.additionalProperties) return `{}${textOfPropertyType(property.additionalProperties)}`;
  return `${property.type}/${property.format ?? ''}`;
}

function reachable(definitions: Record<string, Definition>, roots: string[]): Set<string> {
  const seen = new Set<string>();
  const queue = [...roots];
  for (let name = queue.pop(); name; name = queue.pop()) {
    if (seen.has(name)) continue;
    seen.add(name);
    for (const property of Object.values(definitions[name]?.properties ?? {})) {
      const text = textOfPropertyType(property).replace(/^[[\]{}]+/, '');
      if (definitions[text]) queue.push(text);
    }
  }
  return seen;
}
