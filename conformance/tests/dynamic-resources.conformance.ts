import { apiOperations } from '../harness/api-operations.ts';
import { conforms } from '../harness/conforms.ts';
import { kinds } from '../harness/kinds.ts';

const devices = { requests: [{ name: 'req-0', exactly: { deviceClassName: 'example-class' } }] };

conforms('CRUD operations for deviceclasses', async (t) => {
  const selectors = [{ cel: { expression: 'device.driver == "dra.example.com"' } }];
  await apiOperations(t, { kind: kinds.deviceClass, draft: () => ({ spec: { selectors } }) });
});

conforms('CRUD operations for resourceclaims', async (t) => {
  const results = [{ request: 'req-0', driver: 'dra.example.com', pool: 'pool', device: 'device' }];
  const allocation = { devices: { results } };
  const reservedFor = [{ resource: 'pods', name: 'a-pod', uid: '1' }];
  await apiOperations(t, {
    kind: kinds.resourceClaim,
    draft: () => ({ spec: { devices } }),
    statuses: [{ allocation }, { reservedFor }],
  });
});

conforms('CRUD operations for resourceclaimtemplates', async (t) => {
  await apiOperations(t, { kind: kinds.resourceClaimTemplate, draft: () => ({ spec: { spec: { devices } } }) });
});

conforms('CRUD operations for resoureslices', async (t) => {
  const pool = { name: 'pool', generation: 1, resourceSliceCount: 1 };
  const spec = { driver: 'dra.example.com', nodeName: 'a-node', pool, devices: [{ name: 'device' }] };
  await apiOperations(t, { kind: kinds.resourceSlice, draft: () => ({ spec }) });
});

const condition = (reason: string) => ({
  conditions: [
    { type: 'Tested', status: 'True', reason, message: 'by a test', lastTransitionTime: '2026-01-01T00:00:00Z' },
  ],
});

conforms('CRUD operations for devicetaintrules', async (t) => {
  await apiOperations(t, {
    kind: kinds.deviceTaintRule,
    draft: () => ({
      spec: {
        deviceSelector: { driver: 'dra.example.com' },
        taint: { key: 'example.com/taint', effect: 'NoSchedule' },
      },
    }),
    statuses: [condition('Patched'), condition('Updated')],
  });
});
