import type { V1Pod } from '@kubernetes/client-node';
import { expect } from 'vitest';
import { type Cluster, type Conformance, conforms } from '../harness/conforms.ts';
import { kinds } from '../harness/kinds.ts';
import { aPod, runs } from '../harness/pods.ts';
import type { Served } from '../harness/resource.ts';

const taint = { key: 'kubernetes.io/e2e-evict-taint-key', value: 'evictTaintVal', effect: 'NoExecute' };
const setTaints = (cluster: Cluster, node: string, taints: object[]) =>
  cluster.resource(kinds.node).patch(node, { spec: { taints } });

/** A Pod that puts up with the taint for some seconds, running on the node. */
async function tolerantPod(t: Conformance & Cluster, name: string, tolerationSeconds: number, node: string) {
  const tolerations = [{ ...taint, tolerationSeconds }];
  await t.resource(kinds.pod).create(aPod(name, { tolerations, nodeSelector: { 'kubernetes.io/hostname': node } }));
  return runs(t, name);
}

const watched = async (cluster: Cluster) => {
  const { metadata } = await cluster.resource(kinds.pod).list();
  return cluster.resource(kinds.pod).watch({ resourceVersion: metadata.resourceVersion });
};

/** When the Pod was told to go, in epoch ms, with the second that the API keeps. */
const toldAt = ({ metadata, status }: Served<V1Pod>) => {
  expect(status.conditions).toContainEqual(
    expect.objectContaining({
      type: 'DisruptionTarget',
      status: 'True',
      reason: 'DeletionByTaintManager',
      message: 'Taint manager: deleting due to NoExecute taint',
    }),
  );
  return Date.parse(String(metadata.deletionTimestamp));
};

conforms('Pod Eviction, Toleration limits', async (t) => {
  const cluster = { ...t, ...(await t.ownCluster({ nodes: [{ name: 'only' }] })) };
  await tolerantPod(cluster, 'short', 1, 'only');
  await tolerantPod(cluster, 'long', 4, 'only');
  const watch = await watched(cluster);
  await setTaints(cluster, 'only', [taint]);
  const first = await watch.until('DELETED');
  expect(first.metadata.name).toBe('short');
  const second = await watch.until('DELETED');
  expect(second.metadata.name).toBe('long');
  expect(toldAt(second) - toldAt(first)).toBeGreaterThanOrEqual(2000);
});

conforms('Taint, Pod Eviction on taint removal', async (t) => {
  const cluster = { ...t, ...(await t.ownCluster({ nodes: [{ name: 'spared' }, { name: 'tainted' }] })) };
  const { metadata } = await tolerantPod(cluster, 'stays', 2, 'spared');
  // The same on a node that keeps its taint, and taken up later: once this one has gone, the other's time is over too.
  await tolerantPod(cluster, 'goes', 3, 'tainted');
  const watch = await watched(cluster);
  await setTaints(cluster, 'spared', [taint]);
  await setTaints(cluster, 'tainted', [taint]);
  await t.eventually('the taint is known', async () => {
    const { spec } = await cluster.resource(kinds.node).get('spared');
    return spec.taints?.some(({ timeAdded }) => timeAdded !== undefined);
  });
  await setTaints(cluster, 'spared', []);
  expect((await watch.until('DELETED')).metadata.name).toBe('goes');
  const spared = await cluster.resource(kinds.pod).get('stays');
  expect(spared.metadata.uid).toBe(metadata.uid);
  expect(spared.metadata.deletionTimestamp).toBeUndefined();
});
