import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import WebSocket, { WebSocketServer } from 'ws';
import { startCluster, type TestCluster } from '../../testing/index.ts';
import { clientsOf, createSender, type SendRaw } from './clients.ts';
import { aPod } from './manifests.ts';
import { eventually, untilRunning } from './waits.ts';

const namespace = '/api/v1/namespaces/default';
const pod = `${namespace}/pods/echo/proxy`;

let cluster: TestCluster;
let send: SendRaw;
let server: Server;
let echo: WebSocketServer;
/** The target's ends, and how each was asked for. */
let accepted: { socket: WebSocket; request: IncomingMessage; closed: Promise<[number, string]> }[] = [];

beforeAll(async () => {
  server = createServer((_request, response) => response.writeHead(418).end('no sockets here'));
  echo = new WebSocketServer({ noServer: true, handleProtocols: (offered) => [...offered].at(-1) ?? false });
  server.on('upgrade', (request, socket, head) => {
    if (request.url === '/refused') return void socket.end('HTTP/1.1 403 Forbidden\r\ncontent-length: 6\r\n\r\nnot so');
    echo.handleUpgrade(request, socket, head, (accept) => {
      const closed = new Promise<[number, string]>((resolve) => {
        accept.on('close', (code, reason) => resolve([code, reason.toString()]));
      });
      accepted.push({ socket: accept, request, closed });
      accept.on('message', (data, isBinary) => accept.send(data, { binary: isBinary }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  cluster = await startCluster({ nodes: [{ listener: (address) => (address.port === 8080 ? port : undefined) }] });
  send = createSender(cluster);
  const containers = [{ name: 'c', image: 'app', ports: [{ containerPort: 8080 }] }];
  const metadata = { name: 'echo', labels: { app: 'echo' } };
  await send(`${namespace}/pods`, { method: 'POST', body: { ...aPod('echo'), metadata, spec: { containers } } });
  const spec = { selector: { app: 'echo' }, ports: [{ port: 80, targetPort: 8080 }] };
  await send(`${namespace}/services`, { method: 'POST', body: { metadata: { name: 'echo' }, spec } });
  await untilRunning(clientsOf(cluster.kubeconfig).core, 'default', 'echo');
  await eventually('the endpoints', async () => {
    const { json } = await send(`${namespace}/endpoints/echo`);
    return (json.subsets as unknown[] | undefined)?.length === 1;
  });
}, 60_000);

afterEach(() => {
  for (const { socket } of accepted) socket.terminate();
  accepted = [];
});

afterAll(async () => {
  await cluster.stop();
  server.close();
});

function dial(path: string, { protocols = [] as string[], token = cluster.token as string | null } = {}): WebSocket {
  const headers = token === null ? {} : { authorization: `Bearer ${token}` };
  return new WebSocket(`${cluster.url.replace('https', 'wss')}${path}`, protocols, { ca: cluster.ca, headers });
}

function opened(socket: WebSocket): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once('open', resolve);
    socket.once('error', reject);
  });
}

function closed(socket: WebSocket): Promise<[number, string]> {
  return new Promise((resolve) => {
    socket.once('close', (code, reason) => resolve([code, reason.toString()]));
  });
}

function next(socket: WebSocket): Promise<Buffer | string> {
  return new Promise((resolve) => {
    socket.once('message', (data: Buffer, isBinary) => resolve(isBinary ? data : data.toString()));
  });
}

async function refusal(socket: WebSocket): Promise<number> {
  return new Promise((resolve) => {
    socket.once('unexpected-response', (request, response) => {
      request.destroy();
      resolve(response.statusCode ?? 0);
    });
    socket.once('error', () => undefined);
  });
}

it.each([
  ['a Pod', `${pod}/sockets?a=b`],
  ['a Service', `${namespace}/services/echo/proxy/sockets?a=b`],
])('a WebSocket reaches %s, with messages of both kinds in both directions', async (_what, path) => {
  const socket = dial(path, { protocols: ['one', 'two'] });
  await opened(socket);
  expect(socket.protocol).toBe('two');
  socket.send('grüße');
  expect(await next(socket)).toBe('grüße');
  socket.send(Buffer.from([0, 255, 1]));
  expect(await next(socket)).toEqual(Buffer.from([0, 255, 1]));
  socket.send('');
  expect(await next(socket)).toBe('');
  const { request } = accepted[0]!;
  expect(request.url).toBe('/sockets?a=b');
  expect(request.headers).not.toHaveProperty('authorization');
  socket.terminate();
});

it('many messages and large ones arrive whole and in order', async () => {
  const socket = dial(pod);
  await opened(socket);
  const sizes = Array.from({ length: 64 }, (_, index) => (index * 16_411) % 500_000);
  const received: number[] = [];
  const all = new Promise<void>((resolve) => {
    socket.on('message', (data: Buffer) => {
      received.push(data.byteLength);
      if (received.length === sizes.length) resolve();
    });
  });
  for (const size of sizes) socket.send(Buffer.alloc(size, 7));
  await all;
  expect(received).toEqual(sizes);
  socket.terminate();
});

it('the close of the client reaches the target, with its code and reason', async () => {
  const socket = dial(pod);
  await opened(socket);
  socket.close(3001, 'had enough');
  expect(await accepted[0]!.closed).toEqual([3001, 'had enough']);
});

it('the close of the target reaches the client, with its code and reason', async () => {
  const socket = dial(pod);
  await opened(socket);
  accepted[0]!.socket.close(4321, 'going home');
  expect(await closed(socket)).toEqual([4321, 'going home']);
});

it('a target that breaks off is told from one that says goodbye', async () => {
  const socket = dial(pod);
  await opened(socket);
  accepted[0]!.socket.terminate();
  expect(await closed(socket)).toEqual([1014, 'the connection to the other end was lost']);
});

it('a client that is gone without a word is no riddle for the target', async () => {
  const socket = dial(pod);
  await opened(socket);
  socket.terminate();
  const [code] = await accepted[0]!.closed;
  expect([1001, 1005, 1006]).toContain(code);
});

it('the objects between the ends may be taken out of memory', async () => {
  const socket = dial(pod);
  await opened(socket);
  await cluster.evictObjects();
  socket.send('still there?');
  expect(await next(socket)).toBe('still there?');
  const over = closed(socket);
  await cluster.evictObjects({ sockets: 'close' });
  expect((await over)[0]).toBe(1014);
});

it('a target that does not agree answers as it does', async () => {
  expect(await refusal(dial(`${pod}/refused`))).toBe(403);
  expect(await refusal(dial(`${namespace}/pods/echo:9/proxy`))).toBe(503);
  expect(await refusal(dial(`${namespace}/pods/nobody/proxy`))).toBe(404);
  expect(await refusal(dial(pod, { token: 'wrong' }))).toBe(401);
});

it('a token may come as a protocol, as browsers have to send it, and goes no further', async () => {
  const token = `base64url.bearer.authorization.k8s.io.${Buffer.from(cluster.token).toString('base64url')}`;
  const socket = dial(pod, { protocols: [token, 'app'], token: null });
  await opened(socket);
  expect(socket.protocol).toBe('app');
  expect(accepted[0]!.request.headers['sec-websocket-protocol']).toBe('app');
  socket.terminate();
  expect(await refusal(dial(pod, { protocols: [token], token: null }))).toBe(401);
});

it('other protocols are refused, and told why', async () => {
  const { status, json } = await send(pod, { headers: { connection: 'Upgrade', upgrade: 'SPDY/3.1' } });
  expect({ status, message: json.message }).toEqual({
    status: 400,
    message: 'unable to upgrade: only WebSocket connections are passed on, not "SPDY/3.1"',
  });
});
