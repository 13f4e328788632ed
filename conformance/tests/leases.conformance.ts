import type { V1MicroTime } from '@kubernetes/client-node';
import { expect } from 'vitest';
import { updateLatest } from '../harness/api-operations.ts';
import { conforms } from '../harness/conforms.ts';
import { kinds } from '../harness/kinds.ts';
import { refused } from '../harness/wait.ts';

conforms('lease API should be available', async (t) => {
  const leases = t.resource(kinds.lease);
  // What the client's type calls a time of microseconds is a text on the wire.
  const at = (time: string) => time as unknown as V1MicroTime;
  const spec = {
    holderIdentity: 'holder',
    leaseDurationSeconds: 30,
    acquireTime: at('2026-01-01T00:00:00.000000Z'),
    renewTime: at('2026-01-01T00:00:05.000000Z'),
    leaseTransitions: 0,
  };
  await leases.create({ metadata: { name: 'lease' }, spec });
  const created = await leases.get('lease');
  expect(created.spec).toEqual(spec);

  const next = {
    holderIdentity: 'holder2',
    leaseDurationSeconds: 45,
    acquireTime: at('2026-01-01T00:00:10.000000Z'),
    renewTime: at('2026-01-01T00:00:15.123456Z'),
    leaseTransitions: 1,
  };
  await leases.update({ ...created, spec: next });
  expect((await leases.get('lease')).spec).toEqual(next);

  await leases.patch('lease', { spec: { holderIdentity: 'holder3', leaseDurationSeconds: 60 } }, { type: 'strategic' });
  expect((await leases.get('lease')).spec).toEqual({ ...next, holderIdentity: 'holder3', leaseDurationSeconds: 60 });

  const labels = { deletecollection: 'true' };
  await leases.create({ metadata: { name: 'lease2', labels }, spec });
  expect((await leases.list()).items).toHaveLength(2);
  await leases.deleteCollection({ labelSelector: 'deletecollection=true' });
  expect((await leases.list()).items.map(({ metadata }) => metadata.name)).toEqual(['lease']);
  await leases.delete('lease');
  await refused(leases.get('lease'), { code: 404, reason: 'NotFound' });

  // A lease is for whoever knows its state.
  const fresh = await leases.create({ metadata: { name: 'blind' }, spec });
  const { resourceVersion: _, ...metadata } = fresh.metadata;
  await refused(leases.update({ ...fresh, metadata }), { code: 422, message: 'must be specified for an update' });
  await updateLatest(leases, 'blind', (lease) => Object.assign(lease.spec, { leaseTransitions: 2 }));
});
