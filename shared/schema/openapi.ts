import type { JsonObject } from '../api/json.ts';
import { apiVersionOf } from '../kinds/define-kind.ts';
import { type DocumentedKind, groupPrefix, type Operation, operationsOf, rootPath } from './openapi/operations.ts';
import { parametersOf, pretty, renderParameter } from './openapi/parameters.ts';
import { type Descriptions, type Dialect, type OwnModels, SchemaWriter, v2, v3 } from './openapi/schemas.ts';

export type { DocumentedKind } from './openapi/operations.ts';
export type { Descriptions } from './openapi/schemas.ts';

/**
 * The OpenAPI documents of a set of kinds. They hold what clients look for in them: the types with their descriptions
 * and merge rules, and the operations with their kinds and parameters.
 */

export interface GroupVersion {
  /** Empty for the core group. */
  group: string;
  version: string;
}

const produces = ['application/json', 'application/yaml'];
const watchProduces = ['application/json;stream=watch'];
const patchTypes = [
  'application/apply-patch+yaml',
  'application/json-patch+json',
  'application/merge-patch+json',
  'application/strategic-merge-patch+json',
];

const patchName = 'io.k8s.apimachinery.pkg.apis.meta.v1.Patch';
const patchSchema: JsonObject = {
  description: 'A patch in one of the formats that the request may have.',
  type: 'object',
};
const info = { title: 'Kubernetes', version: 'unversioned' };
const security = { BearerToken: [] };
const bearerToken = {
  description: 'Bearer token of a user or a service account',
  in: 'header',
  name: 'authorization',
  type: 'apiKey',
};

/** The document of one group version, `/openapi/v3/apis/apps/v1`. Kinds of other group versions are left out. */
export function openapiV3(
  kinds: readonly DocumentedKind[],
  groupVersion: GroupVersion,
  descriptions: Descriptions,
): JsonObject {
  const own = kinds.filter((kind) => apiVersionOf(kind) === apiVersionOf(groupVersion));
  const writer = newWriter(v3, own, descriptions);
  const paths = pathsOf(own, writer, v3);
  return {
    openapi: '3.0.0',
    info,
    paths,
    components: { schemas: writer.schemas(), securitySchemes: { BearerToken: bearerToken } },
    security: [security],
  };
}

/** The document of all kinds in the older format, `/openapi/v2`. */
export function openapiV2(kinds: readonly DocumentedKind[], descriptions: Descriptions): JsonObject {
  const writer = newWriter(v2, kinds, descriptions);
  const paths = pathsOf(kinds, writer, v2);
  return {
    swagger: '2.0',
    info,
    paths,
    definitions: writer.schemas(),
    securityDefinitions: { BearerToken: bearerToken },
    security: [security],
  };
}

/** What a document says of kinds that describe their schemas themselves: for documents that are put together at run time. */
export function documentParts(
  kinds: readonly DocumentedKind[],
  dialect: Dialect,
  own: OwnModels,
): { paths: JsonObject; schemas: JsonObject } {
  const writer = newWriter(dialect, kinds, {}, own);
  writer.ref('V1ObjectMeta');
  writer.ref('V1ListMeta');
  return { paths: pathsOf(kinds, writer, dialect), schemas: writer.schemas() };
}

/** Group versions that have a document of their own, in the order of the kinds. */
export function groupVersionsOf(kinds: readonly DocumentedKind[]): GroupVersion[] {
  const byName = new Map(kinds.map(({ group, version }) => [apiVersionOf({ group, version }), { group, version }]));
  return [...byName.values()];
}

/** `api/v1`, `apis/apps/v1`: where a group version's document is, below `/openapi/v3/`. */
export function openapiPath(groupVersion: GroupVersion): string {
  return rootPath(groupVersion).slice(1);
}

/**
 * The answer to `/openapi/v3`.
 * @param hashes of the documents by their paths: clients keep a document as long as its hash stays.
 */
export function openapiIndex(hashes: ReadonlyMap<string, string>): JsonObject {
  const paths = [...hashes].map(([path, hash]) => [path, { serverRelativeURL: `/openapi/v3/${path}?hash=${hash}` }]);
  return { paths: Object.fromEntries(paths) };
}

function newWriter(
  dialect: Dialect,
  kinds: readonly DocumentedKind[],
  descriptions: Descriptions,
  own?: OwnModels,
): SchemaWriter {
  const writer = new SchemaWriter(dialect, descriptions, own);
  for (const { group, version, kind, schema } of kinds) writer.addKinds(schema, [{ group, kind, version }]);
  const groupVersions = groupVersionsOf(kinds);
  writer.addKinds('V1APIResourceList', [{ group: '', kind: 'APIResourceList', version: 'v1' }]);
  for (const [model, kind] of [
    ['V1DeleteOptions', 'DeleteOptions'],
    ['V1WatchEvent', 'WatchEvent'],
  ] as const) {
    writer.addKinds(
      model,
      groupVersions.map(({ group, version }) => ({ group, kind, version })),
    );
    if (kinds.length > 0) writer.ref(model);
  }
  return writer;
}

function pathsOf(kinds: readonly DocumentedKind[], writer: SchemaWriter, dialect: Dialect): JsonObject {
  const paths: Record<string, JsonObject> = {};
  for (const groupVersion of groupVersionsOf(kinds)) {
    paths[`${rootPath(groupVersion)}/`] = { get: discoveryOperation(groupVersion, writer, dialect) };
  }
  for (const operation of kinds.flatMap(operationsOf)) {
    const item = paths[operation.path] ?? itemOf(operation, dialect);
    paths[operation.path] = item;
    item[operation.method] = dialect.version === 3 ? operationV3(operation, writer) : operationV2(operation, writer);
  }
  return Object.fromEntries(Object.entries(paths).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function itemOf({ action, pathParameters }: Operation, { version }: Dialect): JsonObject {
  const common = action === 'connect' ? [] : [pretty];
  return { parameters: [...pathParameters, ...common].map((parameter) => renderParameter(parameter, version)) };
}

function discoveryOperation(groupVersion: GroupVersion, writer: SchemaWriter, dialect: Dialect): JsonObject {
  const schema = writer.ref('V1APIResourceList');
  const common = {
    description: 'get available resources',
    operationId: `get${groupPrefix(groupVersion)}APIResources`,
    tags: [tagOf(groupVersion)],
  };
  const unauthorized = { description: 'Unauthorized' };
  if (dialect.version === 2)
    return { ...common, produces, responses: { 200: { description: 'OK', schema }, 401: unauthorized } };
  return {
    ...common,
    responses: { 200: { description: 'OK', content: contentOf(produces, schema) }, 401: unauthorized },
  };
}

function operationV3(operation: Operation, writer: SchemaWriter): JsonObject {
  const body = bodyOf(operation, writer);
  const types = operation.action === 'patch' ? patchTypesOf(operation) : ['*/*'];
  const answer = operation.answer
    ? contentOf(answerTypes(operation), writer.ref(operation.answer))
    : contentOf(textTypes(operation), { type: 'string' });
  return {
    ...commonOf(operation),
    ...listed(parametersOf[operation.action].map((parameter) => renderParameter(parameter, 3))),
    ...(body ? { requestBody: { content: contentOf(types, body.schema), ...required(body) } } : {}),
    responses: responsesOf(operation, (description) => ({ description, content: answer })),
  };
}

function operationV2(operation: Operation, writer: SchemaWriter): JsonObject {
  const body = bodyOf(operation, writer);
  const schema = operation.answer ? writer.ref(operation.answer) : { type: 'string' };
  const bodyParameter = body ? [{ in: 'body', name: 'body', ...required(body), schema: body.schema }] : [];
  const parameters = parametersOf[operation.action].map((parameter) => renderParameter(parameter, 2));
  return {
    ...commonOf(operation),
    consumes: operation.action === 'patch' ? patchTypesOf(operation) : ['*/*'],
    produces: operation.answer ? answerTypes(operation) : textTypes(operation),
    schemes: ['https'],
    ...listed([...bodyParameter, ...parameters]),
    responses: responsesOf(operation, (description) => ({ description, schema })),
  };
}

function patchTypesOf({ isCustom }: Operation): string[] {
  return patchTypes.filter((type) => !isCustom || !type.includes('strategic'));
}

function listed(parameters: JsonObject[]): JsonObject {
  return parameters.length > 0 ? { parameters } : {};
}

function commonOf(operation: Operation): JsonObject {
  return {
    description: operation.description,
    operationId: operation.id,
    tags: [tagOf(operation.groupVersion)],
    'x-kubernetes-action': operation.action,
    'x-kubernetes-group-version-kind': { ...operation.kind },
  };
}

interface Body {
  schema: JsonObject;
  optional?: boolean;
}

function bodyOf({ action, body }: Operation, writer: SchemaWriter): Body | undefined {
  if (action === 'patch') return { schema: writer.refTo(patchName, patchSchema) };
  if (action === 'delete' || action === 'deletecollection')
    return { schema: writer.ref('V1DeleteOptions'), optional: true };
  return body ? { schema: writer.ref(body) } : undefined;
}

function required({ optional }: Body): JsonObject {
  return optional ? {} : { required: true };
}

function responsesOf({ action }: Operation, answer: (description: string) => JsonObject): JsonObject {
  return {
    200: answer('OK'),
    ...(action === 'post' || action === 'put' || action === 'patch' ? { 201: answer('Created') } : {}),
    ...(action === 'post' || action === 'delete' ? { 202: answer('Accepted') } : {}),
    401: { description: 'Unauthorized' },
  };
}

function answerTypes({ action }: Operation): string[] {
  return action === 'list' ? [...produces, ...watchProduces] : produces;
}

function textTypes({ action }: Operation): string[] {
  return action === 'connect' ? ['*/*'] : ['text/plain'];
}

function contentOf(types: readonly string[], schema: JsonObject): JsonObject {
  return Object.fromEntries(types.map((type) => [type, { schema }]));
}

function tagOf({ group, version }: GroupVersion): string {
  const labels = (group || 'core').replace(/\.k8s\.io$/, '').split('.');
  return `${labels.map((label, index) => (index ? label.charAt(0).toUpperCase() + label.slice(1) : label)).join('')}_${version}`;
}
