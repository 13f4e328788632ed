import { beforeEach, describe, expect, test } from 'vitest';
import type { Pod } from '../../../shared/api/object.ts';
import { defaultSettings } from '../../../shared/kinds/define-kind.ts';
import ingress from '../../../shared/kinds/ingress.ts';
import ingressClass from '../../../shared/kinds/ingress-class.ts';
import persistentVolumeClaim from '../../../shared/kinds/persistent-volume-claim.ts';
import priorityClass from '../../../shared/kinds/priority-class.ts';
import runtimeClass from '../../../shared/kinds/runtime-class.ts';
import storageClass from '../../../shared/kinds/storage-class.ts';
import { bootstrapCluster } from '../registry/bootstrap.ts';
import { RegistryFixture, refusal } from '../registry/testing/fixture.ts';
import { testKinds } from '../registry/testing/kinds.ts';
import { pod } from '../registry/testing/objects.ts';

const classes = 'priorityclasses.scheduling.k8s.io';
let cluster: RegistryFixture;
beforeEach(() => {
  cluster = new RegistryFixture([
    ...testKinds,
    priorityClass,
    runtimeClass,
    ingress,
    ingressClass,
    persistentVolumeClaim,
    storageClass,
  ]);
  const { registry, kinds } = cluster;
  const options = { registry, kinds, settings: defaultSettings, apiServerIP: '10.96.0.1' };
  cluster.store.transaction((tx) => bootstrapCluster(tx, options));
});

const createdPod = (name: string, spec: object) => cluster.create('pods', pod(name, spec)).body as Pod;
const podRefusal = (spec: object) => refusal(() => cluster.create('pods', pod('p', spec))).toStatus();

describe('the class of a Pod', () => {
  const aClass = (name: string, fields: object) => cluster.create(classes, { metadata: { name }, ...fields });

  test('decides its priority and whether it preempts', () => {
    aClass('modest', { value: 7, preemptionPolicy: 'Never' });
    expect(createdPod('a', { priorityClassName: 'modest' }).spec).toMatchObject({
      priority: 7,
      preemptionPolicy: 'Never',
    });
    expect(createdPod('b', { priorityClassName: 'system-node-critical' }).spec?.priority).toBe(2_000_001_000);
    expect(podRefusal({ priorityClassName: 'absent' })).toMatchObject({
      code: 403,
      message: 'pods "p" is forbidden: no PriorityClass with name absent was found',
    });
    expect(podRefusal({ priorityClassName: 'modest', preemptionPolicy: 'PreemptLowerPriority' }).message).toBe(
      'pods "p" is forbidden: the string value of PreemptionPolicy (PreemptLowerPriority) must not be provided in pod spec; priority admission controller computed Never from the given PriorityClass name',
    );
  });

  test('is the default where it names none, and there is one default', () => {
    aClass('standard', { value: 5, globalDefault: true });
    expect(createdPod('a', {}).spec).toMatchObject({ priorityClassName: 'standard', priority: 5 });
    expect(refusal(() => aClass('other', { value: 6, globalDefault: true })).toStatus()).toMatchObject({
      code: 403,
      message:
        'priorityclasses.scheduling.k8s.io "other" is forbidden: PriorityClass standard is already marked as default. Only one default can exist',
    });
    const again = { metadata: { name: 'standard' }, value: 5, globalDefault: true, description: 'again' };
    expect(cluster.update(classes, 'standard', again).code).toBe(200);
  });

  test('of the system cannot be deleted', () => {
    expect(refusal(() => cluster.delete(classes, 'system-node-critical')).toStatus().message).toBe(
      'priorityclasses.scheduling.k8s.io "system-node-critical" is forbidden: this is a system priority class and cannot be deleted',
    );
  });
});

describe('the RuntimeClass of a Pod', () => {
  const scheduling = {
    nodeSelector: { disk: 'ssd' },
    tolerations: [{ key: 'gpu', operator: 'Exists', effect: 'NoSchedule' }],
  };
  beforeEach(() => {
    const overhead = { podFixed: { cpu: '100m' } };
    cluster.create('runtimeclasses.node.k8s.io', { metadata: { name: 'vm' }, handler: 'vm', overhead, scheduling });
  });

  test('adds its overhead and its nodes', () => {
    const { spec } = createdPod('a', { runtimeClassName: 'vm', nodeSelector: { zone: 'a' } });
    expect(spec).toMatchObject({ overhead: { cpu: '100m' }, nodeSelector: { zone: 'a', disk: 'ssd' } });
    expect(spec?.tolerations).toContainEqual(scheduling.tolerations[0]);
  });

  test.each([
    ['is absent', { runtimeClassName: 'none' }, 'pod rejected: RuntimeClass "none" not found'],
    [
      'wants other nodes',
      { runtimeClassName: 'vm', nodeSelector: { disk: 'hdd' } },
      'conflict: runtimeClass.scheduling.nodeSelector[disk] = ssd; pod.spec.nodeSelector[disk] = hdd',
    ],
    [
      'costs something else',
      { runtimeClassName: 'vm', overhead: { cpu: '1' } },
      "pod rejected: Pod's Overhead doesn't match RuntimeClass's defined Overhead",
    ],
    [
      'says nothing of a cost',
      { overhead: { cpu: '1' } },
      'pod rejected: Pod Overhead set without corresponding RuntimeClass defined Overhead',
    ],
  ])('that %s refuses the Pod', (_title, spec, why) => {
    expect(podRefusal(spec)).toMatchObject({ code: 403, message: `pods "p" is forbidden: ${why}` });
  });
});

test('an update of a RuntimeClass says which version it replaces', () => {
  cluster.create('runtimeclasses.node.k8s.io', { metadata: { name: 'x' }, handler: 'x' });
  const blind = { metadata: { name: 'x', labels: { a: 'b' } }, handler: 'x' };
  expect(refusal(() => cluster.update('runtimeclasses.node.k8s.io', 'x', blind)).toStatus()).toMatchObject({
    code: 422,
    message:
      'runtimeclasses.node.k8s.io "x" is invalid: metadata.resourceVersion: Invalid value: 0: must be specified for an update',
  });
});

test('an Ingress without a class gets the newest default', () => {
  const annotations = { 'ingressclass.kubernetes.io/is-default-class': 'true' };
  const make = (name: string, metadata: object = {}) => {
    cluster.nowMs += 1000;
    const spec = { controller: 'example.com/x' };
    cluster.create('ingressclasses.networking.k8s.io', { metadata: { name, ...metadata }, spec });
  };
  const classOf = (name: string, metadata: object = {}) => {
    const spec = { defaultBackend: { service: { name: 'web', port: { number: 80 } } } };
    const { body } = cluster.create('ingresses.networking.k8s.io', { metadata: { name, ...metadata }, spec });
    return (body.spec as { ingressClassName?: string }).ingressClassName;
  };
  make('plain');
  expect(classOf('a')).toBeUndefined();
  make('old', { annotations });
  make('new', { annotations });
  expect(classOf('b')).toBe('new');
  expect(classOf('c', { annotations: { 'kubernetes.io/ingress.class': 'x' } })).toBeUndefined();
});

test('a claim without a class gets the default one, unless it wants none', () => {
  const annotations = { 'storageclass.kubernetes.io/is-default-class': 'true' };
  const provisioner = 'example.com/disk';
  cluster.create('storageclasses.storage.k8s.io', { metadata: { name: 'fast', annotations }, provisioner });
  const classOf = (name: string, fields: object = {}) => {
    const resources = { requests: { storage: '1Gi' } };
    const spec = { accessModes: ['ReadWriteOnce'], resources, ...fields };
    const { body } = cluster.create('persistentvolumeclaims', { metadata: { name }, spec });
    return (body.spec as { storageClassName?: string }).storageClassName;
  };
  expect(classOf('a')).toBe('fast');
  expect(classOf('b', { storageClassName: '' })).toBe('');
  expect(classOf('c', { storageClassName: 'slow' })).toBe('slow');
});
