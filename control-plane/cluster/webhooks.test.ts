import { beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import type { OutsideRequest } from '../apiserver/outside-calls/webhook-client.ts';
import { aPod, ClusterFixture, type Reply } from './testing/fixture.ts';

interface Review {
  url: string;
  apiVersion: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests reach into reviews of any kind
  request: any;
}

const group = '/apis/admissionregistration.k8s.io/v1';
const configMaps = '/api/v1/namespaces/default/configmaps';
const url = (name: string) => `https://hooks.example/${name}`;

let cluster: ClusterFixture;
let reviews: Review[];
/** What each webhook answers, by the last segment of its URL; default: allowed. */
let answers: Record<string, (review: Review) => object | Response | Promise<Response>>;

beforeAll(async () => {
  cluster = await ClusterFixture.create();
});
beforeEach(async () => {
  for (const kind of ['mutating', 'validating']) await cluster.call('DELETE', `${group}/${kind}webhookconfigurations`);
  for (const resource of ['configmaps', 'pods']) {
    await cluster.call('DELETE', `/api/v1/namespaces/default/${resource}?gracePeriodSeconds=0`);
  }
  reviews = [];
  answers = {};
  cluster.outside = async ({ url: target, body }: OutsideRequest) => {
    const { pathname } = new URL(target);
    const review = { url: target, ...JSON.parse(body) } as Review;
    reviews.push(review);
    const answer = await (answers[pathname.slice(1)] ?? (() => ({ allowed: true })))(review);
    return answer instanceof Response ? answer : reply(review, answer);
  };
});

function reply({ request }: Review, response: object, type = {}): Response {
  const review = { apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview', ...type };
  return Response.json({ ...review, response: { uid: request.uid, ...response } });
}

const patched = (...operations: object[]) => ({
  allowed: true,
  patchType: 'JSONPatch',
  patch: btoa(JSON.stringify(operations)),
});
const mark = (key: string, value = 'yes') => ({ op: 'add', path: `/data/${key}`, value });

function hook(name: string, more: object = {}) {
  return {
    name: `${name}.example.com`,
    clientConfig: { url: url(name) },
    sideEffects: 'None',
    admissionReviewVersions: ['v1'],
    rules: [{ apiGroups: [''], apiVersions: ['v1'], resources: ['configmaps'], operations: ['*'] }],
    ...more,
  };
}

async function configure(kind: 'Mutating' | 'Validating', name: string, ...webhooks: object[]): Promise<void> {
  const path = `${group}/${kind.toLowerCase()}webhookconfigurations`;
  const { status, text } = await cluster.call('POST', path, { body: { metadata: { name }, webhooks } });
  expect(status, text).toBe(201);
}

const create = (name: string, more: object = {}, query = ''): Promise<Reply> =>
  cluster.call('POST', `${configMaps}${query}`, { body: { metadata: { name }, data: { a: '1' }, ...more } });

describe('reviews', () => {
  test('say everything that there is to know', async () => {
    await configure('Validating', 'v', hook('v'));
    await create('x', {}, '?fieldManager=tester&dryRun=All&fieldValidation=Strict');
    expect(reviews).toHaveLength(1);
    const [{ request, ...review }] = reviews as [Review];
    expect(review).toMatchObject({
      url: 'https://hooks.example/v?timeout=10s',
      kind: 'AdmissionReview',
      apiVersion: 'admission.k8s.io/v1',
    });
    expect(request).toMatchObject({
      uid: expect.stringMatching(/^[0-9a-f-]{36}$/),
      kind: { group: '', version: 'v1', kind: 'ConfigMap' },
      resource: { group: '', version: 'v1', resource: 'configmaps' },
      requestKind: { group: '', version: 'v1', kind: 'ConfigMap' },
      requestResource: { group: '', version: 'v1', resource: 'configmaps' },
      name: 'x',
      namespace: 'default',
      operation: 'CREATE',
      userInfo: { username: 'admin', groups: ['system:masters', 'system:authenticated'] },
      object: {
        kind: 'ConfigMap',
        apiVersion: 'v1',
        metadata: { name: 'x', uid: expect.any(String) },
        data: { a: '1' },
      },
      oldObject: null,
      dryRun: true,
      options: {
        kind: 'CreateOptions',
        apiVersion: 'meta.k8s.io/v1',
        fieldManager: 'tester',
        fieldValidation: 'Strict',
        dryRun: ['All'],
      },
    });
    expect(request).not.toHaveProperty('subResource');
  });

  test('show old and new of an update, and what is deleted', async () => {
    await create('x');
    await configure('Validating', 'v', hook('v'));
    await cluster.call('PATCH', `${configMaps}/x`, {
      body: { data: { a: '2' } },
      headers: { 'content-type': 'application/merge-patch+json' },
    });
    await cluster.call('DELETE', `${configMaps}/x`, { body: { propagationPolicy: 'Background' } });
    expect(reviews.map(({ request }) => request)).toMatchObject([
      {
        operation: 'UPDATE',
        object: { data: { a: '2' } },
        oldObject: { data: { a: '1' } },
        options: { kind: 'UpdateOptions' },
      },
      {
        operation: 'DELETE',
        object: null,
        oldObject: { data: { a: '2' } },
        options: { kind: 'DeleteOptions', propagationPolicy: 'Background' },
      },
    ]);
  });

  test('of subresources show their body', async () => {
    const rules = [{ apiGroups: ['*'], apiVersions: ['*'], resources: ['*/*'], operations: ['*'] }];
    await cluster.call('POST', '/api/v1/namespaces/default/pods', { body: aPod('p') });
    await configure('Validating', 'v', hook('v', { rules }));
    await cluster.call('POST', '/api/v1/namespaces/default/pods/p/binding', {
      body: { metadata: { name: 'p' }, target: { kind: 'Node', name: 'n' } },
    });
    expect(reviews[0]?.request).toMatchObject({
      kind: { group: '', version: 'v1', kind: 'Binding' },
      resource: { group: '', version: 'v1', resource: 'pods' },
      subResource: 'binding',
      name: 'p',
      operation: 'CREATE',
      object: { kind: 'Binding', target: { name: 'n' } },
    });
  });
});

describe('validating webhooks', () => {
  const deny = (status?: object) => () => ({ allowed: false, ...(status ? { status } : {}) });

  test.each([
    [{ message: 'no way' }, 400, 'admission webhook "v.example.com" denied the request: no way'],
    [{ reason: 'Odd', code: 418 }, 418, 'admission webhook "v.example.com" denied the request: Odd'],
    [undefined, 400, 'admission webhook "v.example.com" denied the request without explanation'],
    [{ message: 'fine?', code: 200 }, 400, 'admission webhook "v.example.com" denied the request: fine?'],
  ])('refuse with their own status: %j', async (status, code, message) => {
    answers.v = deny(status);
    await configure('Validating', 'v', hook('v'));
    const { json } = await create('x');
    expect(json).toMatchObject({ kind: 'Status', status: 'Failure', code, message });
    expect(json.reason).toBe(status && 'reason' in status ? status.reason : undefined);
    expect((await cluster.call('GET', `${configMaps}/x`)).status).toBe(404);
  });

  test('are asked at the same time, and the first in order speaks', async () => {
    const both = Promise.withResolvers<void>();
    const waiting = (status: object) => async (review: Review) => {
      if (reviews.length === 2) both.resolve();
      await both.promise;
      return reply(review, { allowed: false, status });
    };
    answers.a = waiting({ message: 'a says no' });
    answers.b = waiting({ message: 'b says no' });
    await configure('Validating', 'second', hook('b'));
    await configure('Validating', 'first', hook('a'));
    expect((await create('x')).json.message).toBe('admission webhook "a.example.com" denied the request: a says no');
  });

  test('warn', async () => {
    answers.v = () => ({ allowed: true, warnings: ['mind the "gap"'] });
    await configure('Validating', 'v', hook('v'));
    const { status, headers } = await create('x');
    expect([status, headers.get('warning')]).toEqual([201, '299 - "mind the \\"gap\\""']);
  });

  test('warn as well when they deny', async () => {
    answers.v = (review) => reply(review, { allowed: false, status: { message: 'no' }, warnings: ['ask for b'] });
    await configure('Validating', 'v', hook('v'));
    const { status, headers } = await create('x');
    expect([status, headers.get('warning')]).toEqual([400, '299 - "ask for b"']);
  });

  test('have no say in their own configuration', async () => {
    answers.v = deny();
    const rules = [{ apiGroups: ['*'], apiVersions: ['*'], resources: ['*'], operations: ['*'] }];
    await configure('Validating', 'v', hook('v', { rules }));
    expect((await create('x')).status).toBe(400);
    reviews = [];
    expect((await cluster.call('DELETE', `${group}/validatingwebhookconfigurations/v`)).status).toBe(200);
    expect(reviews).toEqual([]);
    expect((await create('x')).status).toBe(201);
  });

  test('may not change anything', async () => {
    answers.v = () => patched(mark('b'));
    await configure('Validating', 'v', hook('v'));
    expect((await create('x')).json.message).toBe(
      'Internal error occurred: failed calling webhook "v.example.com": received invalid webhook response: validating webhook may not return response.patch',
    );
  });
});

describe('mutating webhooks', () => {
  test('change objects that have no name yet, and whose generation is counted', async () => {
    answers.m = () => patched({ op: 'add', path: '/metadata/labels', value: { m: 'yes' } });
    const rules = [
      {
        apiGroups: ['', 'apps'],
        apiVersions: ['v1'],
        resources: ['configmaps', 'deployments'],
        operations: ['CREATE'],
      },
    ];
    await configure('Mutating', 'm', hook('m', { rules }));
    const named = await cluster.call('POST', configMaps, { body: { metadata: { generateName: 'x-' } } });
    expect(named.json.metadata).toMatchObject({ name: expect.stringMatching(/^x-.{5}$/), labels: { m: 'yes' } });
    const labels = { app: 'd' };
    const template = { metadata: { labels }, spec: { containers: [{ name: 'c', image: 'i' }] } };
    const body = { metadata: { name: 'd' }, spec: { selector: { matchLabels: labels }, template } };
    const counted = await cluster.call('POST', '/apis/apps/v1/namespaces/default/deployments?dryRun=All', { body });
    expect(counted.json.metadata).toMatchObject({ generation: 1, labels: { m: 'yes' } });
  });

  test('are asked one after the other, by the names of their configurations; each sees what was made before', async () => {
    answers.b = () => patched(mark('b'));
    answers.a = () => patched(mark('first'), { op: 'remove', path: '/data/a' });
    await configure('Mutating', 'two', hook('b'));
    await configure('Mutating', 'one', hook('a'));
    const { json, status } = await create('x');
    expect(status).toBe(201);
    expect(json.data).toEqual({ first: 'yes', b: 'yes' });
    expect(reviews.map(({ request }) => request.object.data)).toEqual([{ a: '1' }, { first: 'yes' }]);
    expect(reviews[0]?.request.object.metadata).not.toHaveProperty('uid');
  });

  test('what they change is pruned, defaulted and validated', async () => {
    answers.m = () =>
      patched(
        { op: 'add', path: '/spec/containers/-', value: { name: 'side', image: 'i', nonsense: 1 } },
        { op: 'add', path: '/metadata/labels', value: { injected: 'yes' } },
      );
    const rules = [{ apiGroups: [''], apiVersions: ['v1'], resources: ['pods'], operations: ['CREATE'] }];
    await configure('Mutating', 'm', hook('m', { rules }));
    const { json } = await cluster.call('POST', '/api/v1/namespaces/default/pods', { body: aPod('p') });
    expect(json.spec.containers[1]).toMatchObject({ name: 'side', imagePullPolicy: 'Always', resources: {} });
    expect(json.spec.containers[1]).not.toHaveProperty('nonsense');
    expect(json.metadata.labels).toEqual({ injected: 'yes' });

    answers.m = () => patched({ op: 'add', path: '/spec/containers/-', value: { name: 'NOT VALID', image: 'i' } });
    const refused = await cluster.call('POST', '/api/v1/namespaces/default/pods', { body: aPod('q') });
    expect(refused.json).toMatchObject({ code: 422, reason: 'Invalid' });
  });

  test('are asked again where they want to be, once something has changed behind them', async () => {
    answers.a = ({ request }) => ('b' in request.object.data ? patched(mark('sawB')) : { allowed: true });
    answers.b = ({ request }) => ('b' in request.object.data ? { allowed: true } : patched(mark('b')));
    await configure('Mutating', 'm', hook('a', { reinvocationPolicy: 'IfNeeded' }), hook('b'));
    expect((await create('x')).json.data).toEqual({ a: '1', b: 'yes', sawB: 'yes' });
    expect(reviews.map(({ url: target }) => new URL(target).pathname)).toEqual(['/a', '/b', '/a']);
  });

  test('cannot change what is deleted', async () => {
    await create('x');
    answers.m = () => patched(mark('b'));
    await configure('Mutating', 'm', hook('m'));
    expect((await cluster.call('DELETE', `${configMaps}/x`)).json.message).toBe(
      'Internal error occurred: admission webhook "m.example.com" attempted to modify the object, which is not supported for this operation',
    );
  });

  test('patches that do not apply are the webhook’s fault', async () => {
    answers.m = () => patched({ op: 'remove', path: '/data/missing' });
    await configure('Mutating', 'm', hook('m', { failurePolicy: 'Ignore' }));
    expect((await create('x')).json).toMatchObject({ code: 500, reason: 'InternalError' });
  });

  test('see what controllers make, and the writes of a batch are all asked about', async () => {
    answers.m = () => patched(mark('b'));
    await configure('Mutating', 'm', hook('m'));
    const object = (name: string) => ({ metadata: { name, namespace: 'default' }, data: { a: '1' } });
    const results = await cluster.client.write(
      ['x', 'y'].map((name) => ({ verb: 'create', resource: 'configmaps', object: object(name) })),
    );
    expect(results.map(({ object: made }) => made?.data)).toEqual([
      { a: '1', b: 'yes' },
      { a: '1', b: 'yes' },
    ]);
  });
});

describe('which requests are meant', () => {
  const isAsked = async (more: object, body: object = {}) => {
    await configure('Validating', 'v', hook('v', more));
    await create('x', body);
    return reviews.length > 0;
  };
  const rule = (more: object) => ({
    rules: [{ apiGroups: [''], apiVersions: ['v1'], resources: ['configmaps'], operations: ['CREATE'], ...more }],
  });

  test.each([
    ['its rule', {}, true],
    ['another operation', { operations: ['UPDATE', 'DELETE'] }, false],
    ['another group', { apiGroups: ['apps'] }, false],
    ['another version', { apiVersions: ['v2'] }, false],
    ['wildcards', { apiGroups: ['*'], apiVersions: ['*'], resources: ['*'], operations: ['*'] }, true],
    ['subresources alone', { resources: ['configmaps/status'] }, false],
    ['any subresource and the resource itself', { resources: ['configmaps/*'] }, true],
    ['what is in a namespace', { scope: 'Namespaced' }, true],
    ['what is in none', { scope: 'Cluster' }, false],
  ])('by rules: %s', async (_name, more, expected) => {
    expect(await isAsked(rule(more))).toBe(expected);
  });

  test.each([
    [{ matchLabels: { team: 'a' } }, false],
    [{ matchExpressions: [{ key: 'kubernetes.io/metadata.name', operator: 'In', values: ['default'] }] }, true],
  ])('by the labels of the namespace: %j', async (namespaceSelector, expected) => {
    expect(await isAsked({ namespaceSelector })).toBe(expected);
  });

  test.each([
    ['a', true],
    ['b', false],
  ])('by the labels of the object: %s', async (team, expected) => {
    expect(
      await isAsked({ objectSelector: { matchLabels: { team: 'a' } } }, { metadata: { name: 'x', labels: { team } } }),
    ).toBe(expected);
  });

  test.each([
    ['object.data.a == "1" && request.operation == "CREATE"', true],
    ['request.userInfo.username != "admin"', false],
    ['authorizer.group("").resource("configmaps").check("delete").allowed()', true],
  ])('by conditions: %s', async (expression, expected) => {
    expect(await isAsked({ matchConditions: [{ name: 'c', expression }] })).toBe(expected);
  });

  test('conditions that fail', async () => {
    const matchConditions = [{ name: 'c', expression: 'object.data.missing == "1"' }];
    await configure('Validating', 'v', hook('v', { matchConditions }));
    expect((await create('x')).json).toMatchObject({
      code: 403,
      message: expect.stringContaining('no such key: missing'),
    });
    expect(reviews).toEqual([]);
  });
});

describe('webhooks that hang or lie', () => {
  const failed = 'Internal error occurred: failed calling webhook "v.example.com": ';
  const lies: [string, (review: Review) => Response | Promise<Response>, string][] = [
    [
      'unreachable',
      () => Promise.reject(new Error('connect: connection refused')),
      'failed to call webhook: Post "https://hooks.example/v?timeout=10s": connect: connection refused',
    ],
    [
      'an error',
      () => new Response('boom', { status: 500 }),
      'failed to call webhook: an error on the server ("boom") has prevented the request from succeeding',
    ],
    [
      'not found',
      () => new Response('', { status: 404 }),
      'failed to call webhook: the server could not find the requested resource',
    ],
    [
      'no JSON',
      () => new Response('<html>'),
      "failed to call webhook: couldn't get version/kind; json parse error: the body is no JSON object",
    ],
    [
      'no response',
      () => Response.json({ apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview' }),
      'received invalid webhook response: webhook response was absent',
    ],
    [
      'another kind',
      (review) => reply(review, { allowed: true }, { kind: 'Pod' }),
      'received invalid webhook response: expected webhook response of admission.k8s.io/v1, Kind=AdmissionReview, got admission.k8s.io/v1, Kind=Pod',
    ],
    [
      'too much',
      () => new Response('x'.repeat(3 * 1024 * 1024 + 1)),
      'failed to call webhook: Post "https://hooks.example/v?timeout=10s": the answer is larger than 3145728 bytes',
    ],
  ];

  test.each(lies)('%s', async (_name, answer, reason) => {
    answers.v = answer;
    await configure('Validating', 'v', hook('v'));
    const { json } = await create('x');
    expect(json).toMatchObject({ code: 500, reason: 'InternalError', message: failed + reason });
    expect((await cluster.call('GET', `${configMaps}/x`)).status).toBe(404);
  });

  test('the uid of another review', async () => {
    answers.v = () =>
      Response.json({
        apiVersion: 'admission.k8s.io/v1',
        kind: 'AdmissionReview',
        response: { uid: 'other', allowed: true },
      });
    await configure('Validating', 'v', hook('v'));
    const { json } = await create('x');
    const uid = reviews[0]?.request.uid;
    expect(json.message).toBe(
      `${failed}received invalid webhook response: expected response.uid="${uid}", got "other"`,
    );
  });

  test('a patch of no known type, or none at all', async () => {
    await configure('Mutating', 'v', hook('v'));
    answers.v = () => ({ allowed: true, patch: btoa('[]') });
    expect((await create('x')).json.message).toContain('webhook returned response.patch but not response.patchType');
    answers.v = () => ({ allowed: true, patch: btoa('{}'), patchType: 'JSONPatch' });
    expect((await create('x')).json.message).toContain('received undecodable patch in webhook response');
  });

  test('silence ends after the time limit', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      answers.v = () => new Promise(() => {});
      await configure('Validating', 'v', hook('v', { timeoutSeconds: 3 }));
      const created = create('x');
      await vi.waitUntil(() => reviews.length > 0);
      await vi.advanceTimersByTimeAsync(3000);
      expect((await created).json.message).toBe(
        `${failed}failed to call webhook: Post "https://hooks.example/v?timeout=3s": context deadline exceeded`,
      );
    } finally {
      vi.useRealTimers();
    }
  });

  test('failurePolicy Ignore lets the request pass, but not one that was refused', async () => {
    answers.v = () => new Response('', { status: 503 });
    await configure('Validating', 'v', hook('v', { failurePolicy: 'Ignore' }));
    expect((await create('x')).status).toBe(201);
    answers.v = () => ({ allowed: false });
    expect((await create('y')).status).toBe(400);
  });

  test('a dry run is not sent to a webhook that would act on it', async () => {
    await configure('Validating', 'v', hook('v'));
    const stored = cluster.cluster.store.list({
      resource: 'validatingwebhookconfigurations.admissionregistration.k8s.io',
    });
    expect(stored.items).toHaveLength(1);
    expect((await create('x', {}, '?dryRun=All')).status).toBe(201);
    expect((await cluster.call('GET', `${configMaps}/x`)).status).toBe(404);
  });

  test('AdmissionReview v1beta1 is spoken where nothing else is known', async () => {
    answers.v = (review) => reply(review, { allowed: true }, { apiVersion: 'admission.k8s.io/v1beta1' });
    await configure('Validating', 'v', hook('v', { admissionReviewVersions: ['v2', 'v1beta1'] }));
    expect((await create('x')).status).toBe(201);
    expect(reviews[0]?.apiVersion).toBe('admission.k8s.io/v1beta1');
  });
});

test('managed fields that a webhook breaks stay as they were', async () => {
  answers.m = () => patched({ op: 'replace', path: '/metadata/managedFields', value: [{ manager: 'evil' }] });
  await configure('Mutating', 'm', hook('m'));
  const { json, headers } = await create('x', {}, '?fieldManager=me');
  expect(json.metadata.managedFields).toMatchObject([{ manager: 'me', operation: 'Update' }]);
  expect(headers.get('warning')).toContain('.metadata.managedFields was in an invalid state after admission');
});
