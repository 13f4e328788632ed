import { afterAll, beforeAll, expect, it } from 'vitest';
import { gatewayIndex } from '../../control-plane/apiserver/http/object-names.ts';
import { startCluster, type TestCluster } from '../../testing/index.ts';
import { type Clients, clientsOf } from './clients.ts';
import { aPod } from './manifests.ts';
import { eventually, untilRunning } from './waits.ts';

const namespace = 'default';
const names = ['n1', 'n2', 'n3', 'n4'];
let cluster: TestCluster;
let clients: Clients;

beforeAll(async () => {
  cluster = await startCluster({ nodes: names.map((name) => ({ name })), settings: { gatewayCount: 2 } });
  clients = clientsOf(cluster.kubeconfig);
});

afterAll(() => cluster.stop());

it('nodes spread over two gateways run Pods, and their logs are found', async () => {
  expect(new Set(names.map((name) => gatewayIndex(name, 2))).size).toBe(2);
  const { core } = clients;
  for (const name of names) await core.createNamespacedPod({ namespace, body: aPod(`on-${name}`, { nodeName: name }) });
  for (const name of names) {
    await untilRunning(core, namespace, `on-${name}`);
    await eventually(`the log of the Pod on ${name}`, async () => {
      await core.readNamespacedPodLog({ namespace, name: `on-${name}` });
      return true;
    });
  }
  const { items } = await core.listNode();
  for (const { status } of items) {
    expect(status?.conditions?.find(({ type }) => type === 'Ready')).toMatchObject({ status: 'True' });
  }
});
