import { beforeEach, describe, expect, it } from 'vitest';
import { aPod, ClusterFixture } from '../../cluster/testing/fixture.ts';
import { nodeUser } from '../auth/node-authorizer.ts';

const pods = '/api/v1/namespaces/default/pods';
const configMaps = '/api/v1/namespaces/default/configmaps';
const asTable = { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json' };

let fixture: ClusterFixture;
beforeEach(async () => {
  fixture = await ClusterFixture.create();
});

describe('who and whether', () => {
  it.each(['GET', 'POST'])('refuses a %s with a wrong token with 401', async (method) => {
    const reply = await fixture.call(method, '/api/v1/namespaces/default/pods', { token: 'wrong' });
    expect(reply.json).toEqual({
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      message: 'Unauthorized',
      reason: 'Unauthorized',
      code: 401,
    });
  });

  it('lets anyone ask for health and version, but nobody with a wrong token', async () => {
    expect((await fixture.call('GET', '/readyz', { token: undefined })).text).toBe('ok');
    expect((await fixture.call('GET', '/version', { token: undefined })).json.gitVersion).toBe('v1.36.0+fairlead');
    expect((await fixture.call('GET', '/healthz', { token: 'wrong' })).status).toBe(401);
    expect((await fixture.call('GET', '/api', { token: undefined })).status).toBe(403);
  });

  it('words a refusal as RBAC does', async () => {
    const token = await fixture.cluster.credentials.issue({ name: 'jane', groups: ['system:authenticated'] });
    const message = async (method: string, path: string, body?: unknown) =>
      (await fixture.call(method, path, { token, body })).json.message;
    expect(await message('GET', '/api/v1/namespaces/rec/secrets')).toBe(
      'secrets is forbidden: User "jane" cannot list resource "secrets" in API group "" in the namespace "rec"',
    );
    expect(await message('DELETE', '/api/v1/namespaces/rec/pods/full')).toBe(
      'pods "full" is forbidden: User "jane" cannot delete resource "pods" in API group "" in the namespace "rec"',
    );
    expect(await message('GET', '/api/v1/nodes')).toBe(
      'nodes is forbidden: User "jane" cannot list resource "nodes" in API group "" at the cluster scope',
    );
    expect(await message('POST', '/apis/rbac.authorization.k8s.io/v1/namespaces/rec/roles', {})).toBe(
      'roles.rbac.authorization.k8s.io is forbidden: User "jane" cannot create resource "roles" in API group "rbac.authorization.k8s.io" in the namespace "rec"',
    );
  });

  it('issues one credential for each user: the newest', async () => {
    const first = await fixture.cluster.credentials.issue({ name: 'joe', groups: ['system:masters'] });
    const second = await fixture.cluster.credentials.issue({ name: 'joe', groups: ['system:masters'] });
    expect((await fixture.call('GET', '/api', { token: first })).status).toBe(401);
    expect((await fixture.call('GET', '/api', { token: second })).status).toBe(200);
  });
});

describe('nodes may', () => {
  let token: string;
  const status = async (method: string, path: string) =>
    (await fixture.call(method, path, { token, body: method === 'GET' ? undefined : {} })).status;

  beforeEach(async () => {
    token = await fixture.cluster.credentials.issue(nodeUser('n1'));
    await fixture.call('POST', '/api/v1/nodes', { body: { metadata: { name: 'n1' } } });
    for (const name of ['mine', 'referenced', 'other']) {
      await fixture.call('POST', configMaps, { body: { metadata: { name } } });
    }
    const volumes = [{ name: 'v', configMap: { name: 'referenced' } }];
    await fixture.call('POST', pods, { body: aPod('own', { nodeName: 'n1', volumes }) });
    await fixture.call('POST', pods, { body: aPod('foreign', { nodeName: 'n2' }) });
  });

  it('read their own Pods and what those refer to, and nothing else', async () => {
    expect(await status('GET', `${pods}/own`)).toBe(200);
    expect(await status('GET', `${pods}/foreign`)).toBe(403);
    expect(await status('GET', pods)).toBe(403);
    expect(await status('GET', `${configMaps}/referenced`)).toBe(200);
    expect(await status('GET', `${configMaps}/other`)).toBe(403);
    expect(await status('GET', configMaps)).toBe(403);
    expect(await status('GET', '/api/v1/services')).toBe(200);
  });

  it('write their own status, not that of others, and no spec', async () => {
    expect(await status('PATCH', `${pods}/foreign/status`)).toBe(403);
    expect(await status('PATCH', '/api/v1/nodes/n2/status')).toBe(403);
    expect(await status('PUT', `${pods}/own`)).toBe(403);
    expect(await status('POST', pods)).toBe(403);
    const headers = { 'content-type': 'application/merge-patch+json' };
    const own = await fixture.call('PATCH', '/api/v1/nodes/n1/status', {
      token,
      headers,
      body: { status: { phase: 'x' } },
    });
    expect(own.status).toBe(200);
  });
});

describe('paths', () => {
  it.each(['/apis/nope', '/apis/nope/v1'])('GET %s is no group version', async (path) => {
    const { status, text } = await fixture.call('GET', path);
    expect({ status, text }).toEqual({ status: 404, text: '404 page not found\n' });
  });

  it('what is not found is answered with what there is', async () => {
    const { status, json } = await fixture.call('GET', '/nothing');
    expect(status).toBe(404);
    expect(json.paths).toEqual(
      expect.arrayContaining(['/api/v1', '/apis/apps/v1', '/openapi/v3', '/readyz', '/version']),
    );
    expect(await fixture.call('GET', '/')).toMatchObject({ status: 200, json });
  });

  it.each([
    ['GET', '/api/v2', 404],
    ['GET', '/api/v1/nopes', 404],
    ['GET', '/api/v1/namespaces/default/nopes/x', 404],
    ['GET', '/api/v1/namespaces/default/nodes', 404],
    ['GET', '/api/v1/pods/x', 404],
    ['GET', `${pods}/x/nope`, 404],
    ['POST', '/api/v1/pods', 405],
    ['DELETE', '/api/v1/pods', 405],
    ['POST', `${pods}/x`, 405],
    ['PUT', pods, 405],
    ['OPTIONS', pods, 405],
    ['DELETE', `${pods}/x/status`, 405],
    ['POST', `${pods}/x/log`, 405],
    ['DELETE', '/api/v1/namespaces', 405],
    ['POST', '/api', 405],
  ])('%s %s is %i', async (method, path, code) => {
    const reply = await fixture.call(method, path, { body: method === 'GET' ? undefined : {} });
    expect(reply.json).toMatchObject({ kind: 'Status', status: 'Failure', code });
    expect(reply.status).toBe(code);
  });
});

describe('content types', () => {
  it('reads YAML 1.1 and writes YAML', async () => {
    const headers = { 'content-type': 'application/yaml', accept: 'application/yaml' };
    const body = 'metadata: {name: yam}\ndata:\n  a: "on"\nimmutable: yes\n';
    const reply = await fixture.call('POST', configMaps, { headers, body });
    expect(reply.status).toBe(201);
    expect(reply.headers.get('content-type')).toBe('application/yaml');
    expect(reply.text).toMatch(/^apiVersion: v1\ndata:\n {2}a: "on"\nimmutable: true\nkind: ConfigMap\n/);
  });

  it('does not expand YAML aliases without bound', async () => {
    const bomb = [
      'a: &a [x,x,x,x,x,x,x,x,x]',
      ...'bcdefgh'.split('').map((c, i) => `${c}: &${c} [${Array(9).fill(`*${'abcdefgh'[i]}`)}]`),
    ];
    const reply = await fixture.call('POST', configMaps, {
      headers: { 'content-type': 'application/yaml' },
      body: bomb.join('\n'),
    });
    expect(reply.status).toBe(400);
  });

  it.each([
    ['POST', configMaps, 'text/plain', 'application/json, application/yaml, application/vnd.kubernetes.protobuf'],
    [
      'PATCH',
      `${configMaps}/x`,
      'application/json',
      'application/json-patch+json, application/merge-patch+json, application/strategic-merge-patch+json, application/apply-patch+yaml',
    ],
  ])('%s refuses a foreign type with 415', async (method, path, type, accepted) => {
    const reply = await fixture.call(method, path, { headers: { 'content-type': type }, body: '{}' });
    expect(reply.status).toBe(415);
    expect(reply.json.message).toBe(
      `the body of the request was in an unknown format - accepted media types include: ${accepted}`,
    );
  });

  it.each(['text/html', 'application/json;as=Nope;v=v1;g=meta.k8s.io', 'application/vnd.kubernetes.protobuf'])(
    'answers Accept: %s with 406, before anything is written',
    async (accept) => {
      const { revision } = fixture.cluster.store;
      const reply = await fixture.call('POST', configMaps, { headers: { accept }, body: { metadata: { name: 'x' } } });
      expect(reply.json).toMatchObject({ code: 406, reason: 'NotAcceptable' });
      expect(fixture.cluster.store.revision).toBe(revision);
    },
  );

  it.each([
    ['', "couldn't get version/kind; json parse error: unexpected end of JSON input (<empty>)"],
    ['{"apiVersion":', 'the object provided is unrecognized (must be of type ConfigMap)'],
  ])('explains the malformed body %j', async (body, text) => {
    const reply = await fixture.call('POST', configMaps, { body });
    expect(reply.json).toMatchObject({ code: 400, reason: 'BadRequest' });
    expect(reply.json.message).toContain(text);
  });
});

describe('options', () => {
  it.each([
    [
      'dryRun=Some',
      'CreateOptions.meta.k8s.io "" is invalid: dryRun: Unsupported value: []string{"Some"}: supported values: "All"',
    ],
    ['fieldValidation=x', 'CreateOptions.meta.k8s.io "" is invalid: fieldValidation: Unsupported value: "x"'],
    [`fieldManager=${'m'.repeat(129)}`, 'fieldManager: Too long: may not be more than 128 bytes'],
  ])('%.20s is invalid', async (query, message) => {
    const reply = await fixture.call('POST', `${configMaps}?${query}`, { body: { metadata: { name: 'x' } } });
    expect(reply.status).toBe(422);
    expect(reply.json.message).toContain(message);
  });

  it('takes the manager from the User-Agent', async () => {
    const headers = { 'user-agent': 'kubectl/v1.35.2 (linux/amd64)' };
    const { json } = await fixture.call('POST', configMaps, {
      headers,
      body: { metadata: { name: 'x' }, data: { a: 'b' } },
    });
    expect(json.metadata.managedFields[0].manager).toBe('kubectl');
  });

  it('needs a manager for server-side apply, and force for nothing else', async () => {
    const patch = (type: string, query: string) =>
      fixture.call('PATCH', `${configMaps}/x?${query}`, { headers: { 'content-type': type }, body: {} });
    expect((await patch('application/apply-patch+yaml', '')).json.message).toBe(
      'PatchOptions.meta.k8s.io "" is invalid: fieldManager: Required value: is required for apply patch',
    );
    expect((await patch('application/merge-patch+json', 'force=true')).json.message).toBe(
      'PatchOptions.meta.k8s.io "" is invalid: force: Forbidden: may not be specified for non-apply patch',
    );
  });

  it.each([
    ['limit=x', 400, 'strconv.ParseInt: parsing "x": invalid syntax'],
    ['timeoutSeconds=x', 400, 'strconv.ParseInt: parsing "x": invalid syntax'],
    ['labelSelector=%3D%3D', 400, "found '==', expected: !, identifier, or 'end of string'"],
    ['fieldSelector=bad', 400, "invalid selector: 'bad'; can't understand 'bad'"],
    ['resourceVersion=999999999', 504, 'Timeout: Too large resource version: 999999999, current:'],
    ['sendInitialEvents=true', 422, 'sendInitialEvents is forbidden for list'],
    ['watch=1&sendInitialEvents=true', 422, 'sendInitialEvents requires setting resourceVersionMatch to NotOlderThan'],
    [
      'watch=1&resourceVersionMatch=Exact',
      422,
      'resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided',
    ],
    ['watch=1&labelSelector=%3D%3D', 400, "found '=='"],
    ['watch=1&resourceVersion=abc', 400, 'strconv.ParseUint: parsing "abc": invalid syntax'],
  ])('list?%s is %i', async (query, code, message) => {
    const reply = await fixture.call('GET', `${pods}?${query}`);
    expect(reply.status).toBe(code);
    expect(reply.json.message).toContain(message);
  });
});

describe('tables', () => {
  beforeEach(async () => {
    await fixture.call('POST', configMaps, { body: { metadata: { name: 'one' }, data: { a: '1' } } });
    fixture.nowMs += 90_000;
  });

  it('shows a list, an object and their metadata', async () => {
    const list = await fixture.call('GET', configMaps, { headers: asTable });
    expect(list.json).toMatchObject({ kind: 'Table', apiVersion: 'meta.k8s.io/v1' });
    expect(list.json.columnDefinitions.map(({ name }: { name: string }) => name)).toEqual(['Name', 'Data', 'Age']);
    expect(list.json.rows).toMatchObject([{ cells: ['one', 1, '90s'], object: { kind: 'PartialObjectMetadata' } }]);
    const one = await fixture.call('GET', `${configMaps}/one?includeObject=Object`, { headers: asTable });
    expect(one.json.rows).toMatchObject([
      { cells: ['one', 1, '90s'], object: { kind: 'ConfigMap', data: { a: '1' } } },
    ]);
    const none = await fixture.call('GET', `${configMaps}?includeObject=None`, { headers: asTable });
    expect(none.json.rows[0].object).toBeNull();
  });

  it('leaves a Status as it is', async () => {
    const reply = await fixture.call('GET', `${configMaps}/none`, { headers: asTable });
    expect(reply.json).toMatchObject({ kind: 'Status', message: 'configmaps "none" not found' });
  });

  it('gives metadata alone to those who ask for it', async () => {
    const headers = { accept: 'application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io' };
    const { json } = await fixture.call('GET', configMaps, { headers });
    expect(json).toMatchObject({ kind: 'PartialObjectMetadataList', items: [{ metadata: { name: 'one' } }] });
    expect(json.items[0].data).toBeUndefined();
  });
});

describe('discovery', () => {
  it('lists resources and subresources', async () => {
    const { json } = await fixture.call('GET', '/api/v1');
    const found = (name: string) => json.resources.find((resource: { name: string }) => resource.name === name);
    expect(found('pods')).toMatchObject({
      singularName: 'pod',
      namespaced: true,
      kind: 'Pod',
      shortNames: ['po'],
      categories: ['all'],
    });
    expect(found('replicationcontrollers/scale')).toMatchObject({ group: 'autoscaling', version: 'v1', kind: 'Scale' });
    expect(found('pods/log')).toMatchObject({ kind: 'Pod', verbs: ['get'] });
  });

  it('aggregates for clients that ask for it', async () => {
    const accept = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json';
    const core = await fixture.call('GET', '/api', { headers: { accept } });
    expect(core.headers.get('content-type')).toBe(
      'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList',
    );
    expect(core.json.items[0].versions[0].resources.map(({ resource }: { resource: string }) => resource)).toContain(
      'pods',
    );
    expect((await fixture.call('GET', '/api')).json.kind).toBe('APIVersions');
    const groups = await fixture.call('GET', '/apis', { headers: { accept } });
    expect(groups.json.items.map(({ metadata }: { metadata: { name: string } }) => metadata.name)).toContain(
      'authorization.k8s.io',
    );
  });

  it('serves nothing of the assets but the OpenAPI documents', async () => {
    expect((await fixture.call('GET', '/openapi/v3/../../secret')).status).toBe(404);
  });

  it('answers who one is and what one may', async () => {
    const path = '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews';
    const spec = { resourceAttributes: { verb: 'list', resource: 'pods', namespace: 'default' } };
    expect((await fixture.call('POST', path, { body: { spec } })).json.status).toEqual({ allowed: true });
    const token = await fixture.cluster.credentials.issue({ name: 'jane', groups: ['system:authenticated'] });
    expect((await fixture.call('POST', path, { token, body: { spec } })).json.status.allowed).toBe(false);
    const me = await fixture.call('POST', '/apis/authentication.k8s.io/v1/selfsubjectreviews', { token, body: {} });
    expect(me.json.status.userInfo.username).toBe('jane');
  });
});

describe('logs', () => {
  const log = (name: string, query = '') => fixture.call('GET', `${pods}/${name}/log?${query}`);
  const two = [
    { name: 'a', image: 'x' },
    { name: 'b', image: 'x' },
  ];

  beforeEach(async () => {
    await fixture.call('POST', pods, { body: aPod('one', { nodeName: 'n1' }) });
    await fixture.call('POST', pods, { body: aPod('two', { nodeName: 'n1', containers: two }) });
    await fixture.call('POST', pods, { body: aPod('waiting') });
  });

  it.each([
    ['two', '', 400, 'a container name must be specified for pod two, choose one of: [a b]'],
    ['two', 'container=c', 400, 'container c is not valid for pod two'],
    ['none', '', 404, 'pods "none" not found'],
    [
      'one',
      'tailLines=-1',
      422,
      'PodLogOptions "one" is invalid: tailLines: Invalid value: -1: must be greater than or equal to 0',
    ],
    ['one', 'limitBytes=0', 422, 'limitBytes: Invalid value: 0: must be greater than 0'],
    [
      'one',
      'sinceSeconds=1&sinceTime=2026-01-01T00:00:00Z',
      422,
      'at most one of `sinceTime` or `sinceSeconds` may be specified',
    ],
  ])('%s?%s is %i', async (name, query, code, message) => {
    const reply = await log(name, query);
    expect(reply.status).toBe(code);
    expect(reply.json.message).toContain(message);
  });

  it('plans the stream of a Pod that has a node, and answers emptily for one that has none', async () => {
    const reply = await log('one', 'follow=true&tailLines=5');
    const plan = JSON.parse(decodeURIComponent(reply.headers.get('fairlead-stream-plan') ?? ''));
    expect(plan).toMatchObject({
      node: 'n1',
      message: { request: { kind: 'logs', pod: 'one', container: 'a', follow: true, tailLines: 5 } },
    });
    expect((await log('waiting')).status).toBe(204);
  });
});

describe('joining', () => {
  it('[P13] exchanges a bootstrap token for the credential of one node', async () => {
    const { json } = await fixture.call('POST', '/fairlead/v1/tokens', {
      body: { ttlSeconds: 60, description: 'rack 4' },
    });
    expect(json.token).toMatch(/^[a-z0-9]{6}\.[a-z0-9]{16}$/);
    expect((await fixture.call('GET', '/fairlead/v1/tokens')).json.items).toMatchObject([
      { id: json.id, description: 'rack 4' },
    ]);
    const join = () => fixture.call('POST', '/fairlead/v1/join', { token: json.token, body: { nodeName: 'n1' } });
    const first = await join();
    const second = await join();
    expect(first.json.nodeName).toBe('n1');
    expect((await fixture.call('GET', '/api/v1/nodes', { token: first.json.credential })).status).toBe(401);
    expect((await fixture.call('GET', '/api/v1/nodes', { token: second.json.credential })).status).toBe(200);
  });

  it('refuses expired, revoked and other tokens, and bad names', async () => {
    const create = async () => (await fixture.call('POST', '/fairlead/v1/tokens', { body: { ttlSeconds: 60 } })).json;
    const join = async (token: string, nodeName = 'n1') =>
      (await fixture.call('POST', '/fairlead/v1/join', { token, body: { nodeName } })).status;
    const { id, token } = await create();
    expect(await join(token, 'Bad_Name')).toBe(400);
    expect(await join(fixture.adminToken)).toBe(403);
    expect((await fixture.call('GET', '/api/v1/pods', { token })).status).toBe(403);
    expect((await fixture.call('DELETE', `/fairlead/v1/tokens/${id}`)).status).toBe(200);
    expect(await join(token)).toBe(401);
    const expiring = await create();
    fixture.nowMs += 61_000;
    expect(await join(expiring.token)).toBe(401);
  });

  it('is for administrators to allow', async () => {
    const token = await fixture.cluster.credentials.issue({ name: 'jane', groups: ['system:authenticated'] });
    expect((await fixture.call('POST', '/fairlead/v1/tokens', { token, body: {} })).status).toBe(403);
    expect((await fixture.call('GET', '/fairlead/v1/tokens', { token: undefined })).status).toBe(403);
  });

  it('keeps no token in the store', async () => {
    const { json } = await fixture.call('POST', '/fairlead/v1/tokens', { body: {} });
    const kept = JSON.stringify(fixture.cluster.store.changes({ after: 0 }));
    expect(kept).not.toContain(json.token.split('.')[1]);
    expect(kept).not.toContain(fixture.adminToken);
  });
});
