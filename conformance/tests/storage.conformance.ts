import { expect } from 'vitest';
import { apiOperations, updateLatest } from '../harness/api-operations.ts';
import { conforms } from '../harness/conforms.ts';
import { kinds } from '../harness/kinds.ts';
import { aPod } from '../harness/pods.ts';
import { gone } from '../harness/wait.ts';

conforms('StorageClass, lifecycle', async (t) => {
  await apiOperations(t, { kind: kinds.storageClass, draft: () => ({ provisioner: 'example.com/fake' }) });
});

conforms('VolumeAttributesClass, lifecycle', async (t) => {
  const draft = () => ({ driverName: 'example.com', parameters: { iops: '100' } });
  await apiOperations(t, { kind: kinds.volumeAttributesClass, draft });
});

conforms('CSIDriver, lifecycle', async (t) => {
  await apiOperations(t, { kind: kinds.csiDriver, draft: () => ({ spec: { attachRequired: false } }) });
});

conforms('CSINode, lifecycle', async (t) => {
  await apiOperations(t, { kind: kinds.csiNode, draft: () => ({ spec: { drivers: [] } }) });
});

conforms('CSIStorageCapacity API', async (t) => {
  await apiOperations(t, { kind: kinds.csiStorageCapacity, draft: () => ({ storageClassName: 'example' }) });
});

const attachment = () => ({
  spec: { attacher: 'example.com', nodeName: 'a-node', source: { persistentVolumeName: 'a-volume' } },
});

conforms('VolumeAttachment, lifecycle', async (t) => {
  await apiOperations(t, { kind: kinds.volumeAttachment, draft: attachment });
});

conforms('VolumeAttachment, apply changes to a volumeattachment status', async (t) => {
  const attachments = t.resource(kinds.volumeAttachment);
  const name = t.unique('attachment');
  t.cleanUp(() => attachments.delete(name));
  const { status } = await attachments.create({ metadata: { name }, ...attachment() });
  expect(status.attached).toBe(false);
  const attached = { attached: true };
  const patched = await attachments.patch(name, { status: attached }, { subresource: 'status' });
  expect(patched.status).toEqual(attached);
  const error = { message: 'because', time: '2026-01-01T00:00:00Z' };
  await updateLatest(
    attachments,
    name,
    (object) => Object.assign(object.status, { attached: false, detachError: error }),
    'status',
  );
  expect((await attachments.get(name, 'status')).status).toEqual({ attached: false, detachError: error });
  // The object itself is written without its status.
  await attachments.patch(name, { status: attached });
  expect((await attachments.get(name)).status.attached).toBe(false);
});

conforms('CSIInlineVolumes should support Pods with inline volumes', async (t) => {
  const pods = t.resource(kinds.pod);
  const csi = { driver: 'example.com', readOnly: true, volumeAttributes: { a: 'b' } };
  await pods.create(aPod('inline', { volumes: [{ name: 'v', csi }], nodeSelector: { nowhere: 'true' } }));
  const labels = { changed: 'true' };
  await pods.patch('inline', { metadata: { labels } }, { type: 'strategic' });
  expect((await pods.get('inline')).spec.volumes).toContainEqual({ name: 'v', csi });
  expect((await pods.list({ labelSelector: 'changed=true' })).items).toHaveLength(1);
  await pods.delete('inline');
  await gone('the Pod', () => pods.get('inline'));
});

const volume = (name: string, label: string) => ({
  metadata: { name, labels: { conformance: label } },
  spec: {
    storageClassName: label,
    accessModes: ['ReadWriteOnce'],
    capacity: { storage: '1Gi' },
    nfs: { server: '203.0.113.1', path: '/data' },
  },
});

const claim = (name: string, label: string) => ({
  metadata: { name, labels: { conformance: label } },
  spec: { storageClassName: label, accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
});

conforms('PersistentVolumes(Claims), lifecycle', async (t) => {
  const label = t.unique('pv');
  const labelSelector = `conformance=${label}`;
  const volumes = t.resource(kinds.persistentVolume);
  const claims = t.resource(kinds.persistentVolumeClaim);
  t.cleanUp(() => volumes.deleteCollection({ labelSelector }));
  await volumes.create(volume(label, label));
  await claims.create(claim('claim', label));
  for (const [resource, name] of [
    [volumes, label],
    [claims, 'claim'],
  ] as const) {
    expect((await resource.list({ labelSelector })).items.map(({ metadata }) => metadata.name)).toEqual([name]);
    const patched = await resource.patch(name, { metadata: { annotations: { patched: 'true' } } });
    expect(patched.metadata.annotations).toMatchObject({ patched: 'true' });
    await resource.delete(name);
    await gone(name, () => resource.get(name));
  }
  await volumes.create(volume(label, label));
  await volumes.deleteCollection({ labelSelector });
  await gone('the collection', () => volumes.get(label));
});

conforms('PersistentVolumes(Claims), apply changes to a pv/pvc status', async (t) => {
  const label = t.unique('pv');
  const volumes = t.resource(kinds.persistentVolume);
  const claims = t.resource(kinds.persistentVolumeClaim);
  t.cleanUp(() => volumes.delete(label));
  await volumes.create(volume(label, label));
  await claims.create(claim('claim', label));

  const message = 'StatusPatched';
  const patched = await volumes.patch(label, { status: { message, reason: message } }, { subresource: 'status' });
  expect(patched.status).toMatchObject({ message, reason: message });
  await updateLatest(volumes, label, (object) => Object.assign(object.status, { message: 'StatusUpdated' }), 'status');
  expect((await volumes.get(label, 'status')).status.message).toBe('StatusUpdated');

  const condition = { type: 'StatusPatched', status: 'True', reason: 'Test', message: 'by a test' };
  await claims.patch('claim', { status: { conditions: [condition] } }, { subresource: 'status' });
  await updateLatest(
    claims,
    'claim',
    (object) => Object.assign(object.status, { conditions: [{ ...condition, type: 'StatusUpdated' }] }),
    'status',
  );
  const { status } = await claims.get('claim', 'status');
  expect(status.conditions?.map(({ type }) => type)).toEqual(['StatusUpdated']);
});
