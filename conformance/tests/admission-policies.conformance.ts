import { apiOperations } from '../harness/api-operations.ts';
import { conforms } from '../harness/conforms.ts';
import { kinds } from '../harness/kinds.ts';

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
