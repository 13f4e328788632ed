import { beforeEach, expect, test } from 'vitest';
import type { ValidatingAdmissionPolicy } from '../../shared/api/object.ts';
import { startTestCluster, type TestCluster } from './testing/test-cluster.ts';
import validatingAdmissionPolicy from './validating-admission-policy.ts';

const resource = 'validatingadmissionpolicies.admissionregistration.k8s.io';
const key = { resource, namespace: '', name: 'p' };
const rule = {
  apiGroups: ['apps'],
  apiVersions: ['v1'],
  operations: ['CREATE'],
  resources: ['deployments', 'replicasets'],
};

let cluster: TestCluster;
beforeEach(async () => {
  cluster = await startTestCluster();
  cluster.startControllers([validatingAdmissionPolicy]);
});

async function statusOf(spec: object) {
  await cluster.create(resource, {
    metadata: { name: 'p' },
    spec: { matchConstraints: { resourceRules: [rule] }, ...spec },
  });
  await cluster.settle();
  return (await cluster.client.get<ValidatingAdmissionPolicy>(key))?.status;
}

test('says which expressions do not go with the kinds that are meant', async () => {
  const status = await statusOf({
    variables: [{ name: 'wanted', expression: 'object.spec.replicas' }],
    validations: [
      {
        expression:
          'variables.wanted > 1 && object.metadata.labels.app == "a" && object.metadata.creationTimestamp < timestamp("2030-01-01T00:00:00Z")',
      },
      { expression: 'object.spec.replicasOf > 1', messageExpression: "'x' + object.spec.strategy.type" },
      { expression: 'object.spec.replicas == "1"' },
    ],
  });
  const excerpt = (text: string, at: number) => ` | ${text}\n | ${'.'.repeat(at)}^`;
  const undefinedField = `compilation failed: ERROR: <input>:1:12: undefined field 'replicasOf'\n${excerpt('object.spec.replicasOf > 1', 11)}\n`;
  expect(status).toEqual({
    observedGeneration: 1,
    typeChecking: {
      expressionWarnings: [
        {
          fieldRef: 'spec.validations[1].expression',
          warning: `apps/v1, Kind=Deployment: ${undefinedField}\napps/v1, Kind=ReplicaSet: ${undefinedField}`,
        },
        {
          fieldRef: 'spec.validations[1].messageExpression',
          warning: expect.stringMatching(
            /^apps\/v1, Kind=ReplicaSet: compilation failed: .*undefined field 'strategy'/,
          ),
        },
        {
          fieldRef: 'spec.validations[2].expression',
          warning: expect.stringContaining("found no matching overload for '_==_' applied to '(int, string)'"),
        },
      ],
    },
  });
});

test('has nothing to say about what is right, and looks again after a change', async () => {
  expect(await statusOf({ validations: [{ expression: 'object.spec.replicas > 1' }] })).toEqual({
    observedGeneration: 1,
    typeChecking: {},
  });
  await cluster.write({ verb: 'patch', key, patch: { spec: { validations: [{ expression: 'object.none == 1' }] } } });
  await cluster.settle();
  const status = (await cluster.client.get<ValidatingAdmissionPolicy>(key))?.status;
  expect(status?.observedGeneration).toBe(2);
  expect(status?.typeChecking?.expressionWarnings).toHaveLength(1);
});
