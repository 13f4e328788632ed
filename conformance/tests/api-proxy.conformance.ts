import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'vitest';
import { type Cluster, type Conformance, conforms } from '../harness/conforms.ts';
import { kinds } from '../harness/kinds.ts';
import { aPod, isReady } from '../harness/pods.ts';

const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];

/** A cluster with a Pod and a Service for it, for which this process answers: with the method and the path it was asked. */
async function startEcho(t: Conformance): Promise<Cluster> {
  const server = createServer((request, response) => {
    request.resume();
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ method: request.method, path: request.url }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.cleanUp(() => server.close());
  const { port } = server.address() as AddressInfo;
  const cluster = await t.ownCluster({ nodes: [{ listener: () => port }] });
  const container = { ports: [{ name: 'web', containerPort: 8080 }] };
  await cluster.resource(kinds.pod).create(aPod('echo', { labels: { app: 'echo' }, container }));
  await t.eventually('the Pod runs', async () => isReady(await cluster.resource(kinds.pod).get('echo')));
  const ports = [{ name: 'portname', port: 80, targetPort: 'web' }];
  await cluster
    .resource(kinds.service)
    .create({ metadata: { name: 'echo' }, spec: { selector: { app: 'echo' }, ports } });
  await t.eventually('the Service has an endpoint', async () => {
    const { subsets } = await cluster.resource(kinds.endpoints).get('echo');
    return subsets?.some(({ addresses }) => addresses?.length);
  });
  return cluster;
}

const proxies = {
  pod: '/api/v1/namespaces/default/pods/echo/proxy',
  service: '/api/v1/namespaces/default/services/echo:portname/proxy',
};

async function answersEveryMethod(cluster: Cluster, path: string, told: string): Promise<void> {
  for (const method of methods) {
    const response = await cluster.api.open(method, path);
    expect(response.status, `${method} ${path}`).toBe(200);
    if (method !== 'HEAD') expect(await response.json()).toEqual({ method, path: told });
  }
}

conforms('Proxy, validate ProxyWithPath responses', async (t) => {
  const cluster = await startEcho(t);
  for (const proxy of Object.values(proxies)) {
    await answersEveryMethod(cluster, `${proxy}/some/path/with/text?method=any`, '/some/path/with/text?method=any');
  }
});

conforms('Proxy, validate Proxy responses', async (t) => {
  const cluster = await startEcho(t);
  for (const proxy of Object.values(proxies)) {
    await answersEveryMethod(cluster, `${proxy}/?method=any`, '/?method=any');
    for (const method of ['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']) {
      const response = await cluster.api.open(method, `${proxy}?method=any`);
      expect(await response.json()).toEqual({ method, path: '/?method=any' });
    }
  }
});

conforms('Proxy through apiserver to a Service', async (t) => {
  const cluster = await startEcho(t);
  const root = '/api/v1/namespaces/default';
  const ways = [
    'services/echo:portname',
    'services/http:echo:portname',
    'services/echo:80',
    'pods/echo',
    'pods/echo:8080',
    'pods/http:echo:8080',
  ];
  for (const way of ways) {
    const answer = await cluster.api.ask('GET', `${root}/${way}/proxy/x`);
    expect(answer, way).toEqual({ method: 'GET', path: '/x' });
  }
});
