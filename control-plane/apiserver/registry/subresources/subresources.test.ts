import { beforeEach, describe, expect, test } from 'vitest';
import { RegistryFixture, refusal } from '../testing/fixture.ts';
import { testKinds } from '../testing/kinds.ts';
import { configMap, controller, pod } from '../testing/objects.ts';

let cluster: RegistryFixture;
beforeEach(() => {
  cluster = new RegistryFixture(testKinds);
  cluster.create('namespaces', { metadata: { name: 'default' } });
});

describe('subresources', () => {
  test('scale', () => {
    cluster.create('replicationcontrollers', controller('r1'));
    const scale = { subresource: 'scale' };
    expect(cluster.get('replicationcontrollers', 'r1', scale)).toMatchObject({
      kind: 'Scale',
      apiVersion: 'autoscaling/v1',
      metadata: { name: 'r1', namespace: 'default' },
      spec: { replicas: 1 },
      status: { replicas: 0, selector: 'r=1' },
    });
    const body = { apiVersion: 'autoscaling/v1', kind: 'Scale', metadata: { name: 'r1' }, spec: { replicas: 3 } };
    expect(cluster.update('replicationcontrollers', 'r1', body, scale).body).toMatchObject({ spec: { replicas: 3 } });
    expect(cluster.get('replicationcontrollers', 'r1')).toMatchObject({
      metadata: { generation: 2 },
      spec: { replicas: 3 },
    });
    const zero = cluster.patch('replicationcontrollers', 'r1', 'merge', { spec: { replicas: 0 } }, scale);
    expect(zero.body.spec).toEqual({});
    const negative = { spec: { replicas: -2 } };
    expect(refusal(() => cluster.patch('replicationcontrollers', 'r1', 'merge', negative, scale)).message).toBe(
      'Scale.autoscaling "r1" is invalid: spec.replicas: Invalid value: -2: must be greater than or equal to 0',
    );
    expect(refusal(() => cluster.update('replicationcontrollers', 'none', { spec: {} }, scale)).code).toBe(404);
  });

  test('scale can be applied, and says who owns the number', () => {
    cluster.create('replicationcontrollers', controller('r1'));
    const body = { apiVersion: 'autoscaling/v1', kind: 'Scale', metadata: { name: 'r1' }, spec: { replicas: 4 } };
    const apply = (force: boolean) =>
      cluster.patch('replicationcontrollers', 'r1', 'apply', body, {
        subresource: 'scale',
        fieldManager: 'hpa',
        force,
      });
    expect(refusal(() => apply(false))).toMatchObject({
      code: 409,
      message: expect.stringContaining('.spec.replicas'),
    });
    expect(apply(true).body).toMatchObject({ kind: 'Scale', spec: { replicas: 4 } });
    const { metadata, spec } = cluster.get('replicationcontrollers', 'r1');
    expect(spec).toMatchObject({ replicas: 4, selector: { r: '1' } });
    expect(metadata).toMatchObject({ generation: 2 });
    expect(metadata.managedFields).toContainEqual(
      expect.objectContaining({
        manager: 'hpa',
        operation: 'Apply',
        subresource: 'scale',
        fieldsV1: { 'f:spec': { 'f:replicas': {} } },
      }),
    );
  });

  test('binding assigns a Pod once', () => {
    cluster.create('pods', pod('p1'));
    const bind = (metadata: object = {}) =>
      cluster.create(
        'pods',
        {
          apiVersion: 'v1',
          kind: 'Binding',
          metadata: { name: 'p1', ...metadata },
          target: { kind: 'Node', name: 'n1' },
        },
        { name: 'p1', subresource: 'binding' },
      );
    cluster.patch('pods', 'p1', 'merge', { status: { nominatedNodeName: 'n2' } }, { subresource: 'status' });
    expect(cluster.get('pods', 'p1').status).toMatchObject({ nominatedNodeName: 'n2' });
    expect(refusal(() => bind({ uid: 'other' })).code).toBe(409);
    expect(bind()).toMatchObject({ code: 201, body: { kind: 'Status', status: 'Success' } });
    expect(cluster.get('pods', 'p1')).toMatchObject({
      spec: { nodeName: 'n1' },
      status: {
        conditions: [{ type: 'PodScheduled', status: 'True', lastTransitionTime: '2026-01-02T03:04:05Z' }],
      },
    });
    expect(cluster.get('pods', 'p1').status).not.toHaveProperty('nominatedNodeName');
    expect(refusal(() => bind()).toStatus()).toMatchObject({
      code: 409,
      message: 'Operation cannot be fulfilled on pods/binding "p1": pod p1 is already assigned to node "n1"',
      details: { name: 'p1', kind: 'pods/binding' },
    });
  });

  test('eviction is a deletion', () => {
    cluster.create('pods', pod('p1', { nodeName: 'n1' }));
    const body = { metadata: { name: 'p1' }, deleteOptions: { gracePeriodSeconds: 7 } };
    expect(cluster.create('pods', body, { name: 'p1', subresource: 'eviction' })).toMatchObject({
      code: 201,
      body: { kind: 'Status', status: 'Success' },
    });
    expect(cluster.get('pods', 'p1').metadata.deletionGracePeriodSeconds).toBe(7);
  });

  test('a kind has what it declares', () => {
    cluster.create('configmaps', configMap('c1'));
    expect(refusal(() => cluster.get('configmaps', 'c1', { subresource: 'status' })).code).toBe(404);
    expect(refusal(() => cluster.get('pods', 'p1', { subresource: 'binding' })).code).toBe(405);
  });
});
