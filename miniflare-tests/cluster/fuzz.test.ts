import { request as httpsRequest } from 'node:https';
import * as fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startCluster, type TestCluster } from '../../testing/index.ts';
import { createSender, type RawRequest, type SendRaw } from './clients.ts';
import { aContainer } from './manifests.ts';
import { eventually } from './waits.ts';

/** Another seed or a longer run: `FUZZ_SEED=1 FUZZ_SECONDS=600`. */
const seed = Number(process.env.FUZZ_SEED ?? Date.now() % 1_000_000_000);
const seconds = Number(process.env.FUZZ_SECONDS ?? 25);

let cluster: TestCluster;
let send: SendRaw;
const logged: string[] = [];

beforeAll(async () => {
  cluster = await startCluster({ nodes: 1, log: (line) => logged.push(line) });
  send = createSender(cluster);
});

afterAll(() => cluster.stop());

const resources = [
  'pods',
  'services',
  'configmaps',
  'secrets',
  'replicationcontrollers',
  'endpoints',
  'events',
  'serviceaccounts',
];
const clusterResources = ['nodes', 'namespaces'];
const oddText = fc.oneof(
  fc.string({ maxLength: 20 }),
  fc.string({ unit: 'binary', maxLength: 8 }),
  fc.constantFrom(
    '',
    '%',
    '..',
    '%2e%2e',
    '%00',
    '__proto__',
    'constructor',
    '\u0000',
    'a'.repeat(300),
    '-1',
    '1e9',
    'null',
  ),
);
const objectName = fc.constantFrom('a', 'b', 'c', 'kubernetes', 'default', 'node-1');
const name = fc.oneof({ weight: 6, arbitrary: objectName }, { weight: 1, arbitrary: oddText });
const namespace = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom('default', 'fuzz') },
  { weight: 1, arbitrary: oddText },
);

const path = fc.oneof(
  {
    weight: 8,
    arbitrary: fc
      .tuple(
        namespace,
        fc.constantFrom(...resources),
        fc.option(name),
        fc.option(fc.constantFrom('status', 'scale', 'binding', 'eviction', 'log', 'token', 'x'), { freq: 3 }),
      )
      .map(([ns, resource, object, subresource]) =>
        [
          '/api/v1/namespaces',
          encodeURIComponent(ns),
          resource,
          ...(object === null ? [] : [encodeURIComponent(object), ...(subresource ? [subresource] : [])]),
        ].join('/'),
      ),
  },
  {
    weight: 3,
    arbitrary: fc
      .tuple(
        fc.constantFrom(...clusterResources, ...resources),
        fc.option(name),
        fc.option(fc.constantFrom('status', 'finalize', 'x')),
      )
      .map(([resource, object, subresource]) =>
        [
          '/api/v1',
          resource,
          ...(object === null ? [] : [encodeURIComponent(object), ...(subresource ? [subresource] : [])]),
        ].join('/'),
      ),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      '/api',
      '/apis',
      '/api/v1',
      '/version',
      '/openapi/v2',
      '/openapi/v3',
      '/healthz',
      '/fairlead/v1/tokens',
      '/fairlead/v1/join',
      '/fairlead/v1/clusters',
      '/fairlead/v1/nodes/%/connect',
      '/fairlead/v1/streams/%25',
      '/clusters/x/api',
      '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews',
    ),
  },
  {
    weight: 1,
    arbitrary: fc.array(oddText, { maxLength: 5 }).map((parts) => `/${parts.map(encodeURIComponent).join('/')}`),
  },
);

const parameters: Record<string, fc.Arbitrary<string>> = {
  labelSelector: fc.oneof(oddText, fc.constantFrom('a=b', 'a in (b,c)', '!a', 'a notin (', 'a>1', ',', 'a,,b')),
  fieldSelector: fc.oneof(
    oddText,
    fc.constantFrom('metadata.name=a', 'spec.nodeName!=x', 'status.phase', 'a=b=c', '=', 'x\\=y=z'),
  ),
  resourceVersion: fc.oneof(oddText, fc.nat().map(String)),
  resourceVersionMatch: fc.oneof(oddText, fc.constantFrom('Exact', 'NotOlderThan')),
  limit: fc.oneof(oddText, fc.nat({ max: 5 }).map(String)),
  continue: oddText,
  dryRun: fc.oneof(oddText, fc.constant('All')),
  fieldValidation: fc.constantFrom('Strict', 'Warn', 'Ignore', 'x'),
  fieldManager: oddText,
  force: fc.constantFrom('true', 'false', 'x'),
  propagationPolicy: fc.constantFrom('Orphan', 'Foreground', 'Background', 'x'),
  gracePeriodSeconds: fc.oneof(fc.integer().map(String), oddText),
  tailLines: oddText,
  container: oddText,
  includeObject: oddText,
  pretty: oddText,
};
const query = fc
  .array(
    fc.constantFrom(...Object.keys(parameters)).chain((key) => parameters[key]!.map((value) => [key, value] as const)),
    { maxLength: 3 },
  )
  .map((pairs) =>
    pairs.length > 0 ? `?${new URLSearchParams(pairs.map(([key, value]): [string, string] => [key, value]))}` : '',
  );

const json = fc.jsonValue({ maxDepth: 3, stringUnit: 'grapheme' });
/** An object that is nearly right: a valid one in which some value has been replaced by anything. */
const nearlyValid = fc
  .tuple(fc.nat({ max: 5 }), name, fc.array(fc.tuple(fc.nat(), json), { maxLength: 2 }))
  .map(([which, objectName, changes]) => {
    const object = validObject(which, objectName);
    for (const [position, value] of changes) replaceAt(object, position, value);
    return object;
  });
const jsonPatch = fc.array(
  fc.record(
    {
      op: fc.constantFrom('add', 'remove', 'replace', 'move', 'copy', 'test', 'x'),
      path: fc.oneof(
        oddText,
        fc.constantFrom(
          '/metadata/labels',
          '/spec',
          '/data/a',
          '/spec/containers/0',
          '/spec/containers/-',
          '/metadata/name',
          '/status',
          '',
        ),
      ),
      from: fc.constantFrom('/metadata', '/spec', '/data', '/x'),
      value: json,
    },
    { requiredKeys: ['op', 'path'] },
  ),
  { maxLength: 3 },
);
const directives = fc.constantFrom(
  { $patch: 'delete' },
  { $patch: 'replace', data: {} },
  { spec: { containers: [{ $patch: 'delete', name: 'main' }] } },
  { spec: { $setElementOrder: 1 } },
  { metadata: { '$deleteFromPrimitiveList/finalizers': ['a'] } },
  { spec: { '$setElementOrder/containers': [{ name: 'x' }] } },
  { spec: { $retainKeys: ['x'] } },
);
const body = fc.oneof(
  { weight: 6, arbitrary: nearlyValid },
  { weight: 2, arbitrary: json },
  { weight: 2, arbitrary: jsonPatch },
  { weight: 1, arbitrary: directives },
  { weight: 1, arbitrary: oddText },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 40 }) },
);
const contentType = fc.oneof(
  { weight: 4, arbitrary: fc.constant('application/json') },
  {
    weight: 4,
    arbitrary: fc.constantFrom(
      'application/json-patch+json',
      'application/merge-patch+json',
      'application/strategic-merge-patch+json',
      'application/apply-patch+yaml',
    ),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      'application/yaml',
      'application/vnd.kubernetes.protobuf',
      'text/plain',
      'application/json; charset=utf-16',
      '',
    ),
  },
);
const accept = fc.constantFrom(
  'application/json',
  'application/yaml',
  'application/json;as=Table;v=v1;g=meta.k8s.io,application/json',
  'application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io',
  'application/vnd.kubernetes.protobuf',
  'text/html',
  ';;,,q=',
);

const anyRequest = fc.tuple(
  fc.constantFrom('GET', 'GET', 'POST', 'POST', 'PUT', 'PATCH', 'PATCH', 'DELETE', 'OPTIONS'),
  path,
  query,
  fc.option(body, { freq: 6 }),
  contentType,
  accept,
);

it(
  `no request gets a 5xx, and no watch is stuck afterwards (seed ${seed})`,
  async () => {
    await send('/api/v1/namespaces', { method: 'POST', body: { metadata: { name: 'fuzz' } } });
    const watched = ['pods', 'configmaps', 'events'].map((resource) => openWatch(`/api/v1/${resource}?watch=true`));
    let requests = 0;
    await fc.assert(
      fc.asyncProperty(anyRequest, async ([method, where, search, content, type, format]) => {
        const hasBody = content !== null && method !== 'GET' && method !== 'OPTIONS';
        const options: RawRequest = {
          method,
          headers: { accept: format, ...(hasBody ? { 'content-type': type } : {}) },
          ...(hasBody ? { body: content } : {}),
        };
        const { status, text } = await send(`${where}${search}`, options);
        requests++;
        // 503 and 504 say that a node does not answer, or that the future was asked for.
        if (status >= 500 && status !== 503 && status !== 504) throw new Error(`${status}: ${text}`);
      }),
      {
        seed,
        numRuns: 1_000_000,
        interruptAfterTimeLimit: seconds * 1000,
        markInterruptAsFailure: false,
        endOnFailure: false,
      },
    );
    expect(logged.filter((line) => line.includes('request failed unexpectedly'))).toEqual([]);
    expect(requests).toBeGreaterThan(500);

    await send('/api/v1/namespaces', { method: 'POST', body: { metadata: { name: 'afterwards' } } });
    const own = '/api/v1/namespaces/afterwards';
    const involvedObject = { kind: 'Pod', namespace: 'afterwards', name: 'sentinel' };
    for (const [resource, object] of [
      ['pods', { spec: { containers: [aContainer()] } }],
      ['configmaps', {}],
      ['events', { involvedObject }],
    ] as const) {
      const created = await send(`${own}/${resource}`, {
        method: 'POST',
        body: { metadata: { name: 'sentinel' }, ...object },
      });
      expect(created.status, created.text).toBe(201);
    }
    for (const { path: watchPath, text, close } of watched) {
      await eventually(`the watch of ${watchPath} delivers`, () => text().includes('"name":"sentinel"'));
      close();
    }
    console.info(`${requests} requests with seed ${seed}`);
  },
  (seconds + 60) * 1000,
);

/** A watch that reopens when the server ends it, as every client's does; what it has received is kept. */
function openWatch(path: string) {
  let received = '';
  let isClosed = false;
  let end = () => {};
  const open = () => {
    const options = { ca: cluster.ca, headers: { authorization: `Bearer ${cluster.token}` } };
    const request = httpsRequest(`${cluster.url}${path}`, options, (response) => {
      response.setEncoding('utf8').on('data', (text: string) => {
        // Only the end is looked for; a fuzz writes a lot.
        received = (received + text).slice(-1_000_000);
      });
      response.once('close', () => !isClosed && open());
    });
    request.once('error', () => undefined);
    request.end();
    end = () => request.destroy();
  };
  open();
  return {
    path,
    text: () => received,
    close() {
      isClosed = true;
      end();
    },
  };
}

function validObject(which: number, objectName: string): Record<string, unknown> {
  const metadata = { name: objectName, labels: { app: 'a' }, annotations: { note: 'x' }, finalizers: [] };
  const template = { metadata: { labels: { app: 'a' } }, spec: { containers: [aContainer()] } };
  const objects = [
    { kind: 'ConfigMap', data: { a: 'b' }, binaryData: { c: 'AAAA' } },
    { kind: 'Secret', type: 'Opaque', data: { a: 'AAAA' }, stringData: { b: 'c' } },
    {
      kind: 'Pod',
      spec: {
        containers: [aContainer({ env: [{ name: 'A', value: 'b' }], ports: [{ containerPort: 80 }] })],
        volumes: [{ name: 'v', emptyDir: {} }],
      },
    },
    { kind: 'Service', spec: { selector: { app: 'a' }, type: 'NodePort', ports: [{ port: 80, targetPort: 'http' }] } },
    { kind: 'ReplicationController', spec: { replicas: 1, selector: { app: 'a' }, template } },
    { kind: 'Endpoints', subsets: [{ addresses: [{ ip: '192.0.2.9' }], ports: [{ port: 1 }] }] },
  ];
  return structuredClone({ apiVersion: 'v1', metadata, ...objects[which] });
}

/** Puts `value` in the place of the n-th value of the tree. */
function replaceAt(object: Record<string, unknown>, position: number, value: unknown): void {
  const places: [Record<string, unknown>, string][] = [];
  const visit = (node: unknown) => {
    if (typeof node !== 'object' || node === null) return;
    for (const key of Object.keys(node)) {
      places.push([node as Record<string, unknown>, key]);
      visit((node as Record<string, unknown>)[key]);
    }
  };
  visit(object);
  const [parent, key] = places[position % places.length]!;
  parent[key] = value;
}
