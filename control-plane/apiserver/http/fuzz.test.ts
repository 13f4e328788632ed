import fc from 'fast-check';
import { expect, it } from 'vitest';
import { ClusterFixture } from '../../cluster/testing/fixture.ts';

const resources = ['pods', 'nodes', 'services', 'events', 'configmaps', 'namespaces', 'replicationcontrollers', 'nope'];
const segment = fc.oneof(
  fc.constantFrom(
    ...resources,
    'namespaces',
    'default',
    'status',
    'scale',
    'log',
    'binding',
    'finalize',
    'watch',
    'x',
    '%',
    '%2F',
  ),
  fc.string({ maxLength: 8 }).map(encodeURIComponent),
);
const path = fc
  .tuple(
    fc.constantFrom('/api/v1', '/api/v1/namespaces/default', '/apis/apps/v1', '/apis', '/fairlead/v1', ''),
    fc.array(segment, { maxLength: 4 }),
  )
  .map(([root, rest]) => [root, ...rest].join('/') || '/');
const parameter = fc.tuple(
  fc.constantFrom(
    'limit',
    'continue',
    'resourceVersion',
    'resourceVersionMatch',
    'labelSelector',
    'fieldSelector',
    'dryRun',
    'force',
    'fieldManager',
    'fieldValidation',
    'gracePeriodSeconds',
    'propagationPolicy',
    'container',
    'tailLines',
    'includeObject',
    'watch',
  ),
  fc.oneof(
    fc.constantFrom('', '0', '1', '-1', 'true', 'All', 'a=b', 'metadata.name=x', 'Exact', 'Strict'),
    fc.string({ maxLength: 10 }),
  ),
);
const contentType = fc.constantFrom(
  'application/json',
  'application/yaml',
  'application/json-patch+json',
  'application/merge-patch+json',
  'application/strategic-merge-patch+json',
  'application/apply-patch+yaml',
  'application/vnd.kubernetes.protobuf',
  'text/plain',
);
const accept = fc.constantFrom(
  '*/*',
  'application/json',
  'application/yaml',
  'application/json;as=Table;v=v1;g=meta.k8s.io',
  'x',
);
/** Shapes that are nearly objects: known field names over arbitrary JSON. */
const fields = [
  'apiVersion',
  'kind',
  'metadata',
  'spec',
  'status',
  'data',
  'name',
  'labels',
  'containers',
  'ports',
  'selector',
  'template',
  'op',
  'path',
  'value',
  'finalizers',
  'ownerReferences',
  '__proto__',
  'constructor',
];
const nearObject = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.jsonValue({ maxDepth: 1 }),
    fc.constantFrom('v1', 'Pod', 'x', 'default'),
    tie('object'),
    fc.array(tie('value'), { maxLength: 2 }),
  ),
  object: fc.dictionary(fc.constantFrom(...fields), tie('value'), { maxKeys: 4 }),
})).value;
const body = fc.oneof(
  nearObject.map((value) => JSON.stringify(value)),
  fc.string({ maxLength: 30 }),
  fc.constant(''),
);

it('answers whatever it is asked without a 5xx, and stays whole', { timeout: 60_000 }, async () => {
  const fixture = await ClusterFixture.create();
  const method = fc.constantFrom('GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS');
  await fc.assert(
    fc.asyncProperty(
      fc.record({ method, path, parameters: fc.array(parameter, { maxLength: 3 }), contentType, accept, body }),
      async (request) => {
        const query = new URLSearchParams(request.parameters);
        const isRead = request.method === 'GET' || request.method === 'OPTIONS';
        const reply = await fixture.call(request.method, `${request.path}?${query}`, {
          headers: { 'content-type': request.contentType, accept: request.accept },
          body: isRead ? undefined : request.body,
        });
        // 504 is Kubernetes' answer to a revision that is not there yet.
        if (reply.status !== 504) expect(reply.status, reply.text).toBeLessThan(500);
        expect(fixture.errors).toEqual([]);
      },
    ),
    { numRuns: 1500 },
  );
  const create = await fixture.call('POST', '/api/v1/namespaces/kube-public/configmaps', {
    body: { metadata: { name: 'after' } },
  });
  expect([201, 403, 404]).toContain(create.status);
});
