import { expect } from 'vitest';
import { apiOperations } from '../harness/api-operations.ts';
import { type Conformance, conforms } from '../harness/conforms.ts';
import { kinds } from '../harness/kinds.ts';
import { refused } from '../harness/wait.ts';

/** Rules of policies that are only written and read. */
const nothingRuled = {
  resourceRules: [
    { apiGroups: ['none.example.com'], apiVersions: ['v1'], operations: ['CREATE'], resources: ['none'] },
  ],
};

conforms('ValidatingAdmissionPolicy API', async (t) => {
  const warning = { fieldRef: 'spec.validations[0].expression', warning: 'a warning' };
  const condition = {
    type: 'Checked',
    status: 'True',
    reason: 'Test',
    message: 'by a test',
    lastTransitionTime: '2026-01-02T03:04:05Z',
  };
  await apiOperations(t, {
    kind: kinds.validatingAdmissionPolicy,
    draft: () => ({
      spec: { matchConstraints: nothingRuled, validations: [{ expression: 'object.spec.replicas <= 5' }] },
    }),
    statuses: [{ typeChecking: { expressionWarnings: [warning] } }, { conditions: [condition] }],
  });
});

conforms('ValidatingAdmissionPolicyBinding API', async (t) => {
  await apiOperations(t, {
    kind: kinds.validatingAdmissionPolicyBinding,
    draft: () => ({ spec: { policyName: 'absent.example.com', validationActions: ['Deny'] } }),
  });
});

conforms('MutatingAdmissionPolicy API', async (t) => {
  const expression = 'Object{metadata: Object.metadata{annotations: {"mutated": "yes"}}}';
  await apiOperations(t, {
    kind: kinds.mutatingAdmissionPolicy,
    draft: () => ({
      spec: {
        matchConstraints: nothingRuled,
        mutations: [{ patchType: 'ApplyConfiguration', applyConfiguration: { expression } }],
        reinvocationPolicy: 'Never',
      },
    }),
  });
});

conforms('MutatingAdmissionPolicyBinding API', async (t) => {
  await apiOperations(t, {
    kind: kinds.mutatingAdmissionPolicyBinding,
    draft: () => ({ spec: { policyName: 'absent.example.com' } }),
  });
});

/** The rules of policies that mean the Deployments of one test. */
function deploymentsOf({ namespace }: Conformance) {
  return {
    resourceRules: [
      { apiGroups: ['apps'], apiVersions: ['v1'], operations: ['CREATE', 'UPDATE'], resources: ['deployments'] },
    ],
    namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': namespace } },
  };
}

function aDeployment(name: string, replicas: number) {
  const labels = { app: name };
  const containers = [{ name: 'nginx', image: 'registry.k8s.io/e2e-test-images/nginx:1.14-4' }];
  return {
    metadata: { name, labels },
    spec: { replicas, selector: { matchLabels: labels }, template: { metadata: { labels }, spec: { containers } } },
  };
}

async function validates(t: Conformance, spec: object): Promise<string> {
  const name = t.unique('validates');
  const bindings = t.resource(kinds.validatingAdmissionPolicyBinding);
  const policies = t.resource(kinds.validatingAdmissionPolicy);
  await policies.create({ metadata: { name }, spec: { matchConstraints: deploymentsOf(t), ...spec } });
  t.cleanUp(() => policies.delete(name));
  await bindings.create({ metadata: { name }, spec: { policyName: name, validationActions: ['Deny'] } });
  t.cleanUp(() => bindings.delete(name));
  return name;
}

async function mutates(t: Conformance, expression: string): Promise<void> {
  const name = t.unique('mutates');
  const bindings = t.resource(kinds.mutatingAdmissionPolicyBinding);
  const policies = t.resource(kinds.mutatingAdmissionPolicy);
  const mutations = [{ patchType: 'ApplyConfiguration', applyConfiguration: { expression } }];
  const spec = { matchConstraints: deploymentsOf(t), mutations, reinvocationPolicy: 'Never' };
  await policies.create({ metadata: { name }, spec });
  t.cleanUp(() => policies.delete(name));
  await bindings.create({ metadata: { name }, spec: { policyName: name } });
  t.cleanUp(() => bindings.delete(name));
}

conforms({ name: 'ValidatingAdmissionPolicy', case: 'a Deployment' }, async (t) => {
  const deployments = t.resource(kinds.deployment);
  const name = await validates(t, {
    validations: [
      {
        expression: 'object.spec.replicas > 1',
        messageExpression: "'wants replicas > 1, got ' + string(object.spec.replicas)",
      },
      {
        expression: 'namespaceObject.metadata.name == object.metadata.namespace',
        message: 'Internal error! Other namespace',
      },
    ],
  });
  await refused(deployments.create(aDeployment('replicated', 1)), {
    code: 422,
    reason: 'Invalid',
    message: `ValidatingAdmissionPolicy '${name}' with binding '${name}' denied request: wants replicas > 1, got 1`,
  });
  await deployments.create(aDeployment('replicated', 2));
});

conforms({ name: 'ValidatingAdmissionPolicy', case: 'variables' }, async (t) => {
  const deployments = t.resource(kinds.deployment);
  await validates(t, {
    variables: [
      { name: 'replicas', expression: 'object.spec.replicas' },
      { name: 'oddReplicas', expression: 'variables.replicas % 2 == 1' },
    ],
    validations: [{ expression: 'variables.replicas > 1' }, { expression: 'variables.oddReplicas' }],
  });
  await refused(deployments.create(aDeployment('replicated', 1)), { code: 422, message: 'variables.replicas > 1' });
  await refused(deployments.create(aDeployment('replicated', 4)), { code: 422, message: 'variables.oddReplicas' });
  await deployments.create(aDeployment('replicated', 3));
});

conforms({ name: 'MutatingAdmissionPolicy', case: 'a Deployment' }, async (t) => {
  const deployments = t.resource(kinds.deployment);
  await mutates(t, 'Object{spec: Object.spec{replicas: object.spec.replicas + 1}}');
  const { spec } = await deployments.create(aDeployment('replicated', 1));
  expect(spec?.replicas).toBe(2);
});

conforms({ name: 'MutatingAdmissionPolicy', case: 'annotations' }, async (t) => {
  const deployments = t.resource(kinds.deployment);
  await mutates(t, 'Object{metadata: Object.metadata{annotations: {"my-foo-annotation": "myAnnotationValue"}}}');
  const { metadata } = await deployments.create(aDeployment('annotated', 1));
  expect(metadata.annotations).toMatchObject({ 'my-foo-annotation': 'myAnnotationValue' });
});
