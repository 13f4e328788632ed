import { StatusError } from '../../../shared/api/errors.ts';
import { decodeFrame, encodeFrame, mayCloseWith } from '../../../shared/protocol/web-socket-frames.ts';
import { protocolHeader, withoutToken } from '../auth/web-socket-token.ts';
import type { NodeHttp, NodeHttpResponse } from '../proxy/exchange.ts';
import type { StreamPlan } from './verbs/log.ts';

export interface RelayWebSocketDeps {
  http: NodeHttp;
  /** Two ends of one connection; the first is to be given to the client. */
  socketPair(): [theirs: WebSocket, ours: WebSocket];
}

/** The client's end, with the headers of the answer; or the answer of a target that does not agree. */
export type Upgraded = { socket: WebSocket; headers: [string, string][] } | { answer: NodeHttpResponse };

/** Bytes of a client that may wait for a slow target, at most. */
const maxQueuedBytes = 16 * 1024 * 1024;

/** Headers of the handshake, which are between two ends only. */
const handshakeHeaders = new Set(['sec-websocket-key', 'sec-websocket-version', 'sec-websocket-extensions']);

/** Whether a client wants another protocol than HTTP. Throws for any but WebSocket: no other gets here. */
export function wantsUpgrade({ headers, method }: Request): boolean {
  const wanted = headers.get('upgrade');
  if (wanted === null) return false;
  if (wanted.toLowerCase() === 'websocket' && method === 'GET') return true;
  throw new StatusError(
    'BadRequest',
    `unable to upgrade: only WebSocket connections are passed on, not ${JSON.stringify(wanted)}`,
  );
}

/**
 * A WebSocket of a client, through the node's connection to whatever is behind the plan (rule P17): its messages in both
 * directions, and the close of either end. The answer of a target that does not agree is one like any other.
 */
export async function relayWebSocket(
  { http, socketPair }: RelayWebSocketDeps,
  plan: StreamPlan,
  request: Request,
): Promise<Upgraded> {
  const target = plan.message.request;
  if (target.kind !== 'http') throw new Error('the plan is no exchange');
  target.upgrade = 'websocket';
  target.headers = target.headers.flatMap(handshakeOf);
  const outgoing = createOutgoing();
  const answer = await http(plan, { body: outgoing.stream, signal: request.signal });
  if (answer.code !== 101) {
    outgoing.end();
    return { answer };
  }
  const [theirs, ours] = socketPair();
  ours.binaryType = 'arraybuffer';
  outgoing.follow(ours);
  ours.accept();
  void passToClient(answer.body, ours);
  return { socket: theirs, headers: answer.headers };
}

/** The headers that remain of one. */
function handshakeOf([name, value]: [string, string]): [string, string][] {
  if (handshakeHeaders.has(name.toLowerCase())) return [];
  if (name.toLowerCase() !== protocolHeader) return [[name, value]];
  const protocols = withoutToken(value);
  return protocols ? [[name, protocols]] : [];
}

/** What the client says, as frames of a stream. */
function createOutgoing() {
  const encoder = new TextEncoder();
  let controller!: ReadableStreamDefaultController<Uint8Array>;
  let isOpen = true;
  const stream = new ReadableStream<Uint8Array>(
    {
      start: (created) => {
        controller = created;
      },
      cancel: () => {
        isOpen = false;
      },
    },
    new ByteLengthQueuingStrategy({ highWaterMark: maxQueuedBytes }),
  );
  const push = (bytes: Uint8Array) => {
    if (isOpen) controller.enqueue(bytes);
  };
  const end = () => {
    if (isOpen) controller.close();
    isOpen = false;
  };
  return {
    stream,
    end,
    follow(client: WebSocket) {
      client.addEventListener('message', ({ data }) => {
        if (typeof data === 'string') push(encodeFrame({ type: 'text', data: encoder.encode(data) }));
        else push(encodeFrame({ type: 'binary', data: new Uint8Array(data as ArrayBuffer) }));
        if ((controller.desiredSize ?? 0) >= 0) return;
        end();
        client.close(1008, 'the other end does not keep up');
      });
      client.addEventListener('close', ({ code, reason }) => {
        push(encodeFrame({ type: 'close', ...(mayCloseWith(code) ? { code } : {}), reason }));
        end();
      });
      client.addEventListener('error', end);
    },
  };
}

/** What the target says; when the way to it ends without a word, the client is told that it did. */
async function passToClient(body: ReadableStream<Uint8Array>, client: WebSocket): Promise<void> {
  const decoder = new TextDecoder();
  let isClosed = false;
  const close = (code?: number, reason?: string) => {
    isClosed = true;
    client.close(code, reason);
  };
  client.addEventListener('close', () => {
    isClosed = true;
  });
  try {
    for await (const bytes of body) {
      const frame = decodeFrame(bytes);
      if (isClosed || !frame) continue;
      if (frame.type === 'close') close(frame.code, frame.reason);
      else client.send(frame.type === 'text' ? decoder.decode(frame.data) : frame.data);
    }
  } finally {
    if (!isClosed) close(1014, 'the connection to the other end was lost');
  }
}
