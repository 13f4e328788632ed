import { beforeAll, describe, expect, it } from 'vitest';
import { ClusterFixture } from '../../../cluster/testing/fixture.ts';

const group = '/apis/authorization.k8s.io/v1';
const rbac = '/apis/rbac.authorization.k8s.io/v1/namespaces/default';
const pods = { verb: 'list', resource: 'pods', namespace: 'default' };

let cluster: ClusterFixture;
let jane: string;

beforeAll(async () => {
  cluster = await ClusterFixture.create();
  jane = await cluster.cluster.credentials.issue({ name: 'jane', groups: ['devs', 'system:authenticated'] });
  const rules = [{ verbs: ['list'], apiGroups: [''], resources: ['pods'] }];
  await cluster.call('POST', `${rbac}/roles`, { body: { metadata: { name: 'pods' }, rules } });
  const roleRef = { kind: 'Role', name: 'pods' };
  const subjects = [{ kind: 'Group', name: 'devs' }];
  await cluster.call('POST', `${rbac}/rolebindings`, { body: { metadata: { name: 'devs' }, roleRef, subjects } });
});

const ask = (plural: string, body: object, token = cluster.adminToken) =>
  cluster.call('POST', `${group}/${plural}`, { body, token });
const review = (spec: object) => ask('subjectaccessreviews', { spec });
const because = 'RBAC: allowed by RoleBinding "devs/default" of Role "pods" to Group "devs"';

describe('SubjectAccessReview', () => {
  it('tells whether somebody may, and by what', async () => {
    const spec = { user: 'joe', groups: ['devs'], resourceAttributes: pods };
    const { status, json } = await review(spec);
    expect({ status, json }).toEqual({
      status: 201,
      json: {
        kind: 'SubjectAccessReview',
        apiVersion: 'authorization.k8s.io/v1',
        metadata: {},
        spec,
        status: { allowed: true, reason: because },
      },
    });
    expect((await review({ ...spec, groups: [] })).json.status).toEqual({ allowed: false });
  });

  it('of paths', async () => {
    const allowed = async (path: string) =>
      (await review({ groups: ['system:unauthenticated'], nonResourceAttributes: { verb: 'get', path } })).json.status
        .allowed;
    expect([await allowed('/version'), await allowed('/metrics')]).toEqual([true, false]);
  });

  it('does not trip over selectors that it cannot read', async () => {
    const selectors = { labelSelector: { rawSelector: 'a in' }, fieldSelector: { rawSelector: 'a=b' } };
    const { json } = await review({ groups: ['devs'], resourceAttributes: { ...pods, ...selectors } });
    expect(json.status).toEqual({
      allowed: true,
      reason: because,
      evaluationError: 'spec.resourceAttributes.labelSelector ignored due to parse error',
    });
  });

  it.each([
    [{}, 'spec.resourceAttributes: Invalid value: "null": exactly one of nonResourceAttributes or resourceAttributes'],
    [{ resourceAttributes: pods }, 'spec.user: Invalid value: "": at least one of user or group must be specified'],
    [
      { user: 'joe', resourceAttributes: pods, nonResourceAttributes: { verb: 'get', path: '/' } },
      'spec.nonResourceAttributes: Invalid value: {"Path":"/","Verb":"get"}: cannot be specified in combination',
    ],
    [
      { user: 'joe', resourceAttributes: { ...pods, labelSelector: {} } },
      'spec.resourceAttributes.labelSelector.requirements: Required value: when spec.resourceAttributes.labelSelector is',
    ],
  ])('refuses %j', async (spec, message) => {
    const { status, json } = await review(spec);
    expect(status).toBe(422);
    expect(json.message).toContain(`SubjectAccessReview.authorization.k8s.io "" is invalid: `);
    expect(json.message).toContain(message);
  });

  it('has neither name nor spec of its own making', async () => {
    const spec = { user: 'joe', resourceAttributes: pods };
    expect((await ask('subjectaccessreviews', { metadata: { name: 'x' }, spec })).json.message).toContain(
      'metadata: Invalid value: {"name":"x"}: must be empty',
    );
    expect((await ask('subjectaccessreviews', {})).status).toBe(422);
    expect((await cluster.call('GET', `${group}/subjectaccessreviews`)).status).toBe(405);
  });

  it('is for those who may ask', async () => {
    expect((await ask('subjectaccessreviews', { spec: {} }, jane)).status).toBe(403);
  });
});

describe('LocalSubjectAccessReview', () => {
  const local = (spec: object, metadata = {}) =>
    ask('namespaces/default/localsubjectaccessreviews', { metadata, spec: { groups: ['devs'], ...spec } });

  it('is about its namespace', async () => {
    expect((await local({ resourceAttributes: pods })).json).toMatchObject({
      metadata: { namespace: 'default' },
      status: { allowed: true },
    });
    expect((await local({ resourceAttributes: { ...pods, namespace: 'other' } })).json.message).toBe(
      'LocalSubjectAccessReview.authorization.k8s.io "" is invalid: spec.resourceAttributes.namespace: Invalid value: "other": must match metadata.namespace',
    );
    expect((await local({ nonResourceAttributes: { verb: 'get', path: '/' } })).json.message).toContain(
      'disallowed on this kind of request',
    );
    expect((await local({ resourceAttributes: pods }, { namespace: 'other' })).status).toBe(400);
  });

  it('is nowhere else', async () => {
    expect((await ask('localsubjectaccessreviews', {})).status).toBe(404);
    expect((await ask('namespaces/default/subjectaccessreviews', {})).status).toBe(404);
  });
});

describe('SelfSubjectAccessReview', () => {
  it('is for everybody, about themselves', async () => {
    const mine = async (resourceAttributes: object) =>
      (await ask('selfsubjectaccessreviews', { spec: { resourceAttributes } }, jane)).json.status;
    expect(await mine(pods)).toEqual({ allowed: true, reason: because });
    expect(await mine({ ...pods, verb: 'delete' })).toEqual({ allowed: false });
  });
});

describe('SelfSubjectRulesReview', () => {
  it('lists what one may do in a namespace', async () => {
    const { json } = await ask('selfsubjectrulesreviews', { spec: { namespace: 'default' } }, jane);
    expect(json).toMatchObject({ kind: 'SelfSubjectRulesReview', spec: {}, status: { incomplete: false } });
    expect(json.status.resourceRules).toContainEqual({ verbs: ['list'], apiGroups: [''], resources: ['pods'] });
    expect(json.status.nonResourceRules).toContainEqual({
      verbs: ['get'],
      nonResourceURLs: ['/healthz', '/livez', '/readyz', '/version', '/version/'],
    });
    expect((await ask('selfsubjectrulesreviews', { spec: {} }, jane)).json.message).toBe('no namespace on request');
  });

  it('does not claim to know all that a node may do', async () => {
    const node = await cluster.cluster.credentials.issue({
      name: 'system:node:n1',
      groups: ['system:nodes', 'system:authenticated'],
    });
    const { json } = await ask('selfsubjectrulesreviews', { spec: { namespace: 'default' } }, node);
    expect(json.status).toMatchObject({
      incomplete: true,
      evaluationError: 'node authorizer does not support user rule resolution',
    });
  });
});

describe('SelfSubjectReview', () => {
  it('tells as whom one is taken', async () => {
    const path = '/apis/authentication.k8s.io/v1/selfsubjectreviews';
    expect((await cluster.call('POST', path, { token: jane, body: {} })).json).toEqual({
      kind: 'SelfSubjectReview',
      apiVersion: 'authentication.k8s.io/v1',
      metadata: { creationTimestamp: '2026-01-02T03:04:05Z' },
      status: { userInfo: { username: 'jane', groups: ['devs', 'system:authenticated'] } },
    });
  });
});
