import { beforeEach, describe, expect, test } from 'vitest';
import type { ResourceQuota } from '../../../shared/api/object.ts';
import resourceQuota from '../../../shared/kinds/resource-quota.ts';
import { RegistryFixture, refusal } from '../registry/testing/fixture.ts';
import { testKinds } from '../registry/testing/kinds.ts';
import { configMap, pod } from '../registry/testing/objects.ts';

let cluster: RegistryFixture;
beforeEach(() => {
  cluster = new RegistryFixture([...testKinds, resourceQuota]);
  cluster.create('namespaces', { metadata: { name: 'default' } });
});

/** A quota that the controller has taken note of. */
function quota(name: string, hard: Record<string, string>, spec: object = {}): void {
  cluster.create('resourcequotas', { metadata: { name }, spec: { hard, ...spec } });
  const used = Object.fromEntries(Object.keys(hard).map((resource) => [resource, '0']));
  cluster.patch('resourcequotas', name, 'merge', { status: { hard, used } }, { subresource: 'status' });
}

const used = (name: string) => (cluster.get('resourcequotas', name) as ResourceQuota).status?.used;
const asking = (name: string, resources: object, spec: object = {}) =>
  pod(name, { containers: [{ name: 'c', image: 'i', resources }], ...spec });

describe('ResourceQuota', () => {
  test('charges what is let in, and refuses what exceeds', () => {
    quota('q', { pods: '2', 'requests.cpu': '1', 'limits.memory': '1Gi' });
    cluster.create('pods', asking('a', { requests: { cpu: '600m' }, limits: { memory: '512Mi' } }));
    expect(used('q')).toEqual({ pods: '1', 'requests.cpu': '600m', 'limits.memory': '512Mi' });
    const before = cluster.revision;
    const greedy = asking('b', { requests: { cpu: '500m' }, limits: { memory: '1Gi' } });
    expect(refusal(() => cluster.create('pods', greedy)).toStatus()).toMatchObject({
      code: 403,
      reason: 'Forbidden',
      message:
        'pods "b" is forbidden: exceeded quota: q, requested: limits.memory=1Gi,requests.cpu=500m, used: limits.memory=512Mi,requests.cpu=600m, limited: limits.memory=1Gi,requests.cpu=1',
    });
    expect(cluster.revision).toBe(before);
  });

  test('one write is one transaction, whatever it is charged to; a dry run is charged to none', () => {
    quota('q', { pods: '2' });
    const before = cluster.revision;
    cluster.create('pods', pod('a'), { dryRun: true });
    expect(cluster.revision).toBe(before);
    cluster.create('pods', pod('a'));
    expect(cluster.revision).toBe(before + 2);
    expect(refusal(() => cluster.create('pods', pod('a'))).code).toBe(409);
    expect(used('q')).toEqual({ pods: '1' });
  });

  test('where compute is limited every container says what it wants', () => {
    quota('q', { 'limits.cpu': '1', memory: '1Gi' });
    expect(refusal(() => cluster.create('pods', asking('a', { requests: { memory: '1Mi' } }))).message).toBe(
      'pods "a" is forbidden: failed quota: q: must specify limits.cpu for: c',
    );
    cluster.create('configmaps', configMap('c'));
  });

  test('a quota is in force once its usage is known', () => {
    cluster.create('resourcequotas', { metadata: { name: 'new' }, spec: { hard: { pods: '0' } } });
    cluster.create('pods', pod('a'));
    cluster.patch('resourcequotas', 'new', 'merge', { status: { hard: { pods: '0' } } }, { subresource: 'status' });
    expect(refusal(() => cluster.create('pods', pod('b'))).message).toBe(
      'pods "b" is forbidden: status unknown for quota: new, resources: pods',
    );
  });

  test('scopes choose what is counted', () => {
    quota('idle', { pods: '5' }, { scopes: ['BestEffort', 'NotTerminating'] });
    quota('ending', { pods: '5' }, { scopes: ['Terminating'] });
    const values = ['system-node-critical'];
    const critical = [{ scopeName: 'PriorityClass', operator: 'In', values }];
    quota('critical', { pods: '5' }, { scopeSelector: { matchExpressions: critical } });
    cluster.create('pods', pod('a'));
    cluster.create('pods', asking('b', { requests: { cpu: '1' } }));
    cluster.create('pods', pod('c', { activeDeadlineSeconds: 5 }));
    const counts = () => ['idle', 'ending', 'critical'].map((name) => used(name)?.pods);
    expect(counts()).toEqual(['1', '1', '0']);
    cluster.patch('pods', 'b', 'merge', { spec: { activeDeadlineSeconds: 5 } });
    expect(counts()).toEqual(['1', '2', '0']);
  });

  test('objects are counted by either name, Services by their ports, too', () => {
    quota('q', { configmaps: '1', 'count/configmaps': '9', 'services.nodeports': '2', services: '9' });
    cluster.create('configmaps', configMap('a'));
    expect(refusal(() => cluster.create('configmaps', configMap('b'))).message).toBe(
      'configmaps "b" is forbidden: exceeded quota: q, requested: configmaps=1, used: configmaps=1, limited: configmaps=1',
    );
    const ports = [1, 2, 3].map((port) => ({ name: `p${port}`, port }));
    const service = { metadata: { name: 's' }, spec: { ports, type: 'ClusterIP' } };
    const created = cluster.create('services', service).body;
    expect(used('q')).toMatchObject({ services: '1', 'services.nodeports': '0' });
    const open = (count: number) =>
      cluster.update('services', 's', { ...created, spec: { ports: ports.slice(0, count), type: 'NodePort' } });
    expect(refusal(() => open(3)).message).toMatch('requested: services.nodeports=3, used: services.nodeports=0');
    open(2);
    expect(used('q')).toMatchObject({ services: '1', 'services.nodeports': '2' });
  });
});
