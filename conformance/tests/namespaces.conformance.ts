import { expect } from 'vitest';
import { conforms } from '../harness/conforms.ts';
import { kinds } from '../harness/kinds.ts';
import { aPod, runs } from '../harness/pods.ts';
import { gone } from '../harness/wait.ts';

conforms('Namespace patching', async (t) => {
  const namespaces = t.resource(kinds.namespace);
  const created = await namespaces.get(t.namespace);
  const patched = await namespaces.patch(
    t.namespace,
    { metadata: { labels: { testLabel: 'testValue' } } },
    { type: 'strategic' },
  );
  expect(BigInt(patched.metadata.resourceVersion)).toBeGreaterThan(BigInt(created.metadata.resourceVersion));
  expect((await namespaces.get(t.namespace)).metadata.labels).toMatchObject({
    'kubernetes.io/metadata.name': t.namespace,
    testLabel: 'testValue',
  });
});

conforms('Namespace, apply update to a namespace', async (t) => {
  const namespaces = t.resource(kinds.namespace);
  const namespace = await namespaces.get(t.namespace);
  namespace.metadata.labels = { ...namespace.metadata.labels, [t.namespace]: 'updated' };
  const updated = await namespaces.update(namespace);
  expect(updated.metadata.labels).toHaveProperty(t.namespace, 'updated');
});

conforms('Namespace, apply changes to a namespace status', async (t) => {
  const namespaces = t.resource(kinds.namespace);
  expect((await namespaces.get(t.namespace, 'status')).status.phase).toBe('Active');

  const annotations = { 'example.com/patched-status': t.namespace };
  const condition = { type: 'StatusPatch', status: 'True', reason: 'Patched', message: 'Set by a patch' };
  const patch = { metadata: { annotations }, status: { conditions: [condition] } };
  const patched = await namespaces.patch(t.namespace, patch, { subresource: 'status' });
  expect(patched.metadata.annotations).toMatchObject(annotations);
  expect(patched.status.conditions?.at(-1)).toMatchObject(condition);

  const second = { type: 'StatusUpdate', status: 'True', reason: 'Updated', message: 'Set by an update' };
  patched.status.conditions?.push(second);
  const updated = await namespaces.update(patched, { subresource: 'status' });
  expect(updated.status.conditions?.map(({ type }) => type)).toEqual(['StatusPatch', 'StatusUpdate']);
  expect(updated.status.conditions?.at(-1)).toMatchObject(second);
});

conforms('Namespace, apply finalizer to a namespace', async (t) => {
  const namespaces = t.resource(kinds.namespace);
  const finalizer = 'example.com/conformance';
  const namespace = await namespaces.get(t.namespace);
  expect(namespace.spec.finalizers).toEqual(['kubernetes']);

  namespace.spec.finalizers?.push(finalizer);
  const held = await namespaces.update(namespace, { subresource: 'finalize' });
  expect(held.spec.finalizers).toEqual(['kubernetes', finalizer]);

  held.spec.finalizers = ['kubernetes'];
  const free = await namespaces.update(held, { subresource: 'finalize' });
  expect(free.spec.finalizers).toEqual(['kubernetes']);
  expect((await namespaces.get(t.namespace)).spec.finalizers).toEqual(['kubernetes']);
});

conforms('namespace-deletion-removes-services', async (t) => {
  const namespaces = t.resource(kinds.namespace);
  const name = t.unique('doomed');
  await namespaces.create({ metadata: { name } });
  t.cleanUp(() => namespaces.delete(name));
  const services = t.resource(kinds.service, name);
  const spec = { selector: { app: 'web' }, ports: [{ port: 80, targetPort: 80 }] };
  await services.create({ metadata: { name: 'web' }, spec });

  await namespaces.delete(name);
  await gone('the namespace', () => namespaces.get(name));
  await namespaces.create({ metadata: { name } });
  expect((await services.list()).items).toEqual([]);
});

conforms('namespace-deletion-removes-pods', async (t) => {
  const namespaces = t.resource(kinds.namespace);
  const name = t.unique('doomed');
  await namespaces.create({ metadata: { name } });
  t.cleanUp(() => namespaces.delete(name));
  await t.eventually('the ServiceAccount', () => t.resource(kinds.serviceAccount, name).get('default'));
  const pods = t.resource(kinds.pod, name);
  await pods.create(aPod('test'));
  await runs(t, 'test', name);

  await namespaces.delete(name);
  await gone('the namespace', () => namespaces.get(name));
  await namespaces.create({ metadata: { name } });
  expect((await pods.list()).items).toEqual([]);
});

conforms('Ordered Namespace Deletion', async (t) => {
  const namespaces = t.resource(kinds.namespace);
  const name = t.unique('ordered');
  const finalizer = 'example.com/conformance';
  await namespaces.create({ metadata: { name } });
  await t.eventually('the ServiceAccount', () => t.resource(kinds.serviceAccount, name).get('default'));
  const pods = t.resource(kinds.pod, name);
  const configMaps = t.resource(kinds.configMap, name);
  await configMaps.create({ metadata: { name: 'kept' } });
  const pod = aPod('held');
  await pods.create({ ...pod, metadata: { ...pod.metadata, finalizers: [finalizer] } });
  await runs(t, 'held', name);
  t.cleanUp(() => t.api.send('DELETE', `${namespaces.path}/${name}`));

  await namespaces.delete(name);
  await t.eventually('the namespace says what holds it', async () => {
    const { status } = await namespaces.get(name);
    const remaining = status.conditions?.find(({ type }) => type === 'NamespaceFinalizersRemaining');
    return remaining?.status === 'True' && remaining.message?.includes(finalizer);
  });
  expect((await pods.get('held')).metadata.deletionTimestamp).toBeDefined();
  expect((await configMaps.get('kept')).metadata.deletionTimestamp).toBeUndefined();

  await pods.patch('held', { metadata: { finalizers: null } });
  await gone('the namespace', () => namespaces.get(name));
});
