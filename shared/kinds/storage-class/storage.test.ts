import { describe, expect, test } from 'vitest';
import csiDriver from '../csi-driver.ts';
import csiNode from '../csi-node.ts';
import csiStorageCapacity from '../csi-storage-capacity.ts';
import storageClass from '../storage-class.ts';
import { cells, refusals, submit } from '../testing/submit.ts';
import volumeAttachment from '../volume-attachment.ts';
import volumeAttributesClass from '../volume-attributes-class.ts';

const named = (fields: object, metadata: object = {}) => ({ metadata: { name: 'x', ...metadata }, ...fields });

describe('StorageClass', () => {
  const aClass = (fields: object, metadata: object = {}) =>
    named({ provisioner: 'example.com/disk', ...fields }, metadata);

  test('deletes volumes and binds claims at once unless it says otherwise', () => {
    expect(submit(storageClass, aClass({})).object).toMatchObject({
      reclaimPolicy: 'Delete',
      volumeBindingMode: 'Immediate',
    });
  });

  const zone = { key: 'zone', values: ['a'] };
  test.each<[string, object, string[]]>([
    ['no provisioner', { provisioner: '' }, ['provisioner: Required value']],
    [
      'an unknown policy',
      { reclaimPolicy: 'Recycle' },
      ['reclaimPolicy: Unsupported value: "Recycle": supported values: "Delete", "Retain"'],
    ],
    [
      'an unknown mode',
      { volumeBindingMode: 'Later' },
      ['volumeBindingMode: Unsupported value: "Later": supported values: "Immediate", "WaitForFirstConsumer"'],
    ],
    [
      'the same place twice',
      { allowedTopologies: [{ matchLabelExpressions: [zone] }, { matchLabelExpressions: [zone] }] },
      ['allowedTopologies[1].matchLabelExpressions: Duplicate value: ""'],
    ],
    [
      'a place that is none',
      { allowedTopologies: [{ matchLabelExpressions: [{ key: 'zone', values: [] }] }] },
      ['allowedTopologies[0].matchLabelExpressions[0].values: Required value'],
    ],
  ])('refuses %s', (_title, fields, expected) => {
    expect(refusals(storageClass, aClass(fields))).toEqual(expected);
  });

  test('keeps what volumes have been made with', () => {
    const changed = aClass({ parameters: { a: 'b' }, allowVolumeExpansion: true });
    expect(refusals(storageClass, changed, { old: aClass({}) })).toEqual([
      'parameters: Invalid value: {"a":"b"}: field is immutable',
    ]);
    expect(refusals(storageClass, aClass({ allowVolumeExpansion: true }), { old: aClass({}) })).toEqual([]);
  });

  test('shows which one is the default', () => {
    const annotations = { 'storageclass.kubernetes.io/is-default-class': 'true' };
    expect(cells(storageClass, aClass({}, { annotations }))).toMatchObject({ Name: 'x (default)' });
  });
});

describe('VolumeAttachment', () => {
  const attachment = (source: object) => named({ spec: { attacher: 'example.com', nodeName: 'n', source } });

  test('is of one volume', () => {
    const either = 'must specify exactly one of inlineVolumeSpec and persistentVolumeName';
    expect(refusals(volumeAttachment, attachment({}))).toEqual([`spec.source: Required value: ${either}`]);
    const both = { persistentVolumeName: 'pv', inlineVolumeSpec: {} };
    expect(refusals(volumeAttachment, attachment(both))).toEqual([`spec.source: Forbidden: ${either}`]);
    expect(refusals(volumeAttachment, attachment({ persistentVolumeName: 'pv' }))).toEqual([]);
    const csi = { driver: 'example.com', volumeHandle: 'h' };
    const inlineVolumeSpec = { accessModes: ['ReadWriteOnce'], csi };
    expect(refusals(volumeAttachment, attachment({ inlineVolumeSpec }))).toEqual([]);
    const sized = { ...inlineVolumeSpec, capacity: { storage: '1Gi' } };
    expect(refusals(volumeAttachment, attachment({ inlineVolumeSpec: sized }))).toEqual([
      'spec.source.inlineVolumeSpec.capacity: Forbidden: may not be specified in the context of inline volumes',
    ]);
  });

  test('keeps its spec', () => {
    const [next, old] = [attachment({ persistentVolumeName: 'b' }), attachment({ persistentVolumeName: 'a' })];
    expect(refusals(volumeAttachment, next, { old })[0]).toMatch(/^spec: Invalid value: .*: field is immutable$/);
  });
});

describe('CSIDriver', () => {
  const driver = (spec: object) => named({ spec });

  test('has Kubernetes defaults, and a generation from its first change on', () => {
    const { object } = submit(csiDriver, driver({}));
    expect(object?.spec).toEqual({
      attachRequired: true,
      fsGroupPolicy: 'ReadWriteOnceWithFSType',
      podInfoOnMount: false,
      requiresRepublish: false,
      seLinuxMount: false,
      storageCapacity: false,
      volumeLifecycleModes: ['Persistent'],
    });
    expect(object?.metadata.generation).toBeUndefined();
    const changed = submit(csiDriver, driver({ podInfoOnMount: true }), { old: driver({}) });
    expect(changed.object?.metadata.generation).toBe(1);
  });

  test.each<[object, string[]]>([
    [
      { tokenRequests: [{ audience: 'a' }, { audience: 'a' }] },
      ['spec.tokenRequests[1].audience: Duplicate value: "a"'],
    ],
    [
      { tokenRequests: [{ audience: 'a', expirationSeconds: 60 }] },
      ['spec.tokenRequests[0].expirationSeconds: Invalid value: 60: may not specify a duration less than 10 minutes'],
    ],
    [
      { nodeAllocatableUpdatePeriodSeconds: 1 },
      ['spec.nodeAllocatableUpdatePeriodSeconds: Invalid value: 1: must be greater than or equal to 10 seconds'],
    ],
  ])('refuses %j', (spec, expected) => {
    expect(refusals(csiDriver, driver(spec))).toEqual(expected);
  });

  test('keeps how volumes are attached', () => {
    expect(refusals(csiDriver, driver({ attachRequired: false }), { old: driver({}) })).toEqual([
      'spec.attachedRequired: Invalid value: false: field is immutable',
    ]);
  });
});

test('the drivers of a CSINode stay as they are, but for their limits', () => {
  const node = (...drivers: object[]) => named({ spec: { drivers } });
  const driver = (fields: object = {}) => ({ name: 'd', nodeID: 'n', topologyKeys: ['zone'], ...fields });
  expect(refusals(csiNode, node(driver({ nodeID: '' })))).toEqual(['spec.drivers[0].nodeID: Required value']);
  expect(refusals(csiNode, node(driver(), driver()))).toEqual(['spec.drivers[1].name: Duplicate value: "d"']);
  const limited = node(driver({ allocatable: { count: 3 } }));
  expect(refusals(csiNode, limited, { old: node(driver()) })).toEqual([]);
  expect(refusals(csiNode, node(driver({ nodeID: 'm' })), { old: node(driver()) })[0]).toMatch(/field is immutable$/);
});

test('a CSIStorageCapacity stays where it is', () => {
  const capacity = (fields: object) => named({ storageClassName: 'fast', ...fields });
  expect(refusals(csiStorageCapacity, capacity({ capacity: '-1Gi' }))).toEqual([
    'capacity: Invalid value: "-1Gi": must be greater than or equal to 0',
  ]);
  expect(refusals(csiStorageCapacity, capacity({ storageClassName: 'slow' }), { old: capacity({}) })).toEqual([
    'storageClassName: Invalid value: "slow": field is immutable',
  ]);
});

test('a VolumeAttributesClass has parameters, for good', () => {
  const aClass = (fields: object) => named({ driverName: 'd', ...fields });
  expect(refusals(volumeAttributesClass, aClass({}))).toEqual([
    'parameters: Required value: must contain at least one key/value pair',
  ]);
  const [next, old] = [aClass({ parameters: { a: '2' } }), aClass({ parameters: { a: '1' } })];
  expect(refusals(volumeAttributesClass, next, { old })).toEqual([
    'parameters: Forbidden: updates to parameters are forbidden.',
  ]);
});
