const gvk = { group: 'wardle.example.com', version: 'v1alpha1', kind: 'Flunder' };
const prefix = 'com.example.wardle.v1alpha1';
const metaName = 'io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta';
const itemPath = '/apis/wardle.example.com/v1alpha1/namespaces/{namespace}/flunders/{name}';

/** Types as both versions of OpenAPI have them; the metadata is that of another version of Kubernetes. */
function typesWith(refs: string): Record<string, object> {
  const ref = (name: string) => ({ $ref: `${refs}${name}` });
  return {
    [`${prefix}.Flunder`]: {
      description: 'Flunder is an example type.',
      type: 'object',
      properties: {
        apiVersion: { description: 'APIVersion defines the versioned schema.', type: 'string' },
        kind: { description: 'Kind is a string value.', type: 'string' },
        metadata: ref(metaName),
        spec: ref(`${prefix}.FlunderSpec`),
      },
      'x-kubernetes-group-version-kind': [gvk],
    },
    [`${prefix}.FlunderSpec`]: {
      description: 'FlunderSpec is the specification of a Flunder.',
      type: 'object',
      properties: { reference: { description: 'A name of another flunder.', type: 'string' } },
    },
    [metaName]: {
      description: 'Metadata of long ago.',
      type: 'object',
      properties: { name: { type: 'string' }, clusterName: { type: 'string' } },
    },
  };
}

const info = { title: 'wardle', version: 'v0.1.0' };
const operation = { operationId: 'readFlunder', 'x-kubernetes-action': 'get', 'x-kubernetes-group-version-kind': gvk };

export const sampleOpenApiV2 = {
  swagger: '2.0',
  info,
  paths: {
    [itemPath]: {
      get: {
        ...operation,
        consumes: ['*/*'],
        produces: ['application/json'],
        schemes: ['https'],
        tags: ['wardle'],
        responses: { 200: { description: 'OK', schema: { $ref: `#/definitions/${prefix}.Flunder` } } },
      },
    },
    '/version/': { get: { operationId: 'version', responses: { 200: { description: 'OK' } } } },
  },
  definitions: { ...typesWith('#/definitions/'), 'com.example.Unused': { type: 'object' } },
};

const content = { 'application/json': { schema: { $ref: `#/components/schemas/${prefix}.Flunder` } } };

export const sampleOpenApiV3 = {
  openapi: '3.0.0',
  info,
  paths: { [itemPath]: { get: { ...operation, responses: { 200: { description: 'OK', content } } } } },
  components: { schemas: typesWith('#/components/schemas/') },
};
