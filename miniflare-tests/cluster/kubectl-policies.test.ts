import { afterAll, beforeAll, it } from 'vitest';
import { startCluster, type TestCluster } from '../../testing/index.ts';
import { createKubectl, type RunKubectl } from './kubectl.ts';
import { type Stop, stdin, tour } from './kubectl-tour.ts';

let cluster: TestCluster;
let kubectl: RunKubectl;

beforeAll(async () => {
  cluster = await startCluster();
  kubectl = createKubectl(cluster.kubeconfigPath);
});

afterAll(() => cluster.stop());

const apiVersion = 'admissionregistration.k8s.io/v1';
const deployments = {
  apiGroups: ['apps'],
  apiVersions: ['v1'],
  operations: ['CREATE', 'UPDATE'],
  resources: ['deployments'],
};

const policy = (name: string, spec: object) => ({
  ...{ apiVersion, kind: 'ValidatingAdmissionPolicy', metadata: { name } },
  spec: { failurePolicy: 'Fail', matchConstraints: { resourceRules: [deployments] }, ...spec },
});

const binding = (name: string, policyName: string, spec: object = {}) => ({
  ...{ apiVersion, kind: 'ValidatingAdmissionPolicyBinding', metadata: { name } },
  spec: { policyName, validationActions: ['Deny'], ...spec },
});

const testNamespaces = { namespaceSelector: { matchLabels: { environment: 'test' } } };

const replicaLimits = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'replicalimits.rules.example.com' },
  spec: {
    group: 'rules.example.com',
    scope: 'Namespaced',
    names: { plural: 'replicalimits', singular: 'replicalimit', kind: 'ReplicaLimit' },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        schema: { openAPIV3Schema: { type: 'object', properties: { maxReplicas: { type: 'integer' } } } },
      },
    ],
  },
};

/** The object is made out of its manifest. */
const applied = (object: object): Stop => ({
  run: 'apply -f -',
  input: stdin(object),
  stdout: /created/,
});

const tours: Record<string, Stop[]> = {
  'limits on replicas where a label says so': [
    { run: 'create namespace test', stdout: /created/ },
    { run: 'label namespace test environment=test', stdout: /labeled/ },
    applied(policy('demo-policy.example.com', { validations: [{ expression: 'object.spec.replicas <= 5' }] })),
    applied(binding('demo-binding-test.example.com', 'demo-policy.example.com', { matchResources: testNamespaces })),
    {
      run: 'get validatingadmissionpolicies',
      stdout: /^NAME +VALIDATIONS +PARAMKIND +AGE\ndemo-policy.example.com +1 +<unset> +\d+s/,
    },
    {
      run: 'get validatingadmissionpolicybindings',
      stdout: /^NAME +POLICYNAME +PARAMREF +AGE\ndemo-binding-test.example.com +demo-policy.example.com +<unset> +\d+s/,
    },
    {
      run: 'create deployment many --image=nginx --replicas=6 -n test',
      code: 1,
      stderr:
        /ValidatingAdmissionPolicy 'demo-policy.example.com' with binding 'demo-binding-test.example.com' denied request: failed expression: object.spec.replicas <= 5/,
    },
    { run: 'create deployment few --image=nginx --replicas=5 -n test', stdout: /created/ },
    { run: 'create deployment many --image=nginx --replicas=6', stdout: /created/ },
    { run: 'scale deployment few --replicas=6 -n test', stdout: /scaled/ },
  ],
  'parameters from a custom resource': [
    applied(replicaLimits),
    { run: 'wait --for=condition=Established crd/replicalimits.rules.example.com', stdout: /condition met/ },
    applied(
      policy('replicalimit-policy.example.com', {
        paramKind: { apiVersion: 'rules.example.com/v1', kind: 'ReplicaLimit' },
        validations: [
          {
            expression: 'object.spec.replicas <= params.maxReplicas',
            messageExpression: "'object.spec.replicas must be no greater than ' + string(params.maxReplicas)",
            reason: 'Invalid',
          },
        ],
      }),
    ),
    { run: 'create namespace limited', stdout: /created/ },
    { run: 'label namespace limited environment=limited', stdout: /labeled/ },
    applied(
      binding('replicalimit-binding.example.com', 'replicalimit-policy.example.com', {
        paramRef: { name: 'replica-limit', namespace: 'limited', parameterNotFoundAction: 'Deny' },
        matchResources: { namespaceSelector: { matchLabels: { environment: 'limited' } } },
      }),
    ),
    {
      run: 'create deployment early --image=nginx -n limited',
      code: 1,
      stderr: /failed to configure binding: no params found for policy binding with `Deny` parameterNotFoundAction/,
    },
    applied({
      apiVersion: 'rules.example.com/v1',
      kind: 'ReplicaLimit',
      metadata: { name: 'replica-limit', namespace: 'limited' },
      maxReplicas: 3,
    }),
    {
      run: 'create deployment over --image=nginx --replicas=4 -n limited',
      code: 1,
      stderr: /denied request: object.spec.replicas must be no greater than 3/,
    },
    { run: 'create deployment under --image=nginx --replicas=3 -n limited', stdout: /created/ },
    { run: 'get validatingadmissionpolicybinding replicalimit-binding.example.com', stdout: /limited\/replica-limit/ },
  ],
  'registries of images, as a warning first': [
    applied(
      policy('image-matches-namespace-environment.policy.example.com', {
        variables: [
          {
            name: 'environment',
            expression:
              "'environment' in namespaceObject.metadata.labels ? namespaceObject.metadata.labels['environment'] : 'prod'",
          },
          {
            name: 'exempt',
            expression: "'exempt' in object.metadata.labels && object.metadata.labels['exempt'] == 'true'",
          },
          { name: 'containers', expression: 'object.spec.template.spec.containers' },
          { name: 'containersToCheck', expression: "variables.containers.filter(c, c.image.contains('example.com/'))" },
        ],
        validations: [
          {
            expression:
              "variables.exempt || variables.containersToCheck.all(c, c.image.startsWith(variables.environment + '.'))",
            messageExpression:
              "'only ' + variables.environment + ' images are allowed in namespace ' + namespaceObject.metadata.name",
          },
        ],
      }),
    ),
    { run: 'create namespace staging', stdout: /created/ },
    { run: 'label namespace staging environment=staging', stdout: /labeled/ },
    applied(
      binding('images', 'image-matches-namespace-environment.policy.example.com', {
        validationActions: ['Warn'],
        matchResources: { namespaceSelector: { matchLabels: { environment: 'staging' } } },
      }),
    ),
    {
      run: 'create deployment invalid --image=prod.example.com/nginx -n staging',
      stdout: /created/,
      stderr:
        /Warning: Validation failed for ValidatingAdmissionPolicy 'image-matches-namespace-environment.policy.example.com' with binding 'images': only staging images are allowed in namespace staging/,
    },
    {
      run: `patch validatingadmissionpolicybinding images --type=merge -p '{"spec":{"validationActions":["Deny"]}}'`,
      stdout: /patched/,
    },
    {
      run: 'create deployment denied --image=prod.example.com/nginx -n staging',
      code: 1,
      stderr: /only staging images are allowed/,
    },
    { run: 'create deployment valid --image=staging.example.com/nginx -n staging', stdout: /created/ },
  ],
  'a label that a policy sets': [
    applied({
      ...{ apiVersion, kind: 'MutatingAdmissionPolicy', metadata: { name: 'labelled.example.com' } },
      spec: {
        matchConstraints: { resourceRules: [{ ...deployments, apiGroups: [''], resources: ['configmaps'] }] },
        matchConditions: [{ name: 'asked-for', expression: "object.metadata.name.startsWith('labelled')" }],
        failurePolicy: 'Fail',
        reinvocationPolicy: 'IfNeeded',
        mutations: [
          {
            patchType: 'JSONPatch',
            jsonPatch: {
              expression:
                '[has(object.metadata.labels) ? JSONPatch{op: "add", path: "/metadata/labels/" + jsonpatch.escapeKey("example.com/by"), value: "policy"} : JSONPatch{op: "add", path: "/metadata/labels", value: {"example.com/by": "policy"}}]',
            },
          },
        ],
      },
    }),
    applied({
      ...{ apiVersion, kind: 'MutatingAdmissionPolicyBinding', metadata: { name: 'labelled.example.com' } },
      spec: { policyName: 'labelled.example.com' },
    }),
    {
      run: 'get mutatingadmissionpolicies',
      stdout: /^NAME +MUTATIONS +PARAMKIND +AGE\nlabelled.example.com +1 +<unset>/,
    },
    { run: 'create configmap labelled-a --from-literal=a=b', stdout: /created/ },
    { run: 'get configmap labelled-a -o jsonpath={.metadata.labels}', stdout: '{"example.com/by":"policy"}' },
    { run: 'create configmap other --from-literal=a=b', stdout: /created/ },
    { run: 'get configmap other -o jsonpath={.metadata.labels}', stdout: '' },
  ],
  'a policy that says nothing': [
    {
      run: 'apply -f -',
      input: stdin(policy('wrong.example.com', { validations: [{ expression: 'object.spec.replicas <' }] })),
      code: 1,
      stderr:
        /spec.validations\[0\].expression: Invalid value: "object.spec.replicas <": compilation failed: ERROR: <input>:1:23: Syntax error/,
    },
  ],
};

it.each(Object.entries(tours))('%s', async (_what, stops) => {
  await tour(kubectl, stops);
});
