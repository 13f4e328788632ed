import { isIP } from 'node:net';
import { expect } from 'vitest';
import { updateLatest } from '../harness/api-operations.ts';
import { conforms } from '../harness/conforms.ts';
import { kinds } from '../harness/kinds.ts';
import { aPod, isReady, runs } from '../harness/pods.ts';
import { gone, refused } from '../harness/wait.ts';

conforms('Pods, assigned hostip', async (t) => {
  await t.resource(kinds.pod).create(aPod('hostip'));
  const { status } = await runs(t, 'hostip');
  expect(isIP(status.hostIP ?? '')).not.toBe(0);
  expect(status.hostIPs?.[0]?.ip).toBe(status.hostIP);
});

conforms('Pods, update', async (t) => {
  const pods = t.resource(kinds.pod);
  await pods.create(aPod('updated', { labels: { name: 'foo', time: 'first' } }));
  await runs(t, 'updated');
  expect((await pods.list({ labelSelector: 'time=first' })).items).toHaveLength(1);
  await updateLatest(pods, 'updated', ({ metadata }) => {
    metadata.labels = { ...metadata.labels, time: 'second' };
  });
  await runs(t, 'updated');
  expect((await pods.list({ labelSelector: 'time=second' })).items).toHaveLength(1);
  expect((await pods.list({ labelSelector: 'time=first' })).items).toEqual([]);
});

conforms('Pods, delete a collection', async (t) => {
  const pods = t.resource(kinds.pod);
  const names = ['pod-1', 'pod-2', 'pod-3'];
  for (const name of names)
    await pods.create(
      aPod(name, { labels: { type: 'Testing' }, restartPolicy: 'Never', terminationGracePeriodSeconds: 1 }),
    );
  for (const name of names) await runs(t, name);
  await pods.deleteCollection({ labelSelector: 'type=Testing' }, { gracePeriodSeconds: 1 });
  await t.eventually('all are gone', async () => (await pods.list()).items.length === 0);
});

conforms('Pods, patching status', async (t) => {
  const pods = t.resource(kinds.pod);
  await pods.create(aPod('patched'));
  await runs(t, 'patched');
  const status = { message: 'Patched by a test', reason: 'Test' };
  const patch = { metadata: { annotations: { patchedstatus: 'true' } }, status };
  const patched = await pods.patch('patched', patch, { subresource: 'status' });
  expect(patched).toMatchObject({ status, metadata: { annotations: { patchedstatus: 'true' } } });
});

conforms('Pods, completes the lifecycle of a Pod and the PodStatus', async (t) => {
  const pods = t.resource(kinds.pod);
  const labelSelector = 'test-pod-static=true';
  const { metadata: list } = await t.resource(kinds.pod, '').list({ labelSelector });
  const watch = await pods.watch({ labelSelector, resourceVersion: list.resourceVersion });
  await pods.create(aPod('pod-test', { labels: { 'test-pod-static': 'true' }, terminationGracePeriodSeconds: 1 }));
  const running = await watch.until('MODIFIED', (pod) => pod.status.phase === 'Running' && isReady(pod));

  const image = 'registry.example/app:2';
  const patch = { metadata: { labels: { 'test-pod': 'patched' } }, spec: { containers: [{ name: 'main', image }] } };
  await pods.patch('pod-test', patch, { type: 'strategic' });
  await watch.until('MODIFIED', ({ metadata }) => metadata.labels?.['test-pod'] === 'patched');
  const patched = await pods.get('pod-test');
  expect(patched.spec.containers).toMatchObject([{ name: 'main', image }]);
  expect(BigInt(patched.metadata.resourceVersion)).toBeGreaterThan(BigInt(running.metadata.resourceVersion));
  await t.eventually('the new image runs', async () => {
    const [status] = (await pods.get('pod-test')).status.containerStatuses ?? [];
    return status?.ready && status.image === image;
  });
  await runs(t, 'pod-test');

  const ready = ['Ready', 'ContainersReady'];
  const replaced = await updateLatest(
    pods,
    'pod-test',
    ({ status }) => {
      for (const condition of status.conditions ?? []) if (ready.includes(condition.type)) condition.status = 'False';
    },
    'status',
  );
  const conditions = replaced.status.conditions?.filter(({ type }) => ready.includes(type));
  expect(conditions?.map(({ status }) => status)).toEqual(['False', 'False']);

  await pods.deleteCollection({ labelSelector }, { gracePeriodSeconds: 1 });
  await watch.until('DELETED', ({ metadata }) => metadata.name === 'pod-test');
  await refused(pods.get('pod-test'), { code: 404, reason: 'NotFound' });
});

conforms('Pods, QOS', async (t) => {
  const pods = t.resource(kinds.pod);
  const amounts = { cpu: '100m', memory: '100Mi' };
  const qosClass = async (name: string, resources: object) =>
    (await pods.create(aPod(name, { container: { resources } }))).status.qosClass;
  expect(await qosClass('guaranteed', { requests: amounts, limits: amounts })).toBe('Guaranteed');
  expect(await qosClass('burstable', { requests: amounts })).toBe('Burstable');
  expect(await qosClass('best-effort', {})).toBe('BestEffort');
  await pods.delete('guaranteed', { gracePeriodSeconds: 0 });
  await gone('the Pod', () => pods.get('guaranteed'));
});
