import { beforeEach, expect, it } from 'vitest';
import { createMainObject } from './shards/main-object.ts';
import { ClusterFixture } from './testing/fixture.ts';

let main: ClusterFixture;
let shard: ClusterFixture;
beforeEach(async () => {
  main = await ClusterFixture.create();
  shard = main.eventsShard();
});

const record = (namespace: string, name: string) =>
  shard.call('POST', `/api/v1/namespaces/${namespace}/events`, {
    body: { metadata: { name }, involvedObject: { kind: 'Pod', namespace, name: 'p' }, reason: 'Tested' },
  });
const makeNamespace = (name: string) => main.call('POST', '/api/v1/namespaces', { body: { metadata: { name } } });

it('takes events of Namespaces that are there, from the moment of their creation', async () => {
  expect((await record('default', 'a')).status).toBe(201);
  expect((await record('later', 'a')).json).toMatchObject({ code: 404, message: 'namespaces "later" not found' });
  await makeNamespace('later');
  expect((await record('later', 'a')).status).toBe(201);
});

it('refuses new events of a Namespace on its way out, within two seconds', async () => {
  await makeNamespace('tmp');
  expect((await record('tmp', 'a')).status).toBe(201);
  await main.call('DELETE', '/api/v1/namespaces/tmp');
  main.nowMs += 2_001;
  shard.nowMs = main.nowMs;
  const { json } = await record('tmp', 'b');
  expect(json).toMatchObject({ code: 403, details: { causes: [{ reason: 'NamespaceTerminating' }] } });
});

const admission = '/apis/admissionregistration.k8s.io/v1';
const events = { apiGroups: ['', 'events.k8s.io'], apiVersions: ['v1'], resources: ['events'], operations: ['CREATE'] };

async function make(path: string, body: object): Promise<void> {
  const { status, text } = await main.call('POST', path, { body });
  expect(status, text).toBe(201);
}

/** A shard hears of changes this late. */
function wait(): void {
  main.nowMs += 2_001;
  shard.nowMs = main.nowMs;
}

const policy = (spec: object, binding: object = {}) =>
  Promise.all([
    make(`${admission}/validatingadmissionpolicies`, {
      metadata: { name: 'p' },
      spec: { matchConstraints: { resourceRules: [events] }, ...spec },
    }),
    make(`${admission}/validatingadmissionpolicybindings`, {
      metadata: { name: 'b' },
      spec: { policyName: 'p', validationActions: ['Deny'], ...binding },
    }),
  ]);

it('webhooks of the cluster are asked about Events, from two seconds after they were configured', async () => {
  const asked: string[] = [];
  shard.outside = async ({ body }) => {
    const { request } = JSON.parse(body) as { request: { uid: string; name: string } };
    asked.push(request.name);
    const response = { uid: request.uid, allowed: request.name !== 'bad', status: { message: 'no such news' } };
    return Response.json({ apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview', response });
  };
  expect((await record('default', 'before')).status).toBe(201);
  const client = { clientConfig: { url: 'https://hooks.example/x' }, admissionReviewVersions: ['v1'] };
  const webhooks = [{ name: 'x.example.com', rules: [events], sideEffects: 'None', ...client }];
  await make(`${admission}/validatingwebhookconfigurations`, { metadata: { name: 'x' }, webhooks });
  wait();
  expect((await record('default', 'good')).status).toBe(201);
  expect((await record('default', 'bad')).json).toMatchObject({
    message: 'admission webhook "x.example.com" denied the request: no such news',
  });
  expect(asked).toEqual(['good', 'bad']);
  const object = { metadata: { name: 'own', namespace: 'default' }, involvedObject: { namespace: 'default' } };
  expect(await shard.client.write([{ verb: 'create', resource: 'events', object }])).toMatchObject([
    { object: { metadata: { name: 'own' } } },
  ]);
  expect(asked).toEqual(['good', 'bad']);
  await main.call('DELETE', `${admission}/validatingwebhookconfigurations/x`);
  wait();
  expect((await record('default', 'bad')).status).toBe(201);
});

it('a webhook behind a Service is found by the main object', async () => {
  const service = { namespace: 'default', name: 'hooks' };
  const client = { clientConfig: { service }, admissionReviewVersions: ['v1'] };
  const webhooks = [{ name: 'x.example.com', rules: [events], sideEffects: 'None', ...client }];
  await make(`${admission}/validatingwebhookconfigurations`, { metadata: { name: 'x' }, webhooks });
  expect((await record('default', 'a')).json.message).toContain('services "hooks" not found');
  await make('/api/v1/namespaces/default/services', { metadata: { name: 'hooks' }, spec: { ports: [{ port: 443 }] } });
  expect((await record('default', 'a')).json.message).toContain('endpoints "hooks" not found');
});

it('policies are evaluated for Events, and see their Namespace', async () => {
  await policy({ validations: [{ expression: "namespaceObject.metadata.name != 'quiet'", message: 'be quiet' }] });
  await makeNamespace('quiet');
  expect((await record('default', 'a')).status).toBe(201);
  expect((await record('quiet', 'a')).json.message).toContain('denied request: be quiet');
});

it('the parameters of policies are known, and their changes', async () => {
  const params = '/api/v1/namespaces/default/configmaps';
  await make(params, { metadata: { name: 'words' }, data: { forbidden: 'Tested' } });
  await policy(
    {
      paramKind: { apiVersion: 'v1', kind: 'ConfigMap' },
      validations: [{ expression: 'object.reason != params.data.forbidden' }],
    },
    { paramRef: { name: 'words', parameterNotFoundAction: 'Deny' } },
  );
  expect((await record('default', 'a')).json.message).toContain('denied request');
  await main.call('PATCH', `${params}/words`, {
    headers: { 'content-type': 'application/merge-patch+json' },
    body: { data: { forbidden: 'Other' } },
  });
  wait();
  expect((await record('default', 'a')).status).toBe(201);
});

it('so are parameters that are custom resources', async () => {
  const names = { plural: 'limits', singular: 'limit', kind: 'Limit' };
  const schema = { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } };
  await make('/apis/apiextensions.k8s.io/v1/customresourcedefinitions', {
    metadata: { name: 'limits.x.example' },
    spec: {
      ...{ group: 'x.example', scope: 'Cluster', names },
      versions: [{ name: 'v1', served: true, storage: true, schema }],
    },
  });
  const definition = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions/limits.x.example/status';
  const accepted = ['NamesAccepted', 'Established'].map((type) => ({ type, status: 'True', reason: 'x', message: '' }));
  await main.call('PATCH', definition, {
    headers: { 'content-type': 'application/merge-patch+json' },
    body: {
      status: { conditions: accepted, acceptedNames: { ...names, listKind: 'LimitList' }, storedVersions: ['v1'] },
    },
  });
  await make('/apis/x.example/v1/limits', {
    apiVersion: 'x.example/v1',
    kind: 'Limit',
    metadata: { name: 'l' },
    word: 'Tested',
  });
  await policy(
    {
      paramKind: { apiVersion: 'x.example/v1', kind: 'Limit' },
      validations: [{ expression: 'object.reason != params.word' }],
    },
    { paramRef: { name: 'l', parameterNotFoundAction: 'Deny' } },
  );
  expect((await record('default', 'a')).json.message).toContain('denied request');
});

it('one question is asked while nothing changes, and none more often than every two seconds', async () => {
  const asked: unknown[] = [];
  const { context } = main.client;
  const client = {
    context: (query: Parameters<typeof context>[0]) => {
      asked.push(query.configuration === undefined);
      return main.client.context(query);
    },
  };
  const known = createMainObject({ client, now: () => main.nowMs });
  await Promise.all(Array.from({ length: 20 }, () => known.ensure([])));
  expect(asked).toEqual([true]);
  wait();
  await known.ensure([]);
  await known.ensure([]);
  expect(asked).toEqual([true, false]);
  expect(
    known.configuration.list({ resource: 'flowschemas.flowcontrol.apiserver.k8s.io' }).items.length,
  ).toBeGreaterThan(5);
});
