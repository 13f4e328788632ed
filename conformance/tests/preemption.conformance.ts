import type { V1Pod } from '@kubernetes/client-node';
import { expect } from 'vitest';
import { type Cluster, type Conformance, conforms } from '../harness/conforms.ts';
import { kinds } from '../harness/kinds.ts';
import { aPod, runs } from '../harness/pods.ts';
import type { Served } from '../harness/resource.ts';
import { isScheduled } from '../harness/scheduling.ts';
import { aReplicaSet } from '../harness/workloads.ts';

const resource = 'scheduling.k8s.io/foo';
const asking = (amount: number) => {
  const amounts = { [resource]: String(amount) };
  return { resources: { requests: amounts, limits: amounts } };
};

/** A cluster of its own with priority classes, each node with so much of a resource that only these tests use. */
async function cluster(t: Conformance, { nodes = 1, amount }: { nodes?: number; amount: number }) {
  const own = { ...t, ...(await t.ownCluster({ nodes: new Array(nodes).fill({}) })) };
  for (const [name, value] of Object.entries({ low: 1, medium: 100, high: 1000 })) {
    await own.resource(kinds.priorityClass).create({ metadata: { name }, value });
  }
  const names = (await own.resource(kinds.node).list()).items.map(({ metadata }) => metadata.name);
  const extra = { [resource]: String(amount) };
  for (const name of names) {
    const status = { capacity: extra, allocatable: extra };
    await own.resource(kinds.node).patch(name, { status }, { subresource: 'status', type: 'strategic' });
  }
  return { own, names };
}

const onNode = (name: string) => ({
  affinity: {
    nodeAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: {
        nodeSelectorTerms: [{ matchFields: [{ key: 'metadata.name', operator: 'In', values: [name] }] }],
      },
    },
  },
});

/** Two Pods on each of two nodes take four fifths of a resource; the first one alone has a low priority. */
async function busyNodes(t: Conformance) {
  const { own, names } = await cluster(t, { nodes: 2, amount: 5 });
  const pods: Served<V1Pod>[] = [];
  for (const node of names) {
    for (const index of [0, 1]) {
      const priorityClassName = pods.length === 0 ? 'low' : 'medium';
      const name = `${node}-${index}`;
      await own.resource(kinds.pod).create(aPod(name, { priorityClassName, container: asking(2), ...onNode(node) }));
      pods.push(await runs(own, name));
    }
  }
  return { own, pods };
}

/** The first of the Pods has gone or is on its way, and no other. */
async function onlyFirstIsPreempted(own: Cluster, [first, ...others]: readonly Served<V1Pod>[]): Promise<void> {
  const { items } = await own.resource(kinds.pod, 'default').list();
  const staying = items.filter(({ metadata }) => !metadata.deletionTimestamp).map(({ metadata }) => metadata.uid);
  expect(staying).not.toContain(first!.metadata.uid);
  expect(staying).toEqual(expect.arrayContaining(others.map(({ metadata }) => metadata.uid)));
}

conforms('Scheduler, Basic Preemption', async (t) => {
  const { own, pods } = await busyNodes(t);
  const preemptor = aPod('preemptor-pod', { priorityClassName: 'high', container: asking(2) });
  await own.resource(kinds.pod).create(preemptor);
  const { spec } = await runs(own, 'preemptor-pod');
  expect(spec.nodeName).toBe(pods[0]!.spec.nodeName);
  await onlyFirstIsPreempted(own, pods);
});

conforms('Scheduler, Preemption for critical pod', async (t) => {
  const { own, pods } = await busyNodes(t);
  const critical = aPod('critical-pod', { priorityClassName: 'system-cluster-critical', container: asking(2) });
  await t.eventually('the ServiceAccount is there', () =>
    own.resource(kinds.serviceAccount, 'kube-system').get('default'),
  );
  await own.resource(kinds.pod, 'kube-system').create(critical);
  await runs(own, 'critical-pod', 'kube-system');
  await onlyFirstIsPreempted(own, pods);
});

conforms('Verify the DisruptionTarget condition is added to the preempted pod', async (t) => {
  const { own, names } = await cluster(t, { amount: 1 });
  const pods = own.resource(kinds.pod);
  const asked = { container: asking(1), ...onNode(names[0]!) };
  const victim = aPod('victim-pod', { priorityClassName: 'low', ...asked });
  await pods.create({ ...victim, metadata: { ...victim.metadata, finalizers: ['example.com/test-finalizer'] } });
  t.cleanUp(() => pods.patch('victim-pod', { metadata: { finalizers: null } }));
  await runs(own, 'victim-pod');
  const { metadata } = await pods.create(aPod('preemptor-pod', { priorityClassName: 'high', ...asked }));
  const { status } = await t.eventually('the victim is told to go', async () => {
    const pod = await pods.get('victim-pod');
    return pod.metadata.deletionTimestamp ? pod : undefined;
  });
  expect(status.conditions).toContainEqual(
    expect.objectContaining({
      type: 'DisruptionTarget',
      status: 'True',
      reason: 'PreemptionByScheduler',
      message: 'default-scheduler: preempting to accommodate a higher priority pod',
    }),
  );
  const event = await t.eventually('an event says why', async () => {
    const fieldSelector = 'involvedObject.name=victim-pod,reason=Preempted';
    return (await own.resource(kinds.event).list({ fieldSelector })).items[0];
  });
  expect(event).toMatchObject({ type: 'Normal', message: `Preempted by pod ${metadata.uid} on node ${names[0]}` });
});

conforms('Pod preemption verification', async (t) => {
  const { own, names } = await cluster(t, { amount: 1000 });
  const pods = own.resource(kinds.pod);
  const watch = await pods.watch();
  const nodeSelector = { 'kubernetes.io/hostname': names[0]! };
  for (const [index, amount] of [200, 300, 450].entries()) {
    const name = `p${index + 1}`;
    await own.resource(kinds.priorityClass).create({ metadata: { name }, value: index + 1 });
    const options = { priorityClassName: name, nodeSelector, container: asking(amount) };
    await own.resource(kinds.replicaSet).create(aReplicaSet(`rs-${name}`, 1, options));
    await t.eventually(`${name} is available`, async () => {
      return (await own.resource(kinds.replicaSet).get(`rs-${name}`)).status.availableReplicas === 1;
    });
  }
  await own.resource(kinds.priorityClass).create({ metadata: { name: 'p4' }, value: 4 });
  await pods.create(aPod('pod4', { priorityClassName: 'p4', nodeSelector, container: asking(500) }));
  expect((await isScheduled(own, 'pod4')).spec.nodeName).toBe(names[0]);
  const created = (name: string) =>
    watch.events.filter(({ type, object }) => type === 'ADDED' && object.metadata.name.startsWith(`rs-${name}-`))
      .length;
  // The lowest two have to make room, once each; what takes their place waits.
  await t.eventually('the first two are replaced', () => created('p1') === 2 && created('p2') === 2);
  for (const name of ['p1', 'p2']) {
    await t.eventually(`the new ${name} fits nowhere`, async () => {
      const { items } = await pods.list({ labelSelector: `name=rs-${name}` });
      return items.every(({ spec, status }) => !spec.nodeName && status.conditions?.[0]?.reason === 'Unschedulable');
    });
  }
  expect(['p1', 'p2', 'p3'].map(created)).toEqual([2, 2, 1]);
});
