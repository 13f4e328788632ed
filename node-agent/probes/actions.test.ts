import { createServer, type Server } from 'node:http';
import { createServer as createHttp2Server } from 'node:http2';
import { type AddressInfo, createServer as createTcpServer, type Server as TcpServer } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createMemoryRuntime } from '../runtime/memory-runtime.ts';
import { aPod } from '../testing/pods.ts';
import type { Probe, ProbeTarget } from './probe.ts';
import { runProbe } from './run-probe.ts';

let web: Server;
let silent: TcpServer;
let health: ReturnType<typeof createHttp2Server>;
let closedPort: number;
const seen: Record<string, string | string[] | undefined>[] = [];

const portOf = (server: { address(): unknown }) => (server.address() as AddressInfo).port;
const listen = (server: TcpServer | Server | typeof health) =>
  new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));

beforeAll(async () => {
  web = createServer((request, response) => {
    seen.push({ ...request.headers, url: request.url });
    if (request.url === '/slow') return;
    const codes: Record<string, number> = {
      '/broken': 500,
      '/missing': 404,
      '/away': 302,
      '/here': 302,
      '/empty': 204,
    };
    const location = { '/away': 'http://192.0.2.1/', '/here': '/ok' }[request.url ?? ''];
    response.writeHead(codes[request.url ?? ''] ?? 200, location ? { location } : {}).end('hello');
  });
  silent = createTcpServer(() => {});
  health = createHttp2Server();
  health.on('stream', (stream) => {
    const chunks: Buffer[] = [];
    stream.on('data', (chunk: Buffer) => chunks.push(chunk));
    stream.on('end', () => {
      const isSick = Buffer.concat(chunks).includes('sick');
      stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
      stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
      stream.end(Buffer.from([0, 0, 0, 0, 2, 0x08, isSick ? 2 : 1]));
    });
  });
  await Promise.all([web, silent, health].map(listen));
  const unused = createTcpServer();
  await listen(unused);
  closedPort = portOf(unused);
  await new Promise((resolve) => unused.close(resolve));
});

afterAll(() => {
  web.closeAllConnections();
  for (const server of [web, silent, health]) server.close();
});

function target(more: Partial<ProbeTarget> = {}): ProbeTarget {
  const container = { name: 'main', image: 'app', ports: [{ name: 'web', containerPort: portOf(web) }] };
  return {
    runtime: createMemoryRuntime(),
    pod: aPod({ containers: [container] }),
    container,
    id: 'x',
    podIP: '127.0.0.1',
    timeoutMs: 2_000,
    ...more,
  };
}
const http = (path: string, more: Partial<NonNullable<Probe['httpGet']>> = {}): Probe => ({
  httpGet: { port: 'web', path, ...more } as NonNullable<Probe['httpGet']>,
});
const tcp = (port: unknown) => ({ tcpSocket: { port } }) as Probe;

describe('httpGet', () => {
  test.each([
    ['/ok', 'success', 'hello'],
    ['/empty', 'success', ''],
    ['/here', 'success', 'hello'],
    ['/away', 'warning', 'Probe terminated redirects, Response body: hello'],
    ['/broken', 'failure', 'HTTP probe failed with statuscode: 500'],
    ['/missing', 'failure', 'HTTP probe failed with statuscode: 404'],
  ])('%s is a %s', async (path, outcome, output) => {
    expect(await runProbe(http(path), target())).toEqual({ outcome, output });
  });

  test('says who asks, and takes headers of the probe', async () => {
    const httpHeaders = [
      { name: 'Host', value: 'shop.example' },
      { name: 'Accept', value: '' },
    ];
    await runProbe(http('/headers', { httpHeaders }), target());
    expect(seen.at(-1)).toMatchObject({ 'user-agent': 'kube-probe/1.36', host: 'shop.example', url: '/headers' });
    expect(seen.at(-1)).not.toHaveProperty('accept');
  });

  test('explains a connection that fails', async () => {
    const refused = await runProbe(http('/x', { port: closedPort as never }), target());
    const url = `http://127.0.0.1:${closedPort}/x`;
    expect(refused.output).toBe(`Get "${url}": dial tcp 127.0.0.1:${closedPort}: connect: connection refused`);
    const slow = await runProbe(http('/slow'), target({ timeoutMs: 50 }));
    expect(slow.output).toMatch(/: context deadline exceeded \(Client.Timeout exceeded while awaiting headers\)$/);
  });

  test('of a port that the container does not name says nothing of the container', async () => {
    await expect(runProbe(http('/', { port: 'admin' as never }), target())).rejects.toThrow(
      "couldn't find port: admin",
    );
  });
});

test('tcpSocket asks whether the port takes connections', async () => {
  expect(await runProbe(tcp(portOf(silent)), target())).toMatchObject({ outcome: 'success' });
  const output = `dial tcp 127.0.0.1:${closedPort}: connect: connection refused`;
  expect(await runProbe(tcp(closedPort), target())).toEqual({ outcome: 'failure', output });
});

test('grpc asks the health service', async () => {
  const grpc = (service: string): Probe => ({ grpc: { port: portOf(health), service } });
  expect(await runProbe(grpc(''), target())).toMatchObject({ outcome: 'success' });
  const output = 'service unhealthy (responded with "NOT_SERVING")';
  expect(await runProbe(grpc('sick'), target())).toEqual({ outcome: 'failure', output });
  expect(await runProbe({ grpc: { port: closedPort } }, target())).toMatchObject({ outcome: 'failure' });
});

test('exec goes by the exit code', async () => {
  const runtime = createMemoryRuntime({
    behave: () => ({ exec: ([word]) => ({ exitCode: word === 'good' ? 0 : 7, output: `${word}\n` }) }),
  });
  const { container } = target();
  const sandboxId = await runtime.createSandbox({ name: 's', labels: {}, hostname: 'h', network: 'n', ports: [] });
  const limits = { cpuShares: 2, oomScoreAdj: 0 };
  const security = { supplementalGroups: [], privileged: false, readOnlyRootFilesystem: false };
  const id = await runtime.createContainer({
    ...{ name: 'c', labels: {}, sandboxId, image: 'app', env: [], mounts: [], resources: limits },
    security: { ...security, capabilitiesAdd: [], capabilitiesDrop: [], noNewPrivileges: false },
  });
  const probe = (word: string) => runProbe({ exec: { command: [word] } }, target({ runtime, id, container }));
  await expect(probe('good')).rejects.toThrow('is not running');
  await runtime.start(sandboxId);
  await runtime.start(id);
  expect(await probe('good')).toEqual({ outcome: 'success', output: 'good\n' });
  expect(await probe('bad')).toEqual({ outcome: 'failure', output: 'bad\n' });
});
