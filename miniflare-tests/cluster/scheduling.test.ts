import type { V1Binding } from '@kubernetes/client-node';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startCluster, type TestCluster } from '../../testing/index.ts';
import { type Clients, clientsOf, createSender } from './clients.ts';
import { aPod, type PodOptions } from './manifests.ts';
import { eventually, untilEvent, untilRunning } from './waits.ts';

const namespace = 'default';
let cluster: TestCluster;
let clients: Clients;

beforeAll(async () => {
  cluster = await startCluster({
    nodes: [
      { name: 'small', cpus: 1 },
      { name: 'large', cpus: 8 },
    ],
  });
  clients = clientsOf(cluster.kubeconfig);
});

afterAll(() => cluster.stop());

const create = (name: string, options?: PodOptions) =>
  clients.core.createNamespacedPod({ namespace, body: aPod(name, options) });

async function nodeOf(name: string): Promise<string | undefined> {
  return (await untilRunning(clients.core, namespace, name)).spec?.nodeName;
}

async function patchNode(name: string, patch: object): Promise<void> {
  const send = createSender({ url: cluster.url, ca: cluster.ca, token: cluster.token });
  const headers = { 'content-type': 'application/strategic-merge-patch+json' };
  const { status, text } = await send(`/api/v1/nodes/${name}`, { method: 'PATCH', headers, body: patch });
  expect(status, text).toBe(200);
}

async function conditionOf(name: string) {
  const { status } = await clients.core.readNamespacedPod({ namespace, name });
  return status?.conditions?.find(({ type }) => type === 'PodScheduled');
}

const cpus = (cpu: string): PodOptions => ({ container: { resources: { requests: { cpu } } } });

it('requests decide: what fits only on the large node goes there, what fits nowhere waits and says why', async () => {
  await create('big', cpus('3'));
  expect(await nodeOf('big')).toBe('large');
  await create('huge', cpus('100'));
  const event = await untilEvent(clients.core, namespace, 'huge', 'FailedScheduling');
  const message =
    '0/2 nodes are available: 2 Insufficient cpu. preemption: 0/2 nodes are available: 2 Preemption is not helpful for scheduling.';
  expect(event).toMatchObject({ type: 'Warning', message, source: { component: 'default-scheduler' } });
  expect(await conditionOf('huge')).toMatchObject({ status: 'False', reason: 'Unschedulable', message });
});

it('a Pod that waits for a node label is placed as soon as a node has it', async () => {
  await create('picky', { nodeSelector: { disk: 'ssd' } });
  const event = await untilEvent(clients.core, namespace, 'picky', 'FailedScheduling');
  expect(event.message).toMatch(/^0\/2 nodes are available: 2 node\(s\) didn't match Pod's node affinity\/selector\. /);
  await patchNode('small', { metadata: { labels: { disk: 'ssd' } } });
  expect(await nodeOf('picky')).toBe('small');
});

it('nothing new comes to a cordoned node, and it is open again when it is uncordoned', async () => {
  await patchNode('large', { spec: { unschedulable: true } });
  await create('elsewhere', cpus('100m'));
  expect(await nodeOf('elsewhere')).toBe('small');
  await create('needs-large', cpus('2'));
  const event = await untilEvent(clients.core, namespace, 'needs-large', 'FailedScheduling');
  expect(event.message).toMatch(/^0\/2 nodes are available: 1 Insufficient cpu, 1 node\(s\) were unschedulable\. /);
  await patchNode('large', { spec: { unschedulable: null } });
  expect(await nodeOf('needs-large')).toBe('large');
});

it('a taint keeps Pods away that do not tolerate it, and NoExecute sends away those that are there', async () => {
  await create('resident', { nodeSelector: { disk: 'ssd' } });
  expect(await nodeOf('resident')).toBe('small');
  await patchNode('small', { spec: { taints: [{ key: 'dedicated', value: 'db', effect: 'NoSchedule' }] } });
  await create('stranger', { nodeSelector: { disk: 'ssd' } });
  const event = await untilEvent(clients.core, namespace, 'stranger', 'FailedScheduling');
  expect(event.message).toMatch(
    /^0\/2 nodes are available: 1 node\(s\) didn't match Pod's node affinity\/selector, 1 node\(s\) had untolerated taint\(s\)\. /,
  );
  const tolerations = [{ key: 'dedicated', operator: 'Equal', value: 'db', effect: 'NoSchedule' }];
  await create('tolerant', { nodeSelector: { disk: 'ssd' }, tolerations });
  expect(await nodeOf('tolerant')).toBe('small');

  await patchNode('small', { spec: { taints: [{ key: 'maintenance', effect: 'NoExecute' }] } });
  await eventually('Pods without a toleration leave', async () => {
    const { items } = await clients.core.listNamespacedPod({ namespace, fieldSelector: 'spec.nodeName=small' });
    return items.length === 0;
  });
  await patchNode('small', { spec: { taints: null } });
});

it('a host port is given once on a node', async () => {
  const ports = [{ containerPort: 80, hostPort: 8080 }];
  await create('port-1', { container: { ports } });
  await create('port-2', { container: { ports } });
  expect(new Set([await nodeOf('port-1'), await nodeOf('port-2')])).toEqual(new Set(['small', 'large']));
  await create('port-3', { container: { ports } });
  const event = await untilEvent(clients.core, namespace, 'port-3', 'FailedScheduling');
  expect(event.message).toMatch(
    /^0\/2 nodes are available: 2 node\(s\) didn't have free ports for the requested pod ports\. /,
  );
  await clients.core.deleteNamespacedPod({ namespace, name: 'port-1' });
  await untilRunning(clients.core, namespace, 'port-3');
});

it('a Pod of another scheduler is left alone, until that scheduler binds it', async () => {
  const { core } = clients;
  await create('theirs', { schedulerName: 'mine' });
  await create('ours');
  // Ours was created later and is placed: theirs has been passed over.
  await untilRunning(core, namespace, 'ours');
  const waiting = await core.readNamespacedPod({ namespace, name: 'theirs' });
  expect(waiting.spec?.nodeName).toBeUndefined();
  const body: V1Binding = { metadata: { name: 'theirs' }, target: { apiVersion: 'v1', kind: 'Node', name: 'small' } };
  await core.createNamespacedPodBinding({ namespace, name: 'theirs', body });
  expect(await nodeOf('theirs')).toBe('small');
  await expect(core.createNamespacedPodBinding({ namespace, name: 'theirs', body })).rejects.toMatchObject({
    code: 409,
    body: expect.stringContaining('pod theirs is already assigned to node \\"small\\"'),
  });
});

it('a Pod of high priority gets its room, and no more than that, though every object is evicted on the way', async () => {
  const { core } = clients;
  const send = createSender({ url: cluster.url, ca: cluster.ca, token: cluster.token });
  const body = { metadata: { name: 'urgent' }, value: 1000 };
  expect((await send('/apis/scheduling.k8s.io/v1/priorityclasses', { method: 'POST', body })).status).toBe(201);
  const onSmall = { nodeSelector: { 'kubernetes.io/hostname': 'small' }, ...cpus('300m') };
  const cheap = ['cheap-1', 'cheap-2', 'cheap-3'];
  for (const name of cheap) {
    await create(name, onSmall);
    expect(await nodeOf(name)).toBe('small');
  }
  await create('urgent', { ...onSmall, priorityClassName: 'urgent' });
  await cluster.evictObjects({ sockets: 'close' });
  expect(await nodeOf('urgent')).toBe('small');
  await cluster.evictObjects({ sockets: 'close' });
  const { items } = await core.listNamespacedPod({ namespace });
  const left = items.filter(({ metadata }) => cheap.includes(metadata?.name ?? '') && !metadata?.deletionTimestamp);
  expect(left).toHaveLength(2);
  expect((await untilEvent(core, namespace, 'urgent', 'Scheduled')).message).toContain('to small');
});
