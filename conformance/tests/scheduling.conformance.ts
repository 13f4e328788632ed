import { expect } from 'vitest';
import { type Cluster, type Conformance, conforms } from '../harness/conforms.ts';
import { kinds } from '../harness/kinds.ts';
import { aPod, runs } from '../harness/pods.ts';
import { isRefused, isScheduled } from '../harness/scheduling.ts';

/** One of the cluster's nodes with a label that no other has. */
async function labelledNode(t: Conformance, cluster: Cluster = t): Promise<{ name: string; label: object }> {
  const nodes = cluster.resource(kinds.node);
  const name = (await nodes.list()).items[0]!.metadata.name;
  const key = `kubernetes.io/${t.unique('e2e')}`;
  await nodes.patch(name, { metadata: { labels: { [key]: '42' } } });
  t.cleanUp(() => nodes.patch(name, { metadata: { labels: { [key]: null } } }));
  return { name, label: { [key]: '42' } };
}

conforms('Scheduler, node selector matching', async (t) => {
  const { name, label } = await labelledNode(t);
  await t.resource(kinds.pod).create(aPod('with-labels', { nodeSelector: { ...label } }));
  expect((await isScheduled(t, 'with-labels')).spec.nodeName).toBe(name);
});

conforms('Scheduler, node selector not matching', async (t) => {
  await t.resource(kinds.pod).create(aPod('restricted-pod', { nodeSelector: { label: 'nonempty' } }));
  expect(await isRefused(t, 'restricted-pod')).toContain("node(s) didn't match Pod's node affinity/selector");
  const event = await t.eventually('an event says so', async () => {
    const fieldSelector = 'involvedObject.name=restricted-pod,reason=FailedScheduling';
    return (await t.resource(kinds.event).list({ fieldSelector })).items[0];
  });
  expect(event).toMatchObject({ type: 'Warning', source: { component: 'default-scheduler' } });
});

conforms('Scheduler, resource limits', async (t) => {
  const cluster = { ...t, ...(await t.ownCluster({ nodes: [{ cpus: 2 }, { cpus: 4 }] })) };
  const nodes = (await cluster.resource(kinds.node).list()).items;
  const asking = (name: string, milliCpu: number, spec: object = {}) => {
    const amounts = { cpu: `${milliCpu}m` };
    return aPod(name, { container: { resources: { requests: amounts, limits: amounts } }, ...spec });
  };
  for (const { metadata, status } of nodes) {
    const filler = `filler-${metadata.name}`;
    const nodeSelector = { 'kubernetes.io/hostname': metadata.name };
    await cluster.resource(kinds.pod).create(asking(filler, Number(status.allocatable?.cpu) * 700, { nodeSelector }));
    await runs(cluster, filler);
  }
  await cluster.resource(kinds.pod).create(asking('additional-pod', 4 * 500));
  expect(await isRefused(cluster, 'additional-pod')).toMatch(/^0\/2 nodes are available: 2 Insufficient cpu\. /);
});

conforms(
  'Scheduling, HostPort and Protocol match, HostIPs different but one is default HostIP (0.0.0.0)',
  async (t) => {
    const { name, label } = await labelledNode(t);
    const node = await t.resource(kinds.node).get(name);
    const hostIP = node.status.addresses?.find(({ type }) => type === 'InternalIP')?.address;
    const listening = (pod: string, port: object) =>
      aPod(pod, {
        nodeSelector: { ...label },
        container: { ports: [{ hostPort: 54322, containerPort: 8080, protocol: 'TCP', ...port }] },
      });
    await t.resource(kinds.pod).create(listening('pod4', { hostIP: '' }));
    expect((await isScheduled(t, 'pod4')).spec.nodeName).toBe(name);
    await t.resource(kinds.pod).create(listening('pod5', { hostIP }));
    expect(await isRefused(t, 'pod5')).toContain("node(s) didn't have free ports for the requested pod ports");
    await t.resource(kinds.pod).create(listening('udp', { hostIP, protocol: 'UDP' }));
    expect((await isScheduled(t, 'udp')).spec.nodeName).toBe(name);
  },
);
