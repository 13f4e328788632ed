import { beforeEach, describe, expect, it } from 'vitest';
import type { ResourceQuota } from '../../shared/api/object.ts';
import resourceQuota from './resource-quota.ts';
import { podSpec, startTestCluster, type TestCluster } from './testing/test-cluster.ts';

let cluster: TestCluster;
beforeEach(async () => {
  cluster = await startTestCluster();
  cluster.startControllers([resourceQuota]);
});

const quota = (hard: Record<string, string>, spec: object = {}) =>
  cluster.create<ResourceQuota>('resourcequotas', { metadata: { name: 'q' }, spec: { hard, ...spec } });
const pod = (name: string) => cluster.create('pods', { metadata: { name }, spec: podSpec });
const status = async () => (await cluster.get<ResourceQuota>('resourcequotas', 'q'))?.status;

describe('quotas', () => {
  it('count what is there, and give back what goes', async () => {
    await pod('a');
    await quota({ pods: '2', 'count/deployments.apps': '1', 'count/widgets.example.com': '1' });
    await cluster.settle();
    const hard = { pods: '2', 'count/deployments.apps': '1', 'count/widgets.example.com': '1' };
    expect(await status()).toEqual({ hard, used: { pods: '1', 'count/deployments.apps': '0' } });
    await pod('b');
    await expect(pod('c')).rejects.toThrow('exceeded quota: q, requested: pods=1, used: pods=2, limited: pods=2');
    await cluster.write({
      verb: 'delete',
      key: { resource: 'pods', namespace: 'default', name: 'a' },
      gracePeriodSeconds: 0,
    });
    await cluster.patchStatus({ resource: 'pods', namespace: 'default', name: 'b' }, { phase: 'Succeeded' });
    await cluster.settle();
    expect((await status())?.used).toMatchObject({ pods: '0' });
  });

  it('do not count Pods for ever that their node does not let go', async () => {
    await cluster.create('pods', { metadata: { name: 'lost' }, spec: { ...podSpec, nodeName: 'gone' } });
    await quota({ pods: '1' });
    await cluster.settle();
    const key = { resource: 'pods', namespace: 'default', name: 'lost' };
    await cluster.write({ verb: 'delete', key, gracePeriodSeconds: 10 });
    await cluster.settle();
    expect((await status())?.used).toEqual({ pods: '1' });
    await cluster.advance(21_000);
    expect((await status())?.used).toEqual({ pods: '0' });
  });

  it('follow their own limits', async () => {
    await quota({ pods: '2' });
    await cluster.settle();
    const key = { resource: 'resourcequotas', namespace: 'default', name: 'q' };
    await cluster.write({ verb: 'patch', key, patch: { spec: { hard: { pods: null, configmaps: '3' } } } });
    await cluster.settle();
    expect(await status()).toEqual({ hard: { configmaps: '3' }, used: { configmaps: '0' } });
    await cluster.patchStatus(key, { hard: { configmaps: '9' } });
    await cluster.settle();
    expect((await status())?.hard).toEqual({ configmaps: '3' });
  });

  it('write nothing when nothing is new, and cost nothing where there are none', async () => {
    await quota({ pods: '2' });
    await pod('a');
    await cluster.settle();
    const before = cluster.store.revision;
    await cluster.patchStatus({ resource: 'pods', namespace: 'default', name: 'a' }, { phase: 'Running' });
    await cluster.settle();
    expect(cluster.store.revision).toBe(before + 1);
  });
});
