import { existsSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../api/json.ts';
import { builtInKinds } from '../kinds/index.generated.ts';
import { groupVersionsOf, openapiIndex, openapiPath, openapiV2, openapiV3 } from './openapi.ts';

const core = { group: '', version: 'v1' };
const podPath = '/api/v1/namespaces/{namespace}/pods/{name}';

interface Operation {
  operationId: string;
  parameters: { name: string }[];
  requestBody?: { content: JsonObject };
  responses: JsonObject;
  [extension: string]: unknown;
}

type Paths = Record<string, Record<string, Operation>>;

const documents = {
  v2: openapiV2(builtInKinds, {}),
  v3: openapiV3(builtInKinds, core, { V1Pod: { '': 'About Pods.', spec: 'What is wanted.' } }),
};

describe.each(Object.entries(documents))('the %s document', (version, document) => {
  it('refers only to schemas that it has', () => {
    const schemas = (
      version === 'v2' ? document.definitions : (document.components as JsonObject).schemas
    ) as JsonObject;
    const refs = [...JSON.stringify(document).matchAll(/"\$ref":"#\/(?:definitions|components\/schemas)\/([^"]+)"/g)];
    expect(refs.length).toBeGreaterThan(100);
    expect([...new Set(refs.map(([, name]) => name!))].filter((name) => !(name in schemas))).toEqual([]);
  });

  it('gives every operation an id of its own', () => {
    const ids = Object.values(document.paths as Paths).flatMap((item) =>
      Object.entries(item).flatMap(([method, operation]) => (method === 'parameters' ? [] : [operation.operationId])),
    );
    expect(new Set(ids).size).toBe(ids.length);
  });
});

describe('the v3 document', () => {
  const { paths, components } = documents.v3 as unknown as {
    paths: Paths;
    components: { schemas: Record<string, JsonObject> };
  };

  it('tells clients what they look for in a patch before they send one', () => {
    const patch = paths[podPath]!.patch!;
    expect(patch['x-kubernetes-group-version-kind']).toEqual({ group: '', kind: 'Pod', version: 'v1' });
    expect(patch['x-kubernetes-action']).toBe('patch');
    expect(patch.parameters.map(({ name }) => name)).toEqual(['dryRun', 'fieldManager', 'fieldValidation', 'force']);
    expect(Object.keys(patch.requestBody!.content)).toContain('application/strategic-merge-patch+json');
  });

  it('describes types with their kind, their defaults and how they merge', () => {
    expect(components.schemas['io.k8s.api.core.v1.Pod']).toMatchObject({
      description: 'About Pods.',
      properties: {
        spec: {
          allOf: [{ $ref: '#/components/schemas/io.k8s.api.core.v1.PodSpec' }],
          default: {},
          description: 'What is wanted.',
        },
      },
      'x-kubernetes-group-version-kind': [{ group: '', kind: 'Pod', version: 'v1' }],
    });
    const { ports } = components.schemas['io.k8s.api.core.v1.Container']!.properties as Record<string, JsonObject>;
    expect(ports).toEqual({
      items: { $ref: '#/components/schemas/io.k8s.api.core.v1.ContainerPort' },
      type: 'array',
      'x-kubernetes-list-map-keys': ['containerPort', 'protocol'],
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-patch-merge-key': 'containerPort',
      'x-kubernetes-patch-strategy': 'merge',
    });
    expect(components.schemas['io.k8s.api.core.v1.ContainerPort']).toMatchObject({
      properties: { protocol: { default: 'TCP', enum: ['SCTP', 'TCP', 'UDP'], type: 'string' } },
      required: ['containerPort'],
    });
  });

  it('leaves out kinds of other group versions', () => {
    const other = { ...builtInKinds[0]!, group: 'apps' };
    const { paths: appsPaths } = openapiV3([...builtInKinds, other], { group: 'apps', version: 'v1' }, {}) as {
      paths: Paths;
    };
    expect(Object.keys(appsPaths).every((path) => path.startsWith('/apis/apps/v1/'))).toBe(true);
    expect(groupVersionsOf([builtInKinds[0]!, other]).map(openapiPath)).toHaveLength(2);
    expect(groupVersionsOf(builtInKinds).map(openapiPath)).toEqual(
      expect.arrayContaining(['api/v1', 'apis/apps/v1', 'apis/rbac.authorization.k8s.io/v1']),
    );
  });
});

it('the index points to each document by its hash', () => {
  expect(openapiIndex(new Map([['api/v1', 'AB']]))).toEqual({
    paths: { 'api/v1': { serverRelativeURL: '/openapi/v3/api/v1?hash=AB' } },
  });
});

const documentFile = new URL('../../../shared/data/kubernetes-1.36-swagger.json.gz', import.meta.url);

describe.skipIf(!existsSync(documentFile))('the v2 document against that of Kubernetes 1.36', () => {
  /** What became stable in 1.37. */
  const newer =
    /^\/apis\/(resource\.k8s\.io\/v1\/devicetaintrules|certificates\.k8s\.io\/v1\/(namespaces\/\{namespace\}\/)?podcertificate|storagemigration\.k8s\.io\/)/;
  /** Parameters of features that are not served. */
  const unserved = ['shardSelector', 'ignoreStoreReadErrorWithClusterBreakingPotential'];

  it('has the same operations, bodies and answers at every path that it has', () => {
    const real = readDocument();
    const ours = JSON.parse(JSON.stringify(documents.v2)) as { paths: Paths };
    expect(Object.keys(ours.paths).length).toBeGreaterThan(30);
    for (const [path, item] of Object.entries(ours.paths)) {
      for (const [method, operation] of Object.entries(item)) {
        if (method === 'parameters' || newer.test(path)) continue;
        expect({ path, method, ...facts(operation) }).toEqual({
          path,
          method,
          ...facts(real.paths[path]![method]!, real.parameters),
        });
      }
    }
  });

  it('takes no parameter that Kubernetes does not have', () => {
    const text = gunzipSync(readFileSync(documentFile)).toString('utf8');
    const real = JSON.parse(text) as { paths: Paths; parameters: Record<string, { name: string }> };
    const known = new Set([
      ...Object.values(real.parameters).map(({ name }) => name),
      'dryRun',
      'fieldValidation',
      'name',
    ]);
    const used = [...JSON.stringify(documents.v2.paths).matchAll(/"name":"([^"]+)"/g)].map(([, name]) => name!);
    expect(used.filter((name) => !known.has(name))).toEqual([]);
    for (const name of unserved) expect(used).not.toContain(name);
  });

  function readDocument(): { paths: Paths; parameters: Record<string, JsonObject> } {
    return JSON.parse(gunzipSync(readFileSync(documentFile)).toString('utf8'));
  }

  function facts(operation: Operation, shared: Record<string, JsonObject> = {}): JsonObject {
    const { operationId, description, tags, responses, parameters } = operation as unknown as Record<
      string,
      JsonObject
    >;
    const all = ((parameters ?? []) as unknown as JsonObject[]).map(
      (parameter) => shared[String(parameter.$ref).replace('#/parameters/', '')] ?? parameter,
    );
    const body = all.find((parameter) => parameter.in === 'body');
    const schemas = Object.entries(responses!).map(([code, response]) => [
      code,
      (response as JsonObject).schema ?? null,
    ]);
    return {
      operationId: operationId!,
      description: description!,
      tags: tags!,
      action: (operation['x-kubernetes-action'] as string) ?? null,
      kind: (operation['x-kubernetes-group-version-kind'] as JsonObject) ?? null,
      responses: Object.fromEntries(schemas),
      body: body?.schema ?? null,
    };
  }
});
