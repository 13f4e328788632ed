import { beforeEach, expect, test } from 'vitest';
import { decodeFrame, encodeFrame, type WebSocketFrame } from '../../../shared/protocol/web-socket-frames.ts';
import type { NodeHttpResponse } from '../proxy/exchange.ts';
import { relayWebSocket, wantsUpgrade } from './relay-web-socket.ts';
import type { StreamPlan } from './verbs/log.ts';

/** As much of an accepted WebSocket as is needed; what the client does arrives by dispatching events. */
class FakeSocket extends EventTarget {
  binaryType = '';
  sent: (string | number[])[] = [];
  closed: [number?, string?] | undefined;
  accept(): void {}
  send(data: string | Uint8Array): void {
    this.sent.push(typeof data === 'string' ? data : [...data]);
  }
  close(code?: number, reason?: string): void {
    this.closed ??= [code, reason];
  }
  says(type: 'message' | 'close', values: object): void {
    this.dispatchEvent(Object.assign(new Event(type), values));
  }
}

let client: FakeSocket;
let code: number;
/** What reaches the node, and what it is to say. */
let outgoing: ReadableStream<Uint8Array>;
let incoming: ReadableStreamDefaultController<Uint8Array>;
let plan: StreamPlan;

beforeEach(() => {
  client = new FakeSocket();
  code = 101;
  const headers: [string, string][] = [
    ['sec-websocket-key', 'k'],
    ['sec-websocket-protocol', 'base64url.bearer.authorization.k8s.io.YQ, app'],
    ['origin', 'https://a.example'],
  ];
  const request = {
    kind: 'http',
    method: 'GET',
    scheme: 'http',
    host: '10.0.0.1',
    port: 80,
    path: '/',
    headers,
  } as const;
  plan = {
    ...{ gateway: 'g', node: 'n' },
    message: { type: 'openStream', streamId: 's', path: '/s', request: { ...request, headers } },
  };
});

function relay() {
  const body = new ReadableStream<Uint8Array>({
    start: (controller) => {
      incoming = controller;
    },
  });
  const http = async (_plan: StreamPlan, options: { body?: ReadableStream<Uint8Array> | null }) => {
    outgoing = options.body!;
    return { code, headers: [['Sec-WebSocket-Protocol', 'app']], body } as NodeHttpResponse;
  };
  const socketPair = () => [{}, client] as unknown as [WebSocket, WebSocket];
  return relayWebSocket({ http, socketPair }, plan, new Request('https://cluster/'));
}

async function frames(): Promise<WebSocketFrame[]> {
  const all: WebSocketFrame[] = [];
  for await (const bytes of outgoing) all.push(decodeFrame(bytes)!);
  return all;
}

const text = (data: string) => ({ type: 'text' as const, data: new TextEncoder().encode(data) });

test('the handshake goes on without what is between two ends, and without the token', async () => {
  expect(await relay()).toMatchObject({ headers: [['Sec-WebSocket-Protocol', 'app']] });
  expect(plan.message.request).toMatchObject({
    upgrade: 'websocket',
    headers: [
      ['sec-websocket-protocol', 'app'],
      ['origin', 'https://a.example'],
    ],
  });
});

test('what the client says and how it ends reaches the target', async () => {
  await relay();
  client.says('message', { data: 'hello' });
  client.says('message', { data: new Uint8Array([1, 2]).buffer });
  client.says('close', { code: 4000, reason: 'enough' });
  expect(await frames()).toEqual([
    text('hello'),
    { type: 'binary', data: new Uint8Array([1, 2]) },
    { type: 'close', code: 4000, reason: 'enough' },
  ]);
});

test('what the target says and how it ends reaches the client', async () => {
  await relay();
  incoming.enqueue(encodeFrame(text('hello')));
  incoming.enqueue(encodeFrame({ type: 'binary', data: new Uint8Array([1, 2]) }));
  incoming.enqueue(encodeFrame({ type: 'close', code: 4001, reason: 'enough' }));
  incoming.close();
  await expect.poll(() => client.closed).toEqual([4001, 'enough']);
  expect(client.sent).toEqual(['hello', [1, 2]]);
});

test('a way that ends without a word is told', async () => {
  await relay();
  incoming.close();
  await expect.poll(() => client.closed).toEqual([1014, 'the connection to the other end was lost']);
});

test('a client that is faster than its target is waited for up to a bound', async () => {
  await relay();
  const data = new Uint8Array(1024 * 1024).buffer;
  for (let sent = 0; sent < 32 && !client.closed; sent++) client.says('message', { data });
  expect(client.closed).toEqual([1008, 'the other end does not keep up']);
  expect((await frames()).length).toBeLessThanOrEqual(17);
});

test('a target that does not agree is an answer like any other', async () => {
  code = 403;
  expect(await relay()).toMatchObject({ answer: { code: 403 } });
  expect(await frames()).toEqual([]);
});

test.each([
  ['GET', 'websocket', true],
  ['GET', undefined, false],
  ['POST', 'websocket', 'not "websocket"'],
  ['GET', 'SPDY/3.1', 'not "SPDY/3.1"'],
])('%s with Upgrade: %s', (method, upgrade, expected) => {
  const request = { method, headers: new Headers(upgrade ? { upgrade } : {}) } as Request;
  if (typeof expected === 'string') expect(() => wantsUpgrade(request)).toThrow(expected);
  else expect(wantsUpgrade(request)).toBe(expected);
});
