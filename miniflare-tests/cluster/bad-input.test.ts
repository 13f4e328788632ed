import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import WebSocket from 'ws';
import { startCluster, type TestCluster } from '../../testing/index.ts';
import { createSender, type RawRequest, type SendRaw } from './clients.ts';
import { aPod } from './manifests.ts';

const namespace = '/api/v1/namespaces/default';
const pods = `${namespace}/pods`;
const configMaps = `${namespace}/configmaps`;
const services = `${namespace}/services`;

let cluster: TestCluster;
let send: SendRaw;
let nodeToken: string;

beforeAll(async () => {
  cluster = await startCluster();
  send = createSender(cluster);
  const { json } = await send('/fairlead/v1/tokens', { method: 'POST', body: {} });
  const join = { method: 'POST', body: { nodeName: 'mine' }, token: String(json.token) };
  nodeToken = String((await send('/fairlead/v1/join', join)).json.credential);
  for (const [name, nodeName] of [
    ['on-mine', 'mine'],
    ['on-other', 'other'],
  ]) {
    await must(pods, { method: 'POST', body: aPod(name!, { nodeName }) });
  }
  await must(configMaps, { method: 'POST', body: { metadata: { name: 'fixed' }, data: { key: 'value' } } });
  await must(configMaps, { method: 'POST', body: { metadata: { name: 'frozen' }, immutable: true } });
  await must(services, { method: 'POST', body: { metadata: { name: 'web' }, spec: { ports: [{ port: 80 }] } } });
});

afterAll(() => cluster.stop());

async function must(path: string, options: RawRequest): Promise<void> {
  const { status, text } = await send(path, options);
  expect(status, text).toBeLessThan(300);
}

interface Case {
  path: string;
  request?: RawRequest;
  code: number;
  reason: string;
  /** The whole message, or a part of it. */
  message: string | RegExp;
  /** Paths of the fields that the causes name. */
  fields?: string[];
}

const post = (body: unknown, headers?: Record<string, string>): RawRequest => ({ method: 'POST', body, headers });
const patch = (type: string, body: unknown): RawRequest => ({
  method: 'PATCH',
  body,
  headers: { 'content-type': `application/${type}` },
});
const subdomain =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";

const cases: Record<string, Case> = {
  'malformed JSON': {
    path: configMaps,
    request: post('{"metadata": '),
    code: 400,
    reason: 'BadRequest',
    message:
      /^the object provided is unrecognized \(must be of type ConfigMap\): couldn't get version\/kind; json parse error: /,
  },
  'malformed YAML': {
    path: configMaps,
    request: post('metadata: [', { 'content-type': 'application/yaml' }),
    code: 400,
    reason: 'BadRequest',
    message: /couldn't get version\/kind; .*yaml/,
  },
  'an empty body': { path: configMaps, request: post(''), code: 400, reason: 'BadRequest', message: /unrecognized/ },
  'a body that is no object': { path: configMaps, request: post('[]'), code: 400, reason: 'BadRequest', message: /\S/ },
  'a wrong type': {
    path: pods,
    request: post({ metadata: { name: 'a' }, spec: { containers: 'none' } }),
    code: 400,
    reason: 'BadRequest',
    message:
      'Pod in version "v1" cannot be handled as a Pod: json: cannot unmarshal string into Go struct field PodSpec.spec.containers of type []v1.Container',
  },
  'a number for a text': {
    path: configMaps,
    request: post({ metadata: { name: 'a' }, data: { key: 1 } }),
    code: 400,
    reason: 'BadRequest',
    message:
      'ConfigMap in version "v1" cannot be handled as a ConfigMap: json: cannot unmarshal number into Go struct field ConfigMap.data of type string',
  },
  'a fraction for an integer': {
    path: services,
    request: post({ metadata: { name: 'a' }, spec: { ports: [{ port: 1.5 }] } }),
    code: 400,
    reason: 'BadRequest',
    message: /cannot unmarshal number 1\.5 into Go struct field ServicePort\.spec\.ports\.port of type int32/,
  },
  'another kind than the path means': {
    path: configMaps,
    request: post({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'a' } }),
    code: 400,
    reason: 'BadRequest',
    message: /^Pod in version "v1" cannot be handled as a ConfigMap: /,
  },
  'unknown fields under fieldValidation=Strict': {
    path: `${configMaps}?fieldValidation=Strict`,
    request: post({ metadata: { name: 'a', colour: 'red' }, datta: {} }),
    code: 400,
    reason: 'BadRequest',
    message:
      'ConfigMap in version "v1" cannot be handled as a ConfigMap: strict decoding error: unknown field "metadata.colour", unknown field "datta"',
  },
  'a duplicate field under fieldValidation=Strict': {
    path: `${configMaps}?fieldValidation=Strict`,
    request: post('{"metadata":{"name":"a","name":"b"}}'),
    code: 400,
    reason: 'BadRequest',
    message: /strict decoding error: duplicate field "metadata\.name"/,
  },
  'an unknown fieldValidation': {
    path: `${configMaps}?fieldValidation=Maybe`,
    request: post({ metadata: { name: 'a' } }),
    code: 422,
    reason: 'Invalid',
    message: /fieldValidation: Unsupported value: "Maybe": supported values: /,
  },
  'a name outside the syntax': {
    path: configMaps,
    request: post({ metadata: { name: 'Not_A_Name' } }),
    code: 422,
    reason: 'Invalid',
    message: `ConfigMap "Not_A_Name" is invalid: metadata.name: Invalid value: "Not_A_Name": ${subdomain}`,
    fields: ['metadata.name'],
  },
  'no name at all': {
    path: configMaps,
    request: post({ data: {} }),
    code: 422,
    reason: 'Invalid',
    message: 'ConfigMap "" is invalid: metadata.name: Required value: name or generateName is required',
  },
  'a label value outside the syntax': {
    path: configMaps,
    request: post({ metadata: { name: 'a', labels: { tier: 'front end' } } }),
    code: 422,
    reason: 'Invalid',
    message:
      /^ConfigMap "a" is invalid: metadata\.labels: Invalid value: "front end": a valid label must be an empty string or consist of alphanumeric characters/,
    fields: ['metadata.labels'],
  },
  'a label key outside the syntax': {
    path: configMaps,
    request: post({ metadata: { name: 'a', labels: { '/x': 'y' } } }),
    code: 422,
    reason: 'Invalid',
    message: /metadata\.labels: Invalid value: "\/x": prefix part must be non-empty/,
    fields: ['metadata.labels'],
  },
  'several mistakes at once': {
    path: pods,
    request: post({ metadata: { name: 'a' }, spec: { containers: [{ name: 'A' }], restartPolicy: 'Sometimes' } }),
    code: 422,
    reason: 'Invalid',
    message: /^Pod "a" is invalid: \[/,
    fields: ['spec.containers[0].name', 'spec.containers[0].image', 'spec.restartPolicy'],
  },
  'an immutable ConfigMap': {
    path: `${configMaps}/frozen`,
    request: patch('merge-patch+json', { data: { key: 'value' } }),
    code: 422,
    reason: 'Invalid',
    message: 'ConfigMap "frozen" is invalid: data: Forbidden: field is immutable when `immutable` is set',
  },
  'an immutable field of a Pod': {
    path: `${pods}/on-mine`,
    request: patch('merge-patch+json', { spec: { nodeName: 'elsewhere' } }),
    code: 422,
    reason: 'Invalid',
    message: /^Pod "on-mine" is invalid: spec: Forbidden: pod updates may not change fields other than /,
  },
  'an immutable field of a Service': {
    path: `${services}/web`,
    request: patch('merge-patch+json', { spec: { clusterIP: '10.96.0.99' } }),
    code: 422,
    reason: 'Invalid',
    message: /spec\.clusterIPs\[0\]: Invalid value: /,
  },
  'a stale resourceVersion': {
    path: `${configMaps}/fixed`,
    request: { method: 'PUT', body: { metadata: { name: 'fixed', resourceVersion: '1' } } },
    code: 409,
    reason: 'Conflict',
    message:
      'Operation cannot be fulfilled on configmaps "fixed": the object has been modified; please apply your changes to the latest version and try again',
  },
  'another uid': {
    path: `${configMaps}/fixed`,
    request: { method: 'DELETE', body: { preconditions: { uid: 'other' } } },
    code: 409,
    reason: 'Conflict',
    message:
      /^Operation cannot be fulfilled on ConfigMap "fixed": the UID in the precondition \(other\) does not match the UID in record /,
  },
  'another name in the body': {
    path: `${configMaps}/fixed`,
    request: { method: 'PUT', body: { metadata: { name: 'other' } } },
    code: 400,
    reason: 'BadRequest',
    message: 'the name of the object (other) does not match the name on the URL (fixed)',
  },
  'another namespace in the body': {
    path: configMaps,
    request: post({ metadata: { name: 'a', namespace: 'kube-system' } }),
    code: 400,
    reason: 'BadRequest',
    message: 'the namespace of the provided object does not match the namespace sent on the request',
  },
  'a name that is taken': {
    path: configMaps,
    request: post({ metadata: { name: 'fixed' } }),
    code: 409,
    reason: 'AlreadyExists',
    message: 'configmaps "fixed" already exists',
  },
  'a namespace that does not exist': {
    path: '/api/v1/namespaces/nowhere/configmaps',
    request: post({ metadata: { name: 'a' } }),
    code: 404,
    reason: 'NotFound',
    message: 'namespaces "nowhere" not found',
  },
  'an object that does not exist': {
    path: `${pods}/nobody`,
    code: 404,
    reason: 'NotFound',
    message: 'pods "nobody" not found',
  },
  'an unknown resource': {
    path: `${namespace}/gadgets`,
    code: 404,
    reason: 'NotFound',
    message: 'the server could not find the requested resource',
  },
  'an unknown group': {
    path: '/apis/example.com/v1/widgets',
    code: 404,
    reason: 'NotFound',
    message: 'the server could not find the requested resource',
  },
  'a method that the resource does not have': {
    path: configMaps,
    request: { method: 'PUT', body: {} },
    code: 405,
    reason: 'MethodNotAllowed',
    message: 'the server does not allow this method on the requested resource',
  },
  'a bad label selector': {
    path: `${pods}?labelSelector=${encodeURIComponent('tier in (a')}`,
    code: 400,
    reason: 'BadRequest',
    message: /^unable to parse requirement: /,
  },
  'a bad field selector': {
    path: `${pods}?fieldSelector=broken`,
    code: 400,
    reason: 'BadRequest',
    message: /invalid selector: 'broken'; can't understand 'broken'/,
  },
  'a field that cannot be selected by': {
    path: `${pods}?fieldSelector=spec.hostname%3Da`,
    code: 400,
    reason: 'BadRequest',
    message: 'field label not supported: spec.hostname',
  },
  'a bad continue token': {
    path: `${pods}?limit=1&continue=garbage`,
    code: 400,
    reason: 'BadRequest',
    message: /continue key is not valid/,
  },
  'a watch from a revision of the future': {
    path: `${pods}?resourceVersion=999999999`,
    code: 504,
    reason: 'Timeout',
    message: /Too large resource version: 999999999, current: \d+/,
  },
  'an unsupported media type': {
    path: configMaps,
    request: post('<a/>', { 'content-type': 'text/xml' }),
    code: 415,
    reason: 'UnsupportedMediaType',
    message:
      /^the body of the request was in an unknown format - accepted media types include: application\/json, application\/yaml/,
  },
  'an unsupported patch type': {
    path: `${configMaps}/fixed`,
    request: patch('json', {}),
    code: 415,
    reason: 'UnsupportedMediaType',
    message:
      /application\/json-patch\+json, application\/merge-patch\+json, application\/strategic-merge-patch\+json, application\/apply-patch\+yaml/,
  },
  'an answer in a format that is not served': {
    path: pods,
    request: { headers: { accept: 'text/html' } },
    code: 406,
    reason: 'NotAcceptable',
    message: /^only the following media types are accepted: application\/json, application\/yaml/,
  },
  'a JSON patch whose test fails': {
    path: `${configMaps}/fixed`,
    request: patch('json-patch+json', [{ op: 'test', path: '/data/key', value: 'other' }]),
    code: 422,
    reason: 'Invalid',
    message: 'the server rejected our request due to an error in our request',
  },
  'a JSON patch of a path that does not exist': {
    path: `${configMaps}/fixed`,
    request: patch('json-patch+json', [{ op: 'remove', path: '/data/none' }]),
    code: 422,
    reason: 'Invalid',
    message: /\S/,
  },
  'server-side apply without a manager': {
    path: `${configMaps}/fixed`,
    request: patch('apply-patch+yaml', { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'fixed' } }),
    code: 422,
    reason: 'Invalid',
    message: /fieldManager: Required value: is required for apply patch/,
  },
  'no credential': {
    path: pods,
    request: { token: null },
    code: 403,
    reason: 'Forbidden',
    message:
      'pods is forbidden: User "system:anonymous" cannot list resource "pods" in API group "" in the namespace "default"',
  },
  'an invented token': {
    path: pods,
    request: { token: 'invented' },
    code: 401,
    reason: 'Unauthorized',
    message: 'Unauthorized',
  },
  'another scheme of authorization': {
    path: pods,
    request: { headers: { authorization: 'Basic YWRtaW46YWRtaW4=' }, token: null },
    code: 401,
    reason: 'Unauthorized',
    message: 'Unauthorized',
  },
};

describe("each kind of bad input gets Kubernetes' own error", () => {
  it.each(Object.entries(cases))('%s', async (_what, { path, request, code, reason, message, fields }) => {
    const response = await send(path, request);
    expect(response.status, response.text).toBe(code);
    expect(response.headers['content-type']).toMatch(/^application\/json/);
    expect(response.json).toMatchObject({
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      code,
      reason,
    });
    const said = String(response.json.message);
    if (typeof message === 'string') expect(said).toBe(message);
    else expect(said).toMatch(message);
    if (fields) {
      const { causes } = response.json.details as { causes: { field: string }[] };
      expect(causes.map(({ field }) => field).sort()).toEqual([...fields].sort());
    }
  });

  it('nothing of it was stored', async () => {
    const { json } = await send(configMaps);
    const names = (json.items as { metadata: { name: string } }[]).map(({ metadata }) => metadata.name);
    expect(names.filter((name) => name !== 'kube-root-ca.crt').sort()).toEqual(['fixed', 'frozen']);
  });
});

describe('sizes', () => {
  const limit = 3 * 1024 * 1024;
  const configMapOf = (bytes: number) =>
    JSON.stringify({ metadata: { name: 'big' }, data: { text: 'x'.repeat(bytes) } });

  it.each([
    ['with its length', {}],
    ['in chunks', { 'transfer-encoding': 'chunked' }],
  ])('a body over 3 MiB is refused with 413, sent %s', async (_how, headers) => {
    const response = await send(configMaps, post(configMapOf(limit), headers));
    expect(response.status, response.text.slice(0, 300)).toBe(413);
    expect(response.json).toMatchObject({
      kind: 'Status',
      status: 'Failure',
      code: 413,
      reason: 'RequestEntityTooLarge',
    });
  });

  it.each(['', '{"kind":"DeleteOptions"}'])('the body %j of a GET means nothing', async (body) => {
    expect((await send(configMaps, { body })).status).toBe(200);
    expect((await send(`${configMaps}?watch=true&timeoutSeconds=1`, { body })).status).toBe(200);
  });

  it('a ConfigMap over 1 MiB is invalid', async () => {
    const response = await send(configMaps, post(configMapOf(1024 * 1024 + 1)));
    expect(response.status).toBe(422);
    expect(response.json.message).toContain('Too long: may not be more than 1048576 bytes');
  });

  it('nesting without end is refused, in every way to send it', async () => {
    const deep = `${'{"a":'.repeat(200_000)}1${'}'.repeat(200_000)}`;
    const nested = `{"metadata":{"name":"deep"},"data":${deep}}`;
    for (const request of [
      post(nested),
      { ...patch('merge-patch+json', nested) },
      { ...patch('strategic-merge-patch+json', nested) },
      { ...patch('json-patch+json', `[{"op":"add","path":"/data","value":${deep}}]`) },
      { ...patch('apply-patch+yaml', nested) },
      post(`${'['.repeat(100_000)}`, { 'content-type': 'application/yaml' }),
    ]) {
      const path = request.method === 'POST' ? configMaps : `${configMaps}/fixed?fieldManager=me`;
      const response = await send(path, request);
      expect([400, 413, 422], response.text.slice(0, 300)).toContain(response.status);
    }
  });

  it('keys that mean something to JavaScript mean nothing here', async () => {
    const body =
      '{"metadata":{"name":"proto","labels":{"constructor":"a"}},"data":{"__proto__":"b","toString":"c"},"__proto__":{"data":{"x":"y"}}}';
    const created = await send(configMaps, post(body));
    expect(created.status, created.text).toBe(201);
    const { text } = await send(`${configMaps}/proto`);
    const { data } = JSON.parse(text) as { data: object };
    expect(Object.entries(data)).toEqual(
      expect.arrayContaining([
        ['__proto__', 'b'],
        ['toString', 'c'],
      ]),
    );
    expect(Object.keys(data)).not.toContain('x');
    const patched = await send(`${configMaps}/proto`, patch('merge-patch+json', '{"__proto__":{"immutable":true}}'));
    expect(patched.status, patched.text).toBe(200);
    expect(patched.json).not.toHaveProperty('immutable');
    expect((await send(`${configMaps}/proto`, { method: 'DELETE' })).status).toBe(200);
  });
});

describe('warnings', () => {
  it('unknown and duplicate fields are dropped with a warning', async () => {
    const response = await send(
      configMaps,
      post('{"metadata":{"name":"warned","colour":"red"},"datta":{},"datta":{}}'),
    );
    expect(response.status).toBe(201);
    const warnings = [response.headers.warning].flat().join(', ');
    expect(warnings).toContain('299 - "unknown field \\"datta\\""');
    expect(warnings).toContain('299 - "unknown field \\"metadata.colour\\""');
    expect(response.json).not.toHaveProperty('datta');
    expect(response.json.metadata).not.toHaveProperty('colour');
  });
});

describe('a node sees and writes what is its own, and nothing else', () => {
  const asNode = (path: string, request: RawRequest = {}) => send(path, { ...request, token: nodeToken });

  it.each([
    ['its own Pod', `${pods}/on-mine`, 200],
    ["another node's Pod", `${pods}/on-other`, 403],
    ['all Pods', '/api/v1/pods', 403],
    ['its own Pods, which it gets over its connection', '/api/v1/pods?fieldSelector=spec.nodeName%3Dmine', 403],
    ['a ConfigMap that none of its Pods uses', `${configMaps}/fixed`, 403],
    ['all Secrets', '/api/v1/secrets', 403],
    ['bootstrap tokens', '/fairlead/v1/tokens', 403],
  ])('%s', async (_what, path, code) => {
    const { status, text } = await asNode(path);
    expect(status, text).toBe(code);
  });

  it("the refusal is Kubernetes'", async () => {
    const { json } = await asNode(`${pods}/on-other`);
    expect(json).toMatchObject({
      kind: 'Status',
      reason: 'Forbidden',
      code: 403,
      details: { name: 'on-other', kind: 'pods' },
      message: expect.stringMatching(
        /^pods "on-other" is forbidden: User "system:node:mine" cannot get resource "pods" in API group "" in the namespace "default"/,
      ),
    });
  });

  it('it cannot bind, create or delete for others', async () => {
    const refused: [string, RawRequest][] = [
      [pods, post(aPod('planted', { nodeName: 'other' }))],
      [`${pods}/on-other`, { method: 'DELETE' }],
      [`${pods}/on-other/status`, patch('merge-patch+json', { status: { phase: 'Failed' } })],
      ['/api/v1/nodes/other/status', patch('merge-patch+json', { status: {} })],
      [configMaps, post({ metadata: { name: 'planted' } })],
    ];
    for (const [path, request] of refused) expect((await asNode(path, request)).status, path).toBe(403);
  });
});

describe('node connections', () => {
  /** Speaks to a gateway and resolves with its first answer, or the status that it refused the upgrade with. */
  function hello(node: string, token: string, message: object): Promise<Record<string, unknown> | number> {
    const url = `${cluster.url.replace('https', 'wss')}/fairlead/v1/nodes/${node}/connect`;
    return new Promise((resolve, reject) => {
      const socket = new WebSocket(url, { ca: cluster.ca, headers: { authorization: `Bearer ${token}` } });
      socket.once('open', () => socket.send(JSON.stringify(message)));
      socket.once('message', (data) => {
        socket.close();
        resolve(JSON.parse(String(data)) as Record<string, unknown>);
      });
      socket.once('unexpected-response', (request, response) => {
        request.destroy();
        resolve(response.statusCode ?? 0);
      });
      socket.once('error', reject);
    });
  }
  const greeting = { type: 'hello', protocol: 1, agentVersion: 'v0', node: { metadata: { name: 'mine' } } };

  it('[P2] an agent of an unknown protocol version is refused with the reason', async () => {
    const answer = await hello('mine', nodeToken, { ...greeting, protocol: 99 });
    expect(answer).toMatchObject({
      type: 'refuse',
      reason: 'protocolVersion',
      message: expect.stringMatching(/99.*1/),
    });
  });

  it('[P1] an agent that does not introduce itself is refused', async () => {
    expect(await hello('mine', nodeToken, { type: 'report', seq: 1 })).toMatchObject({ type: 'refuse' });
  });

  it('a credential opens the connection of its own node only', async () => {
    expect(await hello('other', nodeToken, greeting)).toBe(403);
    expect(await hello('mine', 'invented', greeting)).toBe(401);
    expect(await hello('mine', nodeToken, greeting)).toMatchObject({ type: 'welcome' });
  });
});
