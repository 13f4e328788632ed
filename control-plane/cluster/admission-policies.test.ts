import { beforeEach, describe, expect, test } from 'vitest';
import { aPod, ClusterFixture } from './testing/fixture.ts';

const group = '/apis/admissionregistration.k8s.io/v1';
const deployments = {
  apiGroups: ['apps'],
  apiVersions: ['v1'],
  operations: ['CREATE', 'UPDATE'],
  resources: ['deployments'],
};
const pods = { ...deployments, apiGroups: [''], resources: ['pods'] };

let cluster: ClusterFixture;
beforeEach(async () => {
  cluster = await ClusterFixture.create();
});

async function make(path: string, body: object): Promise<void> {
  const reply = await cluster.call('POST', path, { body });
  if (reply.status !== 201) throw new Error(reply.text);
}

const apiVersion = 'admissionregistration.k8s.io/v1';

async function validating(name: string, spec: object, binding: object = {}): Promise<void> {
  const matchConstraints = { resourceRules: [deployments] };
  await make(`${group}/validatingadmissionpolicies`, {
    ...{ apiVersion, kind: 'ValidatingAdmissionPolicy', metadata: { name } },
    spec: { matchConstraints, ...spec },
  });
  await make(`${group}/validatingadmissionpolicybindings`, {
    ...{ apiVersion, kind: 'ValidatingAdmissionPolicyBinding', metadata: { name: `${name}-binding` } },
    spec: { policyName: name, validationActions: ['Deny'], ...binding },
  });
}

async function mutating(name: string, spec: object, binding: object = {}): Promise<void> {
  await make(`${group}/mutatingadmissionpolicies`, {
    ...{ apiVersion, kind: 'MutatingAdmissionPolicy', metadata: { name } },
    spec: { matchConstraints: { resourceRules: [deployments] }, reinvocationPolicy: 'Never', ...spec },
  });
  await make(`${group}/mutatingadmissionpolicybindings`, {
    ...{ apiVersion, kind: 'MutatingAdmissionPolicyBinding', metadata: { name: `${name}-binding` } },
    spec: { policyName: name, ...binding },
  });
}

function deployment(name: string, replicas: number, metadata: object = {}) {
  const template = {
    metadata: { labels: { app: name } },
    spec: { containers: [{ name: 'a', image: 'example.com/a' }] },
  };
  return {
    ...{ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name, ...metadata } },
    spec: { replicas, selector: { matchLabels: { app: name } }, template },
  };
}

const deploymentsPath = '/apis/apps/v1/namespaces/default/deployments';

function create(name: string, replicas: number, metadata: object = {}) {
  return cluster.call('POST', deploymentsPath, { body: deployment(name, replicas, metadata) });
}

describe('ValidatingAdmissionPolicies', () => {
  test('deny what their expressions do not accept, on every way of writing', async () => {
    await validating('replica-limit', { validations: [{ expression: 'object.spec.replicas <= 5' }] });
    const message =
      "ValidatingAdmissionPolicy 'replica-limit' with binding 'replica-limit-binding' denied request: failed expression: object.spec.replicas <= 5";
    const denied = await create('big', 6);
    expect(denied.status).toBe(422);
    expect(denied.json).toMatchObject({
      message: `deployments.apps "big" is forbidden: ${message}`,
      reason: 'Invalid',
      details: { name: 'big', group: 'apps', kind: 'deployments', causes: [{ message }] },
    });
    expect((await create('small', 5)).status).toBe(201);
    const path = `${deploymentsPath}/small`;
    const type = { 'content-type': 'application/merge-patch+json' };
    expect((await cluster.call('PATCH', path, { body: { spec: { replicas: 6 } }, headers: type })).status).toBe(422);
    const apply = { 'content-type': 'application/apply-patch+yaml' };
    const applied = { apiVersion: 'apps/v1', kind: 'Deployment', spec: { replicas: 7 } };
    const applying = await cluster.call('PATCH', `${path}?fieldManager=a&force=true`, {
      body: applied,
      headers: apply,
    });
    expect(applying.status).toBe(422);
    expect((await cluster.call('PATCH', path, { body: { spec: { replicas: 4 } }, headers: type })).status).toBe(200);
    expect((await cluster.call('POST', `${deploymentsPath}?dryRun=All`, { body: deployment('dry', 9) })).status).toBe(
      422,
    );
  });

  test('messages, reasons and variables', async () => {
    await validating('messages', {
      variables: [
        { name: 'limit', expression: '3' },
        { name: 'over', expression: 'object.spec.replicas - variables.limit' },
      ],
      validations: [
        {
          expression: 'variables.over <= 0',
          messageExpression: "'too many by ' + string(variables.over)",
          reason: 'Forbidden',
        },
        { expression: "!('bad' in object.metadata.?labels.orValue({}))", message: 'bad label' },
      ],
    });
    expect((await create('a', 5)).json).toMatchObject({
      code: 403,
      reason: 'Forbidden',
      message: expect.stringMatching(/denied request: too many by 2$/),
    });
    expect((await create('a', 1, { labels: { bad: 'x' } })).json.message).toMatch(/denied request: bad label$/);
    expect((await create('a', 1)).status).toBe(201);
  });

  test('warn and take notes', async () => {
    await validating(
      'warned',
      {
        validations: [{ expression: 'object.spec.replicas <= 5', message: 'many' }],
        auditAnnotations: [{ key: 'replicas', valueExpression: "'count ' + string(object.spec.replicas)" }],
      },
      { validationActions: ['Warn', 'Audit'] },
    );
    const reply = await create('big', 6);
    expect(reply.status).toBe(201);
    expect(reply.headers.get('warning')).toBe(
      `299 - "Validation failed for ValidatingAdmissionPolicy 'warned' with binding 'warned-binding': many"`,
    );
    const { registry, store, kinds } = cluster.cluster;
    const auditAnnotations: Record<string, string> = {};
    const kind = kinds.byResource('deployments.apps')!;
    const target = { verb: 'create', kind, namespace: 'default', user: { name: 'a', groups: [] } } as const;
    const options = { fieldManager: 'a', dryRun: true, auditAnnotations };
    store.transaction((tx) => registry.write(tx, { ...target, ...options, body: deployment('noted', 6) }));
    expect(auditAnnotations).toMatchObject({
      'warned/replicas': 'count 6',
      'validation.policy.admission.k8s.io/validation_failure': JSON.stringify([
        {
          message: 'many',
          policy: 'warned',
          binding: 'warned-binding',
          expressionIndex: 0,
          validationActions: ['Warn', 'Audit'],
        },
      ]),
    });
  });

  test('mean what their constraints, conditions and bindings say', async () => {
    await make('/api/v1/namespaces', { metadata: { name: 'prod', labels: { env: 'prod' } } });
    const conditions = [{ name: 'not-exempt', expression: "!('exempt' in object.metadata.?labels.orValue({}))" }];
    await validating(
      'prod-only',
      {
        matchConditions: conditions,
        validations: [{ expression: "object.spec.replicas < 2 && namespaceObject.metadata.labels.env == 'prod'" }],
      },
      { matchResources: { namespaceSelector: { matchLabels: { env: 'prod' } } } },
    );
    expect((await create('a', 3)).status).toBe(201);
    const prod = '/apis/apps/v1/namespaces/prod/deployments';
    expect((await cluster.call('POST', prod, { body: deployment('a', 3) })).status).toBe(422);
    expect((await cluster.call('POST', prod, { body: deployment('a', 1) })).status).toBe(201);
    const exempt = deployment('b', 3, { labels: { exempt: 'yes' } });
    expect((await cluster.call('POST', prod, { body: exempt })).status).toBe(201);
  });

  test('parameters: one by name, several by labels, and none', async () => {
    const limit = (name: string, max: string) =>
      make('/api/v1/namespaces/default/configmaps', { metadata: { name, labels: { limits: 'yes' } }, data: { max } });
    const spec = {
      paramKind: { apiVersion: 'v1', kind: 'ConfigMap' },
      validations: [
        { expression: 'object.spec.replicas <= int(params.data.max)', messageExpression: "'max ' + params.data.max" },
      ],
    };
    await validating('by-name', spec, { paramRef: { name: 'limit', parameterNotFoundAction: 'Deny' } });
    const missing = await create('a', 1);
    expect(missing.json.message).toContain(
      "'by-name' with binding 'by-name-binding' denied request: failed to configure binding: no params found for policy binding with `Deny` parameterNotFoundAction",
    );
    await limit('limit', '3');
    expect((await create('a', 4)).json.message).toMatch(/max 3$/);
    expect((await create('a', 3)).status).toBe(201);
    await limit('stricter', '1');
    await validating('by-label', spec, {
      paramRef: { selector: { matchLabels: { limits: 'yes' } }, parameterNotFoundAction: 'Allow' },
    });
    expect((await create('b', 2)).json.message).toMatch(/max 1$/);
    expect((await create('b', 1)).status).toBe(201);
    await validating('unknown', { ...spec, paramKind: { apiVersion: 'x.example.com/v1', kind: 'None' } });
    expect((await create('c', 1)).json.message).toMatch(
      /ValidatingAdmissionPolicy 'unknown' denied request: failed to configure policy: failed to find resource referenced by paramKind: 'x.example.com\/v1, Kind=None'$/,
    );
  });

  test('what cannot be evaluated is decided by the failure policy', async () => {
    await validating('failing', { validations: [{ expression: 'object.spec.none.field > 1' }] });
    expect((await create('a', 1)).json.message).toMatch(
      /denied request: expression 'object.spec.none.field > 1' resulted in error: no such key: none$/,
    );
    const ignoring = { 'content-type': 'application/merge-patch+json' };
    const path = `${group}/validatingadmissionpolicies/failing`;
    await cluster.call('PATCH', path, { body: { spec: { failurePolicy: 'Ignore' } }, headers: ignoring });
    expect((await create('a', 1)).status).toBe(201);
  });

  test('all expressions of a policy together have a budget', async () => {
    const hungry = 'lists.range(2000).all(x, lists.range(2000).all(y, x + y >= 0))';
    const validations = Array.from({ length: 50 }, () => ({ expression: `${hungry} || true` }));
    await validating('hungry', { validations });
    expect((await create('a', 1)).json.message).toMatch(
      /denied request: validation failed due to running out of cost budget, no further validation rules will be run$/,
    );
  });

  test('may ask what users are allowed to', async () => {
    await validating('authorized', {
      validations: [{ expression: "authorizer.group('example.com').resource('gates').check('open').allowed()" }],
    });
    expect((await create('a', 1)).status).toBe(201);
    const user = { 'impersonate-user': 'jane' };
    await make('/apis/rbac.authorization.k8s.io/v1/clusterroles', {
      metadata: { name: 'deployer' },
      rules: [{ apiGroups: ['apps'], resources: ['deployments'], verbs: ['create'] }],
    });
    await make('/apis/rbac.authorization.k8s.io/v1/clusterrolebindings', {
      metadata: { name: 'jane' },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'deployer' },
      subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: 'jane' }],
    });
    const asJane = await cluster.call('POST', deploymentsPath, { body: deployment('b', 1), headers: user });
    expect(asJane.json).toMatchObject({ code: 422 });
  });

  test('deletions and connections', async () => {
    const rule = { ...pods, operations: ['DELETE'] };
    await validating('keep', {
      matchConstraints: { resourceRules: [rule] },
      validations: [
        { expression: "oldObject.metadata.name != 'kept' && object == null && request.operation == 'DELETE'" },
      ],
    });
    await make('/api/v1/namespaces/default/pods', aPod('kept'));
    await make('/api/v1/namespaces/default/pods', aPod('other'));
    expect((await cluster.call('DELETE', '/api/v1/namespaces/default/pods/kept')).status).toBe(422);
    expect((await cluster.call('DELETE', '/api/v1/namespaces/default/pods/other')).status).toBe(200);
  });

  test('have no say in each other, and stop with their bindings', async () => {
    const everything = { apiGroups: ['*'], apiVersions: ['*'], operations: ['*'], resources: ['*'] };
    await validating('nothing', {
      matchConstraints: { resourceRules: [everything] },
      validations: [{ expression: 'false' }],
    });
    expect((await create('a', 1)).status).toBe(422);
    const binding = `${group}/validatingadmissionpolicybindings/nothing-binding`;
    expect((await cluster.call('DELETE', binding)).status).toBe(200);
    expect((await create('a', 1)).status).toBe(201);
  });
});

describe('MutatingAdmissionPolicies', () => {
  const applying = (expression: string) => [{ patchType: 'ApplyConfiguration', applyConfiguration: { expression } }];
  const patching = (expression: string) => [{ patchType: 'JSONPatch', jsonPatch: { expression } }];

  test('merge configurations', async () => {
    const expression = `Object{
      metadata: Object.metadata{labels: {"team": "a"}},
      spec: Object.spec{
        replicas: object.spec.replicas + 1,
        template: Object.spec.template{spec: Object.spec.template.spec{
          initContainers: [Object.spec.template.spec.initContainers{name: "side", image: "example.com/side", restartPolicy: "Always"}]
        }}
      }
    }`;
    await mutating('sidecar', { mutations: applying(expression) });
    const { json } = await create('a', 1, { labels: { own: 'x' } });
    expect(json).toMatchObject({
      metadata: { labels: { own: 'x', team: 'a' } },
      spec: {
        replicas: 2,
        template: {
          spec: { containers: [{ name: 'a' }], initContainers: [{ name: 'side', terminationMessagePolicy: 'File' }] },
        },
      },
    });
  });

  test('apply JSON patches, unless a test fails', async () => {
    await mutating('patched', {
      matchConstraints: { resourceRules: [deployments] },
      mutations: [
        ...patching(`[
          JSONPatch{op: "test", path: "/spec/replicas", value: 1},
          JSONPatch{op: "add", path: "/metadata/annotations", value: {"a": "b"}},
          JSONPatch{op: "add", path: "/metadata/annotations/" + jsonpatch.escapeKey("example.com/x"), value: "y"}
        ]`),
      ],
    });
    expect((await create('one', 1)).json.metadata.annotations).toMatchObject({ a: 'b', 'example.com/x': 'y' });
    expect((await create('two', 2)).json.metadata).not.toHaveProperty('annotations');
  });

  test('see what others have made, and validations see all of it', async () => {
    await mutating('first', {
      reinvocationPolicy: 'IfNeeded',
      mutations: applying(
        'Object{metadata: Object.metadata{labels: {"second-seen": has(object.metadata.labels) && "second" in object.metadata.labels ? "yes" : "no"}}}',
      ),
    });
    await mutating('second', { mutations: applying('Object{metadata: Object.metadata{labels: {"second": "here"}}}') });
    await validating('judge', { validations: [{ expression: "object.metadata.labels.second == 'here'" }] });
    expect((await create('a', 1)).json.metadata.labels).toEqual({ second: 'here', 'second-seen': 'yes' });
  });

  test.each([
    [
      applying('Object{spec: Object.spec{template: Object.spec.wrong{}}}'),
      /type mismatch: unexpected type name "Object.spec.wrong", expected "Object.spec.template", which matches field name path from root Object type$/,
    ],
    [
      applying('Object{spec: Object.spec{selector: Object.spec.selector{matchLabels: {"a": "b"}}}}'),
      /error applying patch: invalid ApplyConfiguration: may not mutate atomic arrays, maps or structs: .spec.selector$/,
    ],
    [
      patching('[JSONPatch{op: "replace", path: "/spec/none", value: 1}]'),
      /JSON Patch: replace operation does not apply: doc is missing path: "\/spec\/none": missing value$/,
    ],
    [applying('Object{spec: Object.spec{replicas: object.none}}'), /resulted in error: no such key: none$/],
  ])('fail where they cannot be applied: %j', async (mutations, message) => {
    await mutating('broken', { mutations });
    const { json } = await create('a', 1);
    expect(json).toMatchObject({ code: 403, reason: 'Invalid' });
    expect(json.message).toMatch(/^policy 'broken' with binding 'broken-binding' denied request: /);
    expect(json.message).toMatch(message);
    const headers = { 'content-type': 'application/merge-patch+json' };
    await cluster.call('PATCH', `${group}/mutatingadmissionpolicies/broken`, {
      body: { spec: { failurePolicy: 'Ignore' } },
      headers,
    });
    expect((await create('a', 1)).status).toBe(201);
  });

  test('with parameters', async () => {
    await make('/api/v1/namespaces/default/configmaps', { metadata: { name: 'team' }, data: { team: 'blue' } });
    await mutating(
      'labelled',
      {
        paramKind: { apiVersion: 'v1', kind: 'ConfigMap' },
        mutations: applying('Object{metadata: Object.metadata{labels: {"team": string(params.data.team)}}}'),
      },
      { paramRef: { name: 'team', parameterNotFoundAction: 'Deny' } },
    );
    expect((await create('a', 1)).json.metadata.labels).toEqual({ team: 'blue' });
  });
});

describe('who may write them', () => {
  const rules = [
    { apiGroups: ['admissionregistration.k8s.io'], resources: ['*'], verbs: ['create', 'get'] },
    { apiGroups: [''], resources: ['configmaps'], resourceNames: ['mine'], verbs: ['get'] },
  ];
  const asJane = (path: string, body: object) =>
    cluster.call('POST', path, { body, headers: { 'impersonate-user': 'jane' } });

  beforeEach(async () => {
    const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'policies' };
    const subjects = [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: 'jane' }];
    await make('/apis/rbac.authorization.k8s.io/v1/clusterroles', { metadata: { name: 'policies' }, rules });
    await make('/apis/rbac.authorization.k8s.io/v1/clusterrolebindings', {
      metadata: { name: 'jane' },
      roleRef,
      subjects,
    });
  });

  test('parameters are theirs to read', async () => {
    const spec = {
      matchConstraints: { resourceRules: [deployments] },
      paramKind: { apiVersion: 'v1', kind: 'ConfigMap' },
      validations: [{ expression: 'params.data.x == "y"' }],
    };
    const refused = await asJane(`${group}/validatingadmissionpolicies`, { metadata: { name: 'p' }, spec });
    expect(refused.json).toMatchObject({
      code: 422,
      message: `ValidatingAdmissionPolicy.admissionregistration.k8s.io "p" is invalid: spec.paramKind: Forbidden: user &{jane  [system:authenticated] map[]} must have "get" permission on all objects of the referenced paramKind (kind=ConfigMap, apiVersion=v1)`,
    });
    await make(`${group}/validatingadmissionpolicies`, { metadata: { name: 'p' }, spec });
    const bind = (name: string) =>
      asJane(`${group}/validatingadmissionpolicybindings`, {
        metadata: { name },
        spec: {
          policyName: 'p',
          validationActions: ['Deny'],
          paramRef: { name, namespace: 'default', parameterNotFoundAction: 'Deny' },
        },
      });
    expect((await bind('other')).json.message).toMatch(
      /spec.paramRef: Forbidden: user .* does not have "get" permission on the object referenced by paramRef$/,
    );
    expect((await bind('mine')).status).toBe(201);
  });
});
