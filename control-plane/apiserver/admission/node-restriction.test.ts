import { beforeEach, describe, expect, test } from 'vitest';
import lease from '../../../shared/kinds/lease.ts';
import node from '../../../shared/kinds/node.ts';
import { nodeUser } from '../auth/node-authorizer.ts';
import { RegistryFixture, refusal } from '../registry/testing/fixture.ts';
import { testKinds } from '../registry/testing/kinds.ts';
import { pod } from '../registry/testing/objects.ts';
import { forbiddenLabels } from './node-restriction/own-node.ts';

let cluster: RegistryFixture;
beforeEach(() => {
  cluster = new RegistryFixture([...testKinds, node, lease]);
  for (const name of ['default', 'kube-node-lease']) cluster.create('namespaces', { metadata: { name } });
});

const asNode = { user: nodeUser('n1') };
const why = (work: () => unknown) => refusal(work).message.replace(/^.* is forbidden: /, '');

describe('NodeRestriction', () => {
  test('a node registers itself, with labels that are its own to say', () => {
    const create = (name: string, labels: object) => cluster.create('nodes', { metadata: { name, labels } }, asNode);
    expect(why(() => create('n2', {}))).toBe('node "n1" is not allowed to modify node "n2"');
    const steering = {
      'node-role.kubernetes.io/control-plane': '',
      'node-restriction.kubernetes.io/pci': 'yes',
      disk: 'ssd',
    };
    expect(why(() => create('n1', steering))).toBe(
      'node "n1" is not allowed to set the following labels: node-restriction.kubernetes.io/pci, node-role.kubernetes.io/control-plane',
    );
    create('n1', { 'kubernetes.io/hostname': 'n1', 'node.kubernetes.io/x': 'y', disk: 'ssd' });
    const patch = (body: object) => cluster.patch('nodes', 'n1', 'merge', body, asNode);
    expect(why(() => patch({ metadata: { labels: { 'a.k8s.io/b': 'c' } } }))).toBe(
      'is not allowed to modify labels: a.k8s.io/b',
    );
    expect(why(() => patch({ spec: { taints: [] } }))).toBe('node "n1" is not allowed to modify taints');
    patch({ metadata: { labels: { disk: 'hdd' } } });
  });

  test('only labels that change matter', () => {
    expect(forbiddenLabels({ 'x.kubernetes.io/a': '1' }, { 'x.kubernetes.io/a': '1' })).toEqual([]);
    expect(forbiddenLabels({}, { 'x.kubernetes.io/a': '1' })).toEqual(['x.kubernetes.io/a']);
  });

  test('a node says of its own Pods how they are, and makes only mirrors', () => {
    const { uid } = cluster.create('nodes', { metadata: { name: 'n1' } }).body.metadata;
    cluster.create('pods', pod('mine', { nodeName: 'n1' }));
    cluster.create('pods', pod('other', { nodeName: 'n2' }));
    const report = (name: string, body: object) =>
      cluster.patch('pods', name, 'merge', body, { ...asNode, subresource: 'status' });
    report('mine', { status: { phase: 'Running' } });
    expect(why(() => report('mine', { metadata: { labels: { a: 'b' } } }))).toBe(
      'node "n1" cannot update labels through pod status',
    );
    expect(why(() => report('other', { status: { phase: 'Running' } }))).toBe(
      'node "n1" can only update pod status for pods with spec.nodeName set to itself',
    );
    expect(why(() => cluster.delete('pods', 'other', {}, asNode))).toBe(
      'node "n1" can only delete pods with spec.nodeName set to itself',
    );
    const create = (metadata: object, spec: object = {}) => {
      const body = pod('mirror', { nodeName: 'n1', automountServiceAccountToken: false, ...spec });
      return cluster.create('pods', { ...body, metadata: { ...body.metadata, ...metadata } }, asNode);
    };
    expect(why(() => create({}))).toBe(
      'pod does not have "kubernetes.io/config.mirror" annotation, node "n1" can only create mirror pods',
    );
    const annotations = { 'kubernetes.io/config.mirror': 'x' };
    const ownerReferences = [{ apiVersion: 'v1', kind: 'Node', name: 'n1', uid, controller: true }];
    expect(why(() => create({ annotations }))).toBe(
      'node "n1" can only create pods with an owner reference set to itself',
    );
    const volumes = [{ name: 'v', secret: { secretName: 's' } }];
    expect(why(() => create({ annotations, ownerReferences }, { volumes }))).toMatch(
      'can not create pods that reference',
    );
  });

  test('a node has one lease', () => {
    const create = (name: string, namespace = 'kube-node-lease') =>
      cluster.create('leases.coordination.k8s.io', { metadata: { name }, spec: {} }, { ...asNode, namespace });
    create('n1');
    expect(why(() => create('n2'))).toBe('can only access node lease with the same name as the requesting node');
    expect(why(() => create('n1', 'default'))).toBe('can only access leases in the "kube-node-lease" system namespace');
  });
});
