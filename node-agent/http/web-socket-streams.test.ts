import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type WebSocket, WebSocketServer } from 'ws';
import { decodeFrame, encodeFrame } from '../../shared/protocol/web-socket-frames.ts';
import type { SocketHandlers } from '../connection/socket.ts';
import { type HttpStreamRequest, startWebSocket } from './request-node.ts';
import { createWebSocketStreams } from './web-socket-streams.ts';

let server: Server;
let port: number;
let target: Promise<WebSocket>;

beforeEach(async () => {
  server = createServer();
  const sockets = new WebSocketServer({ server });
  target = new Promise((resolve) => sockets.once('connection', resolve));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  port = (server.address() as AddressInfo).port;
});
afterEach(() => server.close().closeAllConnections());

/** The control plane's end of a stream, whose way there may be blocked. */
function open(more: Partial<HttpStreamRequest> = {}) {
  const texts: string[] = [];
  const frames: Buffer[] = [];
  const over = Promise.withResolvers<void>();
  const way = { isBlocked: false };
  let handlers!: SocketHandlers;
  const streams = createWebSocketStreams({
    startWebSocket,
    dial(_path, given) {
      handlers = given;
      setImmediate(() => given.opened());
      return {
        send: (text) => void texts.push(text),
        sendBytes(bytes) {
          frames.push(Buffer.from(bytes));
          return way.isBlocked ? new Promise(() => undefined) : Promise.resolve();
        },
        close: () => over.resolve(),
        terminate: () => over.resolve(),
      };
    },
  });
  const request = { kind: 'http', method: 'GET', scheme: 'http', host: '127.0.0.1', port, path: '/' } as const;
  const whole = { ...request, upgrade: 'websocket' as const, headers: [], ...more };
  streams.open({ type: 'openStream', streamId: 's', path: '/stream', request: whole });
  return { texts, frames, over: over.promise, way, client: () => handlers };
}

const text = (data: string) => encodeFrame({ type: 'text', data: new TextEncoder().encode(data) });

test('[P17] messages and the close go through', async () => {
  const { client, frames, texts, over } = open();
  const socket = await target;
  await expect.poll(() => texts).toEqual(['resume', '{"code":101,"headers":[]}']);
  const heard = new Promise((resolve) => socket.once('message', (data) => resolve(String(data))));
  client().bytes?.(text('hello'));
  expect(await heard).toBe('hello');
  socket.send('hi');
  socket.close(4000, 'enough');
  await over;
  expect(frames.map(decodeFrame)).toMatchObject([{ type: 'text' }, { type: 'close', code: 4000, reason: 'enough' }]);
});

test.each(['client', 'way'] as const)('[P17] a target is read no further while the %s is slow', async (slow) => {
  const { client, frames, texts, way } = open();
  const socket = await target;
  await expect.poll(() => texts).toHaveLength(2);
  if (slow === 'client') client().message('pause');
  else way.isBlocked = true;
  // More than the buffers of two ends of a connection hold.
  for (let sent = 0; sent < 40; sent++) socket.send(Buffer.alloc(512 * 1024));
  const seen = async () => {
    const before = frames.length;
    await new Promise((resolve) => setTimeout(resolve, 100));
    return frames.length - before;
  };
  await expect.poll(seen, { timeout: 10_000 }).toBe(0);
  expect(socket.bufferedAmount).toBeGreaterThan(0);
  expect(frames.length).toBeLessThanOrEqual(5);
  if (slow === 'client') client().message('resume');
  if (slow === 'client') await expect.poll(() => frames.length, { timeout: 10_000 }).toBe(40);
});

test('[P17] a client is held back while the target does not keep up', async () => {
  const { client, texts } = open();
  const socket = await target;
  await expect.poll(() => texts).toHaveLength(2);
  socket.pause();
  for (let sent = 0; sent < 200 && !texts.includes('pause'); sent++) {
    client().bytes?.(encodeFrame({ type: 'binary', data: new Uint8Array(512 * 1024) }));
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect(texts).toContain('pause');
  socket.resume();
  await expect.poll(() => texts.at(-1)).toBe('resume');
});

test('[P17] a target that is not there is no connection', async () => {
  await new Promise((resolve) => server.close(resolve));
  const { texts, over } = open();
  await over;
  expect(JSON.parse(texts.at(-1)!)).toMatchObject({
    code: 503,
    message: `dial tcp 127.0.0.1:${port}: connect: connection refused`,
  });
});

test('[P18] a WebSocket to the outside does not reach the node itself', async () => {
  for (const host of ['127.0.0.1', 'localhost']) {
    const { texts, over } = open({ scheme: 'https', host, outside: true });
    await over;
    expect(JSON.parse(texts.at(-1)!).message).toMatch(/^address not allowed: /);
  }
});
