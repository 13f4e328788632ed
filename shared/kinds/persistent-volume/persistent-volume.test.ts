import { describe, expect, it } from 'vitest';
import type { KubernetesObject } from '../../api/object.ts';
import persistentVolume from '../persistent-volume.ts';
import persistentVolumeClaim from '../persistent-volume-claim.ts';
import { aContext, cells, refusals, submit } from '../testing/submit.ts';

const volumeSpec = { capacity: { storage: '1Gi' }, accessModes: ['ReadWriteOnce'], hostPath: { path: '/data' } };
const volume = (fields: object = {}) => ({ metadata: { name: 'v' }, spec: { ...volumeSpec, ...fields } });
const claimSpec = { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } };
const claim = (fields: object = {}, more: object = {}) => ({
  metadata: { name: 'c' },
  spec: { ...claimSpec, ...fields },
  ...more,
});

describe('PersistentVolume', () => {
  it('gets its defaults and its phase', () => {
    expect(submit(persistentVolume, volume()).object).toMatchObject({
      spec: { persistentVolumeReclaimPolicy: 'Retain', volumeMode: 'Filesystem', hostPath: { type: '' } },
      status: { phase: 'Pending', lastPhaseTransitionTime: '2026-01-01T00:00:00Z' },
    });
  });

  it('refuses what no volume can be', () => {
    expect(refusals(persistentVolume, { metadata: { name: 'v' }, spec: {} })).toEqual([
      'spec.accessModes: Required value',
      'spec.capacity: Required value',
      'spec.capacity: Unsupported value: {}: supported values: "storage"',
      'spec: Required value: must specify a volume type',
    ]);
    const both = { nfs: { server: 's', path: 'relative' }, csi: { driver: 'd' } };
    expect(refusals(persistentVolume, volume({ ...both, persistentVolumeReclaimPolicy: 'Keep' }))).toEqual([
      'spec.persistentVolumeReclaimPolicy: Unsupported value: "Keep": supported values: "Delete", "Recycle", "Retain"',
      'spec.nfs: Forbidden: may not specify more than 1 volume type',
      'spec.csi: Forbidden: may not specify more than 1 volume type',
    ]);
    expect(refusals(persistentVolume, volume({ hostPath: undefined, local: { path: '/d' } }))).toEqual([
      'spec.nodeAffinity: Required value: Local volume requires node affinity',
    ]);
  });

  it('keeps its source', () => {
    const found = refusals(persistentVolume, volume({ hostPath: { path: '/other' } }), { old: volume() });
    expect(found).toEqual([
      expect.stringContaining(
        'spec.persistentvolumesource: Forbidden: spec.persistentvolumesource is immutable after creation\n',
      ),
    ]);
    expect(refusals(persistentVolume, volume({ capacity: { storage: '2Gi' } }), { old: volume() })).toEqual([]);
  });

  it('says when its phase began', () => {
    const status = (phase: string, time: string) => ({
      metadata: {},
      status: { phase, lastPhaseTransitionTime: time },
    });
    const next = status('Available', 'then') as KubernetesObject;
    persistentVolume.strategy.prepareForStatusUpdate!(next, status('Pending', 'then'), aContext({ now: 'now' }));
    expect(next.status).toEqual({ phase: 'Available', lastPhaseTransitionTime: 'now' });
  });

  it('is shown with its claim', () => {
    const { object } = submit(persistentVolume, volume({ claimRef: { namespace: 'n', name: 'c' } }));
    expect(cells(persistentVolume, object!)).toMatchObject({
      Capacity: '1Gi',
      'Access Modes': 'RWO',
      'Reclaim Policy': 'Retain',
      Status: 'Pending',
      Claim: 'n/c',
      VolumeAttributesClass: '<unset>',
    });
  });
});

describe('PersistentVolumeClaim', () => {
  it('says of a copy in both fields what of', () => {
    const snapshot = { apiGroup: 'snapshot.storage.k8s.io', kind: 'VolumeSnapshot', name: 's' };
    const { object } = submit(persistentVolumeClaim, claim({ dataSource: snapshot }));
    expect(object!.spec).toMatchObject({ dataSource: snapshot, dataSourceRef: snapshot, volumeMode: 'Filesystem' });
    const other = { apiGroup: 'example.com', kind: 'Other', name: 'o' };
    expect(submit(persistentVolumeClaim, claim({ dataSource: other })).object!.spec).not.toHaveProperty('dataSource');
  });

  it('stays what it was until it is bound, and then may grow', () => {
    const grown = { resources: { requests: { storage: '2Gi' } } };
    const bound = { status: { phase: 'Bound', capacity: { storage: '1Gi' } } };
    expect(refusals(persistentVolumeClaim, claim(grown), { old: claim() })).toEqual([
      'spec: Forbidden: spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims\n- spec.resources.requests.storage: "1Gi"\n+ spec.resources.requests.storage: "2Gi"',
    ]);
    expect(refusals(persistentVolumeClaim, claim(grown), { old: claim({}, bound) })).toEqual([]);
    const small = { resources: { requests: { storage: '1Mi' } } };
    expect(refusals(persistentVolumeClaim, claim(small), { old: claim({}, bound) })).toEqual([
      'spec.resources.requests.storage: Forbidden: field can not be less than status.capacity',
    ]);
    expect(refusals(persistentVolumeClaim, claim({ volumeName: 'v' }), { old: claim() })).toEqual([]);
    expect(refusals(persistentVolumeClaim, claim({ storageClassName: 's' }), { old: claim() })).toEqual([]);
  });

  it('counts by its class', () => {
    const { object } = submit(persistentVolumeClaim, claim({ storageClassName: 'gold' }));
    const usage = persistentVolumeClaim.quota!.usage!(object!, 0);
    expect(Object.keys(usage).sort()).toEqual([
      'gold.storageclass.storage.k8s.io/persistentvolumeclaims',
      'gold.storageclass.storage.k8s.io/requests.storage',
      'persistentvolumeclaims',
      'requests.storage',
    ]);
  });
});
