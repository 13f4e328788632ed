import { beforeEach, expect, test } from 'vitest';
import { internalHeaders } from '../apiserver/http/internal-headers.ts';
import type { StreamPlan } from '../apiserver/http/verbs/log.ts';
import { aPod, ClusterFixture, type Reply } from './testing/fixture.ts';

const group = '/apis/admissionregistration.k8s.io/v1';
const pods = '/api/v1/namespaces/default/pods';
const proxies = { apiGroups: [''], apiVersions: ['v1'], resources: ['pods/proxy'], operations: ['CONNECT'] };

let cluster: ClusterFixture;
let reviews: { request: Record<string, unknown> & { uid: string } }[];
let answer: object;

beforeEach(async () => {
  cluster = await ClusterFixture.create();
  reviews = [];
  answer = { allowed: true };
  cluster.outside = async ({ body }) => {
    const review = JSON.parse(body) as (typeof reviews)[number];
    reviews.push(review);
    return Response.json({
      ...{ apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview' },
      response: { uid: review.request.uid, ...answer },
    });
  };
  await make(pods, aPod('web'));
  await cluster.call('POST', `${pods}/web/binding`, { body: { target: { kind: 'Node', name: 'n' } } });
  await cluster.call('PATCH', `${pods}/web/status`, {
    headers: { 'content-type': 'application/merge-patch+json' },
    body: { status: { podIP: '10.0.0.5', podIPs: [{ ip: '10.0.0.5' }] } },
  });
});

async function make(path: string, body: object): Promise<void> {
  const reply = await cluster.call('POST', path, { body });
  if (reply.status !== 201) throw new Error(reply.text);
}

async function configure(kind: 'mutating' | 'validating'): Promise<void> {
  const client = {
    sideEffects: 'None',
    admissionReviewVersions: ['v1'],
    clientConfig: { url: 'https://hooks.example/x' },
  };
  const webhooks = [{ name: 'x.example.com', rules: [proxies], ...client }];
  await make(`${group}/${kind}webhookconfigurations`, { metadata: { name: 'x' }, webhooks });
}

function pathOf({ headers }: Reply): string {
  const plan = JSON.parse(decodeURIComponent(headers.get(internalHeaders.streamPlan) ?? '')) as StreamPlan;
  const { request } = plan.message;
  return request.kind === 'http' ? request.path : '';
}

test('a connection is reviewed with its options, and nothing else', async () => {
  await configure('validating');
  const reply = await cluster.call('POST', `${pods}/http:web:80/proxy/a%20b/c/?d=e`, { body: { any: 'thing' } });
  expect(pathOf(reply)).toBe('/a%20b/c/?d=e');
  expect(reviews).toMatchObject([
    {
      request: {
        operation: 'CONNECT',
        kind: { group: '', version: 'v1', kind: 'PodProxyOptions' },
        resource: { group: '', version: 'v1', resource: 'pods' },
        subResource: 'proxy',
        requestSubResource: 'proxy',
        name: 'http:web:80',
        namespace: 'default',
        object: { apiVersion: 'v1', kind: 'PodProxyOptions', path: '/a b/c/' },
        oldObject: null,
        options: null,
        dryRun: false,
      },
    },
  ]);
});

test('a webhook refuses a connection, and may warn of it', async () => {
  await configure('validating');
  answer = { allowed: false, status: { message: 'not through here' }, warnings: ['think twice'] };
  const { json, headers } = await cluster.call('GET', `${pods}/web/proxy/`);
  expect(json).toMatchObject({
    code: 400,
    message: 'admission webhook "x.example.com" denied the request: not through here',
  });
  expect(headers.get('warning')).toContain('think twice');
});

test('a webhook leads a connection elsewhere', async () => {
  await configure('mutating');
  const patch = btoa(JSON.stringify([{ op: 'replace', path: '/path', value: '/other place' }]));
  answer = { allowed: true, patchType: 'JSONPatch', patch };
  expect(pathOf(await cluster.call('GET', `${pods}/web/proxy/x?y=z`))).toBe('/other%20place?y=z');
});

test('a policy refuses connections', async () => {
  await make(`${group}/validatingadmissionpolicies`, {
    metadata: { name: 'no-secrets' },
    spec: {
      matchConstraints: { resourceRules: [proxies] },
      validations: [{ expression: "!object.path.startsWith('/secret')", message: 'that is secret' }],
    },
  });
  await make(`${group}/validatingadmissionpolicybindings`, {
    metadata: { name: 'no-secrets' },
    spec: { policyName: 'no-secrets', validationActions: ['Deny'] },
  });
  expect((await cluster.call('GET', `${pods}/web/proxy/secret/x`)).json).toMatchObject({
    code: 422,
    message:
      "pods \"web\" is forbidden: ValidatingAdmissionPolicy 'no-secrets' with binding 'no-secrets' denied request: that is secret",
  });
  expect(pathOf(await cluster.call('GET', `${pods}/web/proxy/public`))).toBe('/public');
});

test('a connection writes nothing', async () => {
  const { revision } = cluster.cluster.store;
  await cluster.call('GET', `${pods}/web/proxy/`);
  expect(cluster.cluster.store.revision).toBe(revision);
});
