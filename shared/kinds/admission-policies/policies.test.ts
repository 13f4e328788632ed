import { describe, expect, test } from 'vitest';
import type {
  MutatingAdmissionPolicy,
  ValidatingAdmissionPolicy,
  ValidatingAdmissionPolicyBinding,
} from '../../api/object.ts';
import { applyDefaults } from '../../schema/default.ts';
import { schemaFor } from '../../schema/registry.ts';
import { validateMutatingBinding, validateValidatingBinding } from './validate-binding.ts';
import { validateMutatingPolicy } from './validate-mutating-policy.ts';
import { validateValidatingPolicy } from './validate-validating-policy.ts';

function defaulted<T>(schema: string, object: object): T {
  applyDefaults(schemaFor(schema), object);
  return object as T;
}

const rule = { apiGroups: ['apps'], apiVersions: ['v1'], operations: ['CREATE', 'UPDATE'], resources: ['deployments'] };

function validating(spec: object): string[] {
  const policy = {
    metadata: { name: 'replica-limit' },
    spec: { matchConstraints: { resourceRules: [{ ...rule }] }, ...spec },
  };
  const errors = validateValidatingPolicy(defaulted<ValidatingAdmissionPolicy>('V1ValidatingAdmissionPolicy', policy));
  return errors.map(({ field, message }) => `${field}: ${message}`);
}

function mutating(spec: object): string[] {
  const policy = {
    metadata: { name: 'sidecar' },
    spec: { matchConstraints: { resourceRules: [{ ...rule }] }, reinvocationPolicy: 'Never', ...spec },
  };
  const errors = validateMutatingPolicy(defaulted<MutatingAdmissionPolicy>('V1MutatingAdmissionPolicy', policy));
  return errors.map(({ field, message }) => `${field}: ${message}`);
}

describe('ValidatingAdmissionPolicies', () => {
  test('what the documentation shows is accepted', () => {
    expect(validating({ validations: [{ expression: 'object.spec.replicas <= 5' }] })).toEqual([]);
    expect(
      validating({
        paramKind: { apiVersion: 'rules.example.com/v1', kind: 'ReplicaLimit' },
        matchConditions: [{ name: 'exclude-leases', expression: '!(request.resource.group == "coordination.k8s.io")' }],
        variables: [
          {
            name: 'foo',
            expression: "'foo' in object.spec.metadata.labels ? object.spec.metadata.labels['foo'] : 'default'",
          },
          { name: 'long', expression: 'variables.foo.size() > 3' },
        ],
        validations: [
          {
            expression: 'object.spec.replicas <= params.maxReplicas && variables.long',
            messageExpression: "'at most ' + string(params.maxReplicas)",
            reason: 'Invalid',
          },
          { expression: "authorizer.group('').resource('pods').namespace('default').check('get').allowed()" },
          { expression: "authorizer.requestResource.check('custom').allowed()" },
        ],
        auditAnnotations: [{ key: 'high-replica-count', valueExpression: "'count: ' + string(object.spec.replicas)" }],
      }),
    ).toEqual([]);
  });

  test.each([
    [
      {},
      [
        'spec.validations: Required value: validations or auditAnnotations must contain at least one item',
        expect.any(String),
      ],
    ],
    [
      { validations: [{ expression: 'object.spec.replicas +' }] },
      [
        expect.stringContaining(
          'Invalid value: "object.spec.replicas +": compilation failed: ERROR: <input>:1:23: Syntax error: mismatched input \'<EOF>\' expecting',
        ),
      ],
    ],
    [
      { validations: [{ expression: "'a' + 'b'" }] },
      ["spec.validations[0].expression: Invalid value: \"'a' + 'b'\": must evaluate to bool but got string"],
    ],
    [
      { validations: [{ expression: 'object.x' }] },
      ['spec.validations[0].expression: Invalid value: "object.x": must evaluate to bool but got dyn'],
    ],
    [
      { validations: [{ expression: 'params.x == 1' }] },
      [expect.stringContaining("undeclared reference to 'params' (in container '')")],
    ],
    [
      { validations: [{ expression: ' ' }] },
      ['spec.validations[0].expression: Required value: expression is not specified'],
    ],
    [
      { validations: [{ expression: 'true', reason: 'Whatever', message: 'a\nb', messageExpression: ' ' }] },
      [
        'spec.validations[0].messageExpression: Invalid value: " ": must be non-empty if specified',
        'spec.validations[0].message: Invalid value: "a\\nb": must not contain line breaks',
        'spec.validations[0].reason: Unsupported value: "Whatever": supported values: "Forbidden", "Invalid", "RequestEntityTooLarge"',
      ],
    ],
    [
      { validations: [{ expression: 'true', messageExpression: "authorizer.path('/').check('get').reason()" }] },
      [expect.stringContaining("undeclared reference to 'authorizer'")],
    ],
    [
      {
        variables: [
          { name: 'if', expression: '1' },
          { name: 'b', expression: 'variables.c' },
        ],
        validations: [{ expression: 'variables.b == 1' }],
      },
      [
        'spec.variables[0].name: Invalid value: "if": must be a valid CEL identifier',
        expect.stringContaining(
          'spec.variables[1].expression: Invalid value: "variables.c": compilation failed: ERROR: <input>:1:10: undefined field \'c\'',
        ),
      ],
    ],
    [
      { auditAnnotations: [{ key: 'a b', valueExpression: '1' }] },
      [
        expect.stringContaining(
          'spec.auditAnnotations[0].key: Invalid value: "replica-limit/a b": name part must consist of',
        ),
        'spec.auditAnnotations[0].valueExpression: Invalid value: "1": must evaluate to one of [string null_type] but got int',
      ],
    ],
    [
      {
        validations: [{ expression: 'true' }],
        matchConditions: [
          { name: 'x', expression: '1' },
          { name: 'x', expression: 'true' },
        ],
      },
      [
        'spec.matchConditions[0].expression: Invalid value: "1": must evaluate to bool but got int',
        'spec.matchConditions[1].name: Duplicate value: "x"',
      ],
    ],
    [
      { validations: [{ expression: 'true' }], matchConstraints: {}, paramKind: { apiVersion: 'a/b/c', kind: '' } },
      [
        'spec.paramKind.apiVersion: Invalid value: "a/b/c": unexpected GroupVersion string: a/b/c',
        'spec.paramKind.kind: Required value',
        'spec.matchConstraints.resourceRules: Required value',
      ],
    ],
  ])('%j', (spec, errors) => {
    expect(validating(spec)).toEqual(errors);
  });
});

describe('MutatingAdmissionPolicies', () => {
  test('both sorts of patches', () => {
    const apply = { expression: 'Object{metadata: Object.metadata{labels: {"a": "b"}}}' };
    const patch = {
      expression: '[JSONPatch{op: "add", path: "/metadata/labels/" + jsonpatch.escapeKey("a/b"), value: "c"}]',
    };
    expect(
      mutating({
        mutations: [
          { patchType: 'ApplyConfiguration', applyConfiguration: apply },
          { patchType: 'JSONPatch', jsonPatch: patch },
        ],
      }),
    ).toEqual([]);
  });

  test.each([
    [{}, ['spec.mutations: Required value: mutations must contain at least one item']],
    [
      { mutations: [{ patchType: 'JSONPatch', applyConfiguration: { expression: 'Object{}' } }] },
      [
        'spec.mutations[0].jsonPatch: Required value: must be specified when patchType is JSONPatch',
        'spec.mutations[0].applyConfiguration: Invalid value: "{applyConfiguration}": must not be specified when patchType is JSONPatch',
      ],
    ],
    [
      { mutations: [{ patchType: 'ApplyConfiguration', applyConfiguration: { expression: 'object' } }] },
      ['spec.mutations[0].applyConfiguration.expression: Invalid value: "object": must evaluate to Object but got dyn'],
    ],
    [
      {
        matchConstraints: { resourceRules: [{ ...rule, operations: ['DELETE'] }] },
        mutations: [{ patchType: 'ApplyConfiguration', applyConfiguration: { expression: 'Object{}' } }],
        reinvocationPolicy: 'Always',
      },
      [
        'spec.matchConstraints.resourceRules.operations: Unsupported value: "DELETE": supported values: "*", "CONNECT", "CREATE", "UPDATE"',
        'spec.reinvocationPolicy: Unsupported value: "Always": supported values: "IfNeeded", "Never"',
      ],
    ],
  ])('%j', (spec, errors) => {
    expect(mutating(spec)).toEqual(errors);
  });
});

test('bindings', () => {
  const binding = (spec: object) =>
    defaulted<ValidatingAdmissionPolicyBinding>('V1ValidatingAdmissionPolicyBinding', {
      metadata: { name: 'b' },
      spec,
    });
  const texts = (errors: readonly { field: string; message: string }[]) =>
    errors.map(({ field, message }) => `${field}: ${message}`);
  expect(validateValidatingBinding(binding({ policyName: 'p', validationActions: ['Deny'] }))).toEqual([]);
  expect(texts(validateValidatingBinding(binding({})))).toEqual([
    'spec.policyName: Required value',
    'spec.validationActions: Required value: at least one validation action is required',
  ]);
  expect(
    texts(
      validateValidatingBinding(
        binding({
          policyName: 'p',
          paramRef: { name: 'a', selector: {} },
          validationActions: ['Deny', 'Warn', 'Deny'],
        }),
      ),
    ),
  ).toEqual([
    'spec.paramRef.name: Forbidden: name and selector are mutually exclusive',
    'spec.paramRef.selector: Forbidden: name and selector are mutually exclusive',
    'spec.paramRef.parameterNotFoundAction: Required value',
    'spec.validationActions[2]: Duplicate value: "Deny"',
    expect.stringContaining('must not contain both Deny and Warn'),
  ]);
  expect(validateMutatingBinding(binding({ policyName: 'p' }))).toEqual([]);
});
