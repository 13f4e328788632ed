import { afterAll, beforeAll, expect, it } from 'vitest';
import { startCluster, type TestCluster } from '../../testing/index.ts';
import { clientsOf, createSender } from './clients.ts';
import { aController } from './manifests.ts';
import { eventually } from './waits.ts';

let deployment: TestCluster;

beforeAll(async () => {
  deployment = await startCluster();
});

afterAll(() => deployment.stop());

const senderFor = ({ url, token }: { url: string; token: string }) => createSender({ url, token, ca: deployment.ca });
const namespaces = '/api/v1/namespaces';

it('clusters share nothing: names, tokens, Service addresses', async () => {
  const [east, west] = [await deployment.createCluster('east'), await deployment.createCluster('west')];
  const [toEast, toWest] = [senderFor(east), senderFor(west)];
  for (const send of [toEast, toWest]) {
    const created = await send(namespaces, { method: 'POST', body: { metadata: { name: 'team' } } });
    expect(created.status).toBe(201);
    const service = { metadata: { name: 'web' }, spec: { clusterIP: '10.96.0.77', ports: [{ port: 80 }] } };
    expect((await send(`${namespaces}/team/services`, { method: 'POST', body: service })).status).toBe(201);
  }
  expect((await toEast(`${namespaces}/team`, { method: 'DELETE' })).status).toBe(200);
  expect((await toWest(`${namespaces}/team`)).json).toMatchObject({ status: { phase: 'Active' } });

  const strangers: [typeof toEast, string][] = [
    [toEast, west.token],
    [toEast, deployment.token],
    [toWest, east.token],
    [senderFor(deployment), east.token],
  ];
  for (const [send, token] of strangers) {
    const { status, json } = await send(namespaces, { token });
    expect(status).toBe(401);
    expect(json).toMatchObject({ kind: 'Status', reason: 'Unauthorized', message: 'Unauthorized' });
  }
});

it('a bootstrap token of one cluster joins no node to another', async () => {
  const [here, there] = [await deployment.createCluster('here'), await deployment.createCluster('there')];
  const token = String((await senderFor(here)('/fairlead/v1/tokens', { method: 'POST', body: {} })).json.token);
  const join = { method: 'POST', body: { nodeName: 'machine' }, token };
  expect((await senderFor(there)('/fairlead/v1/join', join)).status).toBe(401);
  expect((await senderFor(here)('/fairlead/v1/join', join)).status).toBe(201);
});

it('a cluster is deleted whole: its watches end, its tokens die, and a new one of its name starts empty', async () => {
  const first = await deployment.createCluster('short-lived');
  const send = senderFor(first);
  const { core, watch } = clientsOf(first.kubeconfig);
  await core.createNamespacedReplicationController({ namespace: 'default', body: aController('web', 3) });
  await eventually('the controller works here, too', async () => {
    const { items } = await core.listNamespacedPod({ namespace: 'default' });
    return items.length === 3;
  });
  const ended = Promise.withResolvers<void>();
  await watch.watch(
    '/api/v1/pods',
    {},
    () => undefined,
    () => ended.resolve(),
  );

  await deployment.deleteCluster('short-lived');

  await ended.promise;
  const gone = await send(namespaces);
  expect(gone.status).toBe(404);
  expect(gone.json).toMatchObject({ kind: 'Status', reason: 'NotFound', message: 'clusters "short-lived" not found' });

  const second = await deployment.createCluster('short-lived');
  expect((await send(namespaces)).status).toBe(401);
  const { items } = await clientsOf(second.kubeconfig).core.listPodForAllNamespaces();
  expect(items).toEqual([]);
});

it.each([
  '/clusters/nobody/api/v1/pods',
  '/clusters/nobody/version',
  '/clusters/UPPER/api/v1/pods',
  '/clusters/nobody/fairlead/v1/join',
])('a cluster that was never created is not found: %s', async (path) => {
  const { status, json } = await senderFor(deployment)(path);
  expect(status).toBe(404);
  expect(json).toMatchObject({ kind: 'Status', reason: 'NotFound' });
});

it('only the administrator of the deployment manages clusters', async () => {
  const send = senderFor(deployment);
  for (const token of [null, deployment.token, 'invented']) {
    for (const [method, path] of [
      ['GET', ''],
      ['POST', ''],
      ['DELETE', '/default'],
    ]) {
      const { status } = await send(`/fairlead/v1/clusters${path}`, { method, token, body: undefined });
      expect(status, `${method} ${path} as ${token}`).toBe(401);
    }
  }
  await expect(deployment.createCluster('default')).rejects.toThrow('clusters "default" already exists (409)');
  await expect(deployment.createCluster('No Such Name')).rejects.toThrow('(400)');
  await expect(deployment.deleteCluster('nobody')).rejects.toThrow('clusters "nobody" not found (404)');
});
