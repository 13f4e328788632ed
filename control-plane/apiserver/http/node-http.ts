import { fromStatus, reasonCodes, StatusError, type StatusReason } from '../../../shared/api/errors.ts';
import { parseIfJson } from '../../../shared/api/json.ts';
import { type HttpHead, httpFrames, httpHead, streamHead } from '../../../shared/protocol/messages.ts';
import { type NodeHttp, NodeNotConnected } from '../proxy/exchange.ts';
import { streamFromSocket } from './socket-stream.ts';
import type { StreamPlan } from './verbs/log.ts';

/** How an exchange gets to a node: the object where both ends meet, and the gateway that asks the node to come. */
export interface NodeHttpDeps {
  /** The client's end of a stream; the object of this id accepts one. */
  openStream(streamId: string): Promise<WebSocket>;
  /** Asks the node to dial; false when it is not connected. */
  askNode(plan: StreamPlan): Promise<boolean>;
}

/** How long a node may take to come, in ms. */
const dialTimeoutMs = 10_000;
/** Bytes of an answer that may wait for a slow client; the node is asked to pause long before. */
const maxQueuedBytes = 16 * 1024 * 1024;
const pauseBytes = 1024 * 1024;
const resumeBytes = 128 * 1024;

/** HTTP with what only a node reaches (protocol rule P16). */
export function createNodeHttp(deps: NodeHttpDeps): NodeHttp {
  return async (plan, { body: requestBody, signal }) => {
    const socket = await deps.openStream(plan.message.streamId);
    const { head, arrived, body, mayWrite } = receive(socket);
    const abort = () => void body.cancel().catch(() => undefined);
    signal?.addEventListener('abort', abort);
    try {
      signal?.throwIfAborted();
      if (!(await deps.askNode(plan))) throw new NodeNotConnected(`node ${JSON.stringify(plan.node)} is not connected`);
      await within(dialTimeoutMs, Promise.race([arrived, head]), plan.node);
      // What the target answers before it has heard everything is an answer all the same.
      void send(socket, requestBody, mayWrite).catch(abort);
      return { ...(await head), body };
    } catch (error) {
      abort();
      throw error;
    } finally {
      signal?.removeEventListener('abort', abort);
    }
  };
}

async function send(
  socket: WebSocket,
  body: ReadableStream<Uint8Array> | null | undefined,
  mayWrite: () => Promise<void>,
): Promise<void> {
  for await (const chunk of body ?? []) {
    await mayWrite();
    socket.send(chunk);
  }
  socket.send(httpFrames.end);
}

function receive(socket: WebSocket) {
  const head = Promise.withResolvers<HttpHead & { headers: [string, string][] }>();
  const arrived = Promise.withResolvers<void>();
  let held: PromiseWithResolvers<void> | undefined;
  let isPaused = false;
  const hear = (frame: string) => {
    if (frame === httpFrames.pause) held ??= Promise.withResolvers<void>();
    else if (frame === httpFrames.resume) {
      arrived.resolve();
      held?.resolve();
      held = undefined;
    } else readHead(frame, head);
  };
  const { body } = streamFromSocket(socket, {
    convert(frame) {
      if (typeof frame !== 'string') return new Uint8Array(frame);
      hear(frame);
      return undefined;
    },
    onQueue(queuedBytes) {
      if (isPaused ? queuedBytes > resumeBytes : queuedBytes < pauseBytes) return;
      isPaused = !isPaused;
      socket.send(isPaused ? httpFrames.pause : httpFrames.resume);
    },
    onEnd() {
      const error = unavailable('the node closed the stream before it answered');
      head.reject(error);
      arrived.reject(error);
      held?.reject(error);
    },
    maxQueuedBytes,
  });
  // Nobody may be waiting any more when the stream ends.
  for (const { promise } of [head, arrived]) promise.catch(() => undefined);
  socket.binaryType = 'arraybuffer';
  socket.accept();
  return { head: head.promise, arrived: arrived.promise, body, mayWrite: () => held?.promise ?? Promise.resolve() };
}

/** The head of an answer, or why there is none: a node that fails says so in the form of other streams. */
function readHead(text: string, { resolve, reject }: PromiseWithResolvers<HttpHead>): void {
  const value = parseIfJson(text);
  const answered = httpHead.safeParse(value);
  if (answered.success) {
    resolve(answered.data);
    return;
  }
  const failed = streamHead.safeParse(value);
  if (!failed.success) {
    reject(new StatusError('InternalError', 'the node sent a malformed head', {}));
    return;
  }
  const { code, message = 'the node refused the stream' } = failed.data;
  const reasons = Object.entries(reasonCodes) as [StatusReason, number][];
  const reason = reasons.find(([, known]) => known === code)?.[0] ?? 'InternalError';
  reject(fromStatus({ reason, message, code }));
}

function unavailable(message: string): StatusError {
  return new StatusError('ServiceUnavailable', message, {});
}

async function within(ms: number, promise: Promise<unknown>, node: string): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    const message = `node ${JSON.stringify(node)} did not open the stream within ${ms / 1000} s`;
    timer = setTimeout(() => reject(new StatusError('Timeout', message, {})), ms);
  });
  try {
    await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
