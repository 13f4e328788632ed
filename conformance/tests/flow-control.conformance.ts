import { apiOperations } from '../harness/api-operations.ts';
import { conforms } from '../harness/conforms.ts';
import { kinds } from '../harness/kinds.ts';

const condition = (type: string, reason: string) => ({
  conditions: [{ type, status: 'False', reason, message: 'by a test', lastTransitionTime: '2026-01-01T00:00:00Z' }],
});

conforms('Priority and Fairness FlowSchema API', async (t) => {
  await apiOperations(t, {
    kind: kinds.flowSchema,
    draft: () => ({
      spec: {
        matchingPrecedence: 10_000,
        priorityLevelConfiguration: { name: 'global-default' },
        distinguisherMethod: { type: 'ByUser' },
        rules: [
          {
            subjects: [{ kind: 'User', user: { name: 'example-e2e-non-existent-user' } }],
            nonResourceRules: [{ verbs: ['get'], nonResourceURLs: ['*'] }],
          },
        ],
      },
    }),
    statuses: [condition('Tested', 'Patched'), condition('Tested', 'Updated')],
  });
});

conforms('Priority and Fairness PriorityLevelConfiguration API', async (t) => {
  await apiOperations(t, {
    kind: kinds.priorityLevel,
    draft: () => ({
      spec: { type: 'Limited', limited: { nominalConcurrencyShares: 2, limitResponse: { type: 'Reject' } } },
    }),
    statuses: [condition('Tested', 'Patched'), condition('Tested', 'Updated')],
  });
});
