import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { networkInterfaces } from 'node:os';
import { afterEach, describe, expect, test } from 'vitest';
import { isReachable } from '../../shared/protocol/reachable-address.ts';
import type { SocketHandlers } from '../connection/socket.ts';
import { createHttpStreams, type HttpStreams } from './http-streams.ts';
import { type HttpStreamRequest, startRequest } from './request-node.ts';
import { selfSigned } from './testing/self-signed.ts';

/** The control plane's end of one stream. */
interface Client {
  handlers: SocketHandlers;
  texts: string[];
  body: Buffer[];
  over: Promise<'closed' | 'broken'>;
}

let servers: Server[] = [];
afterEach(() => {
  for (const server of servers) server.close().closeAllConnections();
  servers = [];
});

async function listen(server: Server): Promise<number> {
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

const serve = (handler: RequestListener) => listen(createServer(handler));

function open(request: Partial<HttpStreamRequest> & { port: number }) {
  const over = Promise.withResolvers<'closed' | 'broken'>();
  const client: Client = { handlers: undefined as never, texts: [], body: [], over: over.promise };
  const streams: HttpStreams = createHttpStreams({
    startRequest,
    dial(_path, handlers) {
      client.handlers = handlers;
      setImmediate(() => handlers.opened());
      return {
        send: (text) => void client.texts.push(text),
        sendBytes: async (bytes) => void client.body.push(Buffer.from(bytes)),
        close: () => over.resolve('closed'),
        terminate: () => over.resolve('broken'),
      };
    },
  });
  const full = {
    kind: 'http',
    method: 'GET',
    scheme: 'http',
    host: '127.0.0.1',
    path: '/',
    headers: [],
    ...request,
  } as const;
  streams.open({ type: 'openStream', streamId: 's', path: '/stream', request: { ...full } as HttpStreamRequest });
  const began = async () => {
    for (let i = 0; i < 200 && !client.texts.includes('resume'); i++) await new Promise((done) => setImmediate(done));
  };
  const head = () => JSON.parse(client.texts.find((text) => text.startsWith('{')) ?? '{}');
  return { client, streams, began, head, body: () => Buffer.concat(client.body).toString() };
}

describe('[P16] an HTTP stream', () => {
  test('is one exchange: method, path, headers and both bodies', async () => {
    const port = await serve(async (request, response) => {
      let text = '';
      for await (const chunk of request) text += chunk;
      response.writeHead(
        201,
        [
          ['X-Echo', `${request.method} ${request.url} ${request.headers['x-a']} ${request.headers.host}`],
          ['Set-Cookie', 'a=1'],
          ['Set-Cookie', 'b=2'],
          ['Connection', 'close'],
        ].flat(),
      );
      response.end(`got ${text}`);
    });
    const { client, began, head, body } = open({
      port,
      method: 'POST',
      path: '/a/b?c=d',
      headers: [
        ['x-a', '1'],
        ['host', 'api.example'],
      ],
    });
    await began();
    client.handlers.bytes?.(Buffer.from('he'));
    client.handlers.bytes?.(Buffer.from('llo'));
    client.handlers.message('end');
    expect(await client.over).toBe('closed');
    const { code, headers } = head();
    expect(code).toBe(201);
    expect(headers).toContainEqual(['X-Echo', 'POST /a/b?c=d 1 api.example']);
    expect(headers.filter(([name]: [string]) => name === 'Set-Cookie')).toHaveLength(2);
    expect(headers.map(([name]: [string]) => name.toLowerCase())).not.toContain('connection');
    expect(body()).toBe('got hello');
  });

  test('to nobody fails in the words of Kubernetes', async () => {
    const port = await serve(() => undefined);
    servers[0]?.close();
    const { client, head } = open({ port });
    await client.over;
    expect(head()).toMatchObject({ code: 503, message: `dial tcp 127.0.0.1:${port}: connect: connection refused` });
  });

  test('is not taken for whole when the target breaks off', async () => {
    const port = await serve((_request, response) => {
      response.writeHead(200, { 'content-length': '100' });
      response.write('some');
      setImmediate(() => response.destroy());
    });
    const { client, began, body } = open({ port });
    await began();
    client.handlers.message('end');
    expect(await client.over).toBe('broken');
    expect(body()).toBe('some');
  });

  test('stops when the client is gone', async () => {
    const gone = Promise.withResolvers<void>();
    const port = await serve((request) => void request.once('close', () => gone.resolve()));
    const { client, began } = open({ port });
    await began();
    client.handlers.message('end');
    await new Promise((done) => setTimeout(done, 20));
    client.handlers.closed('client gone');
    await gone.promise;
  });

  test('waits while the client does not keep up', async () => {
    const port = await serve((_request, response) => void response.end('x'.repeat(500_000)));
    const { client, began, body } = open({ port });
    await began();
    client.handlers.message('pause');
    client.handlers.message('end');
    for (let i = 0; i < 200 && client.texts.length < 2; i++) await new Promise((done) => setTimeout(done, 5));
    expect(body()).toBe('');
    client.handlers.message('resume');
    expect(await client.over).toBe('closed');
    expect(body()).toHaveLength(500_000);
  });

  test('over TLS trusts what it is told to, under the name that it is told', async () => {
    const { key, certificate } = await selfSigned('web.default.svc');
    const server = createSecureServer({ key, cert: certificate }, (_request, response) => void response.end('secret'));
    const port = await listen(server as unknown as Server);
    const reach = async (tls: HttpStreamRequest['tls']) => {
      const { client, began, body, head } = open({ port, scheme: 'https', tls });
      await Promise.race([began(), client.over]);
      client.handlers.message('end');
      await client.over;
      return head().message ?? body();
    };
    expect(await reach({ serverName: 'web.default.svc', ca: certificate })).toBe('secret');
    expect(await reach({ insecure: true })).toBe('secret');
    const failed = 'tls: failed to verify certificate: x509: ';
    expect(await reach({ serverName: 'web.default.svc' })).toBe(`${failed}certificate signed by unknown authority`);
    expect(await reach({ serverName: 'other.default.svc', ca: certificate })).toContain(failed);
  });
});

const ownAddresses = Object.values(networkInterfaces()).flatMap((one = []) => one.map(({ address }) => address));
const address = ownAddresses.find(isReachable);

describe('[P18] an HTTP stream to the outside', () => {
  const reach = async (host: string, port: number, ca: string) => {
    const tls = { serverName: 'hooks.example', ca };
    const { client, began, body, head } = open({ host, port, scheme: 'https', outside: true, tls });
    await Promise.race([began(), client.over]);
    client.handlers.message('end');
    await client.over;
    return head().message ?? body();
  };

  test.skipIf(!address)('is one like any other where the address is one of a network', async () => {
    const { key, certificate } = await selfSigned('hooks.example');
    const server = createSecureServer({ key, cert: certificate }, (_request, response) => void response.end('hooked'));
    servers.push(server as unknown as Server);
    await new Promise<void>((resolve) => server.listen(0, address, resolve));
    const { port } = server.address() as AddressInfo;
    expect(await reach(address!, port, certificate)).toBe('hooked');
  });

  test('does not reach the node itself, whatever it is called', async () => {
    const { key, certificate } = await selfSigned('hooks.example');
    const connections: unknown[] = [];
    const server = createSecureServer({ key, cert: certificate });
    server.on('connection', (socket) => connections.push(socket));
    const port = await listen(server as unknown as Server);
    for (const host of ['127.0.0.1', 'localhost', '127.1', '::ffff:127.0.0.1', '0.0.0.0']) {
      expect(await reach(host, port, certificate), host).toMatch(/^address not allowed: /);
    }
    expect(connections).toEqual([]);
  });
});
