import { expect } from 'vitest';
import { updateLatest } from '../harness/api-operations.ts';
import { type Conformance, conforms } from '../harness/conforms.ts';
import { kinds } from '../harness/kinds.ts';
import { gone } from '../harness/wait.ts';

const accessModes = ['ReadWriteOnce'];

/** Of a class that no other row has, so that nothing but this test's claim could be bound to the volume. */
function draft(t: Conformance, name: string) {
  const storageClassName = t.unique('class');
  const labels = { [t.unique('row')]: name };
  const hostPath = { path: '/tmp/data', type: 'DirectoryOrCreate' };
  return {
    labelSelector: Object.entries(labels)[0]!.join('='),
    volume: {
      metadata: { name: t.unique(name), labels },
      spec: { capacity: { storage: '1Gi' }, accessModes, storageClassName, hostPath },
    },
    claim: {
      metadata: { name, labels },
      spec: { accessModes, storageClassName, resources: { requests: { storage: '1Gi' } } },
    },
  };
}

conforms('PersistentVolumes(Claims), lifecycle', async (t) => {
  const [volumes, claims] = [t.resource(kinds.persistentVolume), t.resource(kinds.persistentVolumeClaim)];
  const everywhere = t.resource(kinds.persistentVolumeClaim, '');
  for (const name of ['first', 'second']) {
    const { volume, claim, labelSelector } = draft(t, name);
    await volumes.create(volume);
    t.cleanUp(() => t.api.send('DELETE', `${volumes.path}/${volume.metadata.name}`));
    await claims.create(claim);
    expect((await volumes.list({ labelSelector })).items).toHaveLength(1);
    expect((await claims.list({ labelSelector })).items).toHaveLength(1);
    const annotations = { step: 'patched' };
    const patched = await volumes.patch(volume.metadata.name, { metadata: { annotations } }, { type: 'strategic' });
    expect(patched.metadata.annotations).toMatchObject(annotations);
    expect((await claims.patch(name, { metadata: { annotations } })).metadata.annotations).toMatchObject(annotations);
    await updateLatest(volumes, volume.metadata.name, ({ metadata }) => {
      metadata.annotations = { ...metadata.annotations, step: 'updated' };
    });
    await updateLatest(claims, name, ({ metadata }) => {
      metadata.annotations = { ...metadata.annotations, step: 'updated' };
    });
    expect((await everywhere.list({ labelSelector })).items[0]?.metadata.annotations?.step).toBe('updated');
    if (name === 'first') {
      await claims.delete(name);
      await gone('the claim', () => claims.get(name));
      await volumes.delete(volume.metadata.name);
    } else {
      await claims.deleteCollection({ labelSelector });
      await gone('the claim', () => claims.get(name));
      await volumes.deleteCollection({ labelSelector });
    }
    await gone('the volume', () => volumes.get(volume.metadata.name));
  }
});

conforms('PersistentVolumes(Claims), apply changes to a pv/pvc status', async (t) => {
  const [volumes, claims] = [t.resource(kinds.persistentVolume), t.resource(kinds.persistentVolumeClaim)];
  const { volume, claim } = draft(t, 'status');
  const name = volume.metadata.name;
  await volumes.create(volume);
  t.cleanUp(() => t.api.send('DELETE', `${volumes.path}/${name}`));
  await claims.create(claim);
  const condition = (status: string) => ({ type: 'StatusPatched', status, reason: 'E2E', message: 'Set from a test' });
  const { status } = await claims.patch(
    'status',
    { status: { conditions: [condition('True')] } },
    { type: 'strategic', subresource: 'status' },
  );
  expect(status.conditions).toContainEqual(expect.objectContaining(condition('True')));
  await t.eventually('the status of the claim is updated', async () => {
    const current = await claims.get('status', 'status');
    return claims.update(
      { ...current, status: { ...current.status, conditions: [condition('False')] } },
      { subresource: 'status' },
    );
  });
  expect((await claims.get('status')).status.conditions?.[0]?.status).toBe('False');
  const patched = await volumes.patch(
    name,
    { status: { message: 'patched', reason: 'E2E' } },
    { subresource: 'status' },
  );
  expect(patched.status).toMatchObject({ message: 'patched', reason: 'E2E', phase: expect.any(String) });
  await t.eventually('the status of the volume is updated', async () => {
    const current = await volumes.get(name, 'status');
    return volumes.update({ ...current, status: { ...current.status, message: 'updated' } }, { subresource: 'status' });
  });
  expect((await volumes.get(name)).status.message).toBe('updated');
});

conforms('CSIInlineVolumes should support Pods with inline volumes', async (t) => {
  const pods = t.resource(kinds.pod);
  const csi = { driver: 'inline.storage.k8s.io', volumeAttributes: { size: '1' } };
  const containers = [
    { name: 'main', image: 'registry.example/app:1', volumeMounts: [{ name: 'data', mountPath: '/data' }] },
  ];
  const metadata = { name: 'inline', labels: { inline: 'yes' } };
  // Nothing runs the driver: what counts is that the API keeps what the Pod says.
  await pods.create({
    metadata,
    spec: { nodeSelector: { nowhere: 'yes' }, containers, volumes: [{ name: 'data', csi }] },
  });
  expect((await pods.get('inline')).spec.volumes).toContainEqual({ name: 'data', csi });
  await pods.patch('inline', { metadata: { labels: { inline: 'patched' } } });
  await pods.deleteCollection({ labelSelector: 'inline=patched' });
  await gone('the Pod', () => pods.get('inline'));
});
