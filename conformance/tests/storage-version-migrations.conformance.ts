import { apiOperations } from '../harness/api-operations.ts';
import { conforms } from '../harness/conforms.ts';
import { kinds } from '../harness/kinds.ts';

conforms('CRUD operations for storageversionmigrations', async (t) => {
  const condition = (reason: string) => ({
    conditions: [
      { type: 'Running', status: 'True', reason, message: 'by a test', lastTransitionTime: '2026-01-01T00:00:00Z' },
    ],
  });
  await apiOperations(t, {
    kind: kinds.storageVersionMigration,
    draft: () => ({ spec: { resource: { group: '', resource: 'configmaps' } } }),
    statuses: [condition('Patched'), condition('Updated')],
  });
});
