import { forbidden, fromStatus, reasonCodes, StatusError, type StatusReason } from '../../../shared/api/errors.ts';
import { parseIfJson } from '../../../shared/api/json.ts';
import { type StreamHead, streamHead } from '../../../shared/protocol/messages.ts';
import type { AccessResult } from '../auth/access.ts';
import type { Credential } from '../auth/credential.ts';
import { nodeNameOf } from '../auth/node-authorizer.ts';
import type { NodeHttp } from '../proxy/exchange.ts';
import type { ClusterRequest, ObjectPort } from './front.ts';
import { createNodeHttp } from './node-http.ts';
import { nodeOfStream, streamObjectName } from './object-names.ts';
import { streamFromSocket, streamHeaders } from './socket-stream.ts';
import type { StreamPlan } from './verbs/log.ts';

export interface GatewayPort extends ObjectPort {
  /** False when the node is not connected. */
  openStream(node: string, message: StreamPlan['message']): Promise<boolean>;
}

export interface NodeRouteDeps {
  /** Asks the cluster who a token speaks for. */
  authenticate(cluster: string, credential: Credential | undefined): Promise<AccessResult>;
  /** The gateway of a node, by the name of its object. */
  gatewayObject(name: string): GatewayPort;
  gatewayOf(cluster: string, node: string): string;
  streamObject(name: string): ObjectPort;
  /** Two ends of a WebSocket; the first is to be given to the client. */
  socketPair(): [theirs: WebSocket, ours: WebSocket];
}

/** How long a client waits for the node to answer, in ms. */
const dialTimeoutMs = 10_000;
/** Log bytes that may wait for a client; the node is asked to pause long before. */
const maxQueuedBytes = 16 * 1024 * 1024;
const pauseBytes = 1024 * 1024;
const resumeBytes = 128 * 1024;

/** Frames by which the client's end slows the node's end down (protocol rule P12). */
export const pauseFrame = 'pause';
export const resumeFrame = 'resume';

/** `GET .../nodes/NODE/connect`: the control socket of a node, accepted by its gateway. */
export async function connectNode(deps: NodeRouteDeps, call: ClusterRequest, node: string): Promise<Response> {
  await requireNode(deps, call, node);
  requireUpgrade(call);
  const name = deps.gatewayOf(call.cluster, node);
  const headers = {
    upgrade: 'websocket',
    'fairlead-node': node,
    'fairlead-cluster': call.cluster,
    'fairlead-object': name,
  };
  return deps.gatewayObject(name).fetch(new Request('https://gateway/node', { headers }));
}

/** `GET .../streams/ID`: the node's end of a stream. */
export async function connectNodeStream(
  deps: NodeRouteDeps,
  call: ClusterRequest,
  streamId: string,
): Promise<Response> {
  await requireNode(deps, call, nodeOfStream(streamId));
  requireUpgrade(call);
  const object = deps.streamObject(streamObjectName(call.cluster, streamId));
  return object.fetch(new Request('https://stream/node', { headers: { upgrade: 'websocket' } }));
}

async function requireNode(deps: NodeRouteDeps, call: ClusterRequest, node: string): Promise<void> {
  const result = await deps.authenticate(call.cluster, call.credential);
  if ('status' in result) throw fromStatus(result.status);
  if (nodeNameOf(result.user) === node) return;
  const why = `User ${JSON.stringify(result.user.name)} cannot connect as node ${JSON.stringify(node)}`;
  throw forbidden({ resource: 'nodes', name: node }, why);
}

function requireUpgrade({ request }: ClusterRequest): void {
  if (request.headers.get('upgrade')?.toLowerCase() === 'websocket') return;
  throw new StatusError('BadRequest', 'you must ask for a WebSocket with an Upgrade header');
}

/**
 * Connects a client with a node: first the client's end of the stream, then the node is asked to dial, so that whatever
 * the node sends finds somebody.
 */
export async function runStreamPlan(deps: NodeRouteDeps, call: ClusterRequest, plan: StreamPlan): Promise<Response> {
  const { node, message } = plan;
  const socket = await clientEnd(deps.streamObject(streamObjectName(call.cluster, message.streamId)));
  const { head, body } = receive(socket);
  try {
    if (!(await deps.gatewayObject(plan.gateway).openStream(node, message))) {
      throw new StatusError('ServiceUnavailable', `node ${JSON.stringify(node)} is not connected`, {});
    }
    const { code, contentType, message: text } = await withTimeout(head, () => nodeTimeout(node));
    if (code >= 400) throw errorOfNode(code, text);
    return new Response(body, {
      status: code,
      headers: { ...streamHeaders, 'content-type': contentType },
    });
  } catch (error) {
    await body.cancel();
    throw error;
  }
}

/** The client's end of a stream, for whoever is the client of its object. */
export async function clientEnd(object: ObjectPort): Promise<WebSocket> {
  const request = new Request('https://stream/client', { headers: { upgrade: 'websocket' } });
  const { webSocket } = await object.fetch(request);
  if (!webSocket) throw new Error('the stream object accepted no socket');
  return webSocket;
}

/** HTTP through the connections of a cluster's nodes. */
export function nodeHttpOf(deps: Pick<NodeRouteDeps, 'streamObject' | 'gatewayObject'>, cluster: string): NodeHttp {
  return createNodeHttp({
    openStream: (streamId) => clientEnd(deps.streamObject(streamObjectName(cluster, streamId))),
    askNode: ({ gateway, node, message }) => deps.gatewayObject(gateway).openStream(node, message),
  });
}

/** The first frame of the node as the head, all further ones as a body that slows the node down when it has to. */
function receive(socket: WebSocket): { head: Promise<StreamHead>; body: ReadableStream<Uint8Array> } {
  const { promise: head, resolve, reject } = Promise.withResolvers<StreamHead>();
  const encoder = new TextEncoder();
  let hasHead = false;
  let isPaused = false;
  const { body } = streamFromSocket(socket, {
    convert(frame) {
      if (hasHead) return typeof frame === 'string' ? encoder.encode(frame) : new Uint8Array(frame);
      hasHead = true;
      const parsed = parseHead(frame);
      if (parsed) resolve(parsed);
      else reject(new StatusError('InternalError', 'the node sent a malformed stream head', {}));
      return undefined;
    },
    onQueue(queuedBytes) {
      if (isPaused ? queuedBytes > resumeBytes : queuedBytes < pauseBytes) return;
      isPaused = !isPaused;
      socket.send(isPaused ? pauseFrame : resumeFrame);
    },
    onEnd: () => reject(new StatusError('ServiceUnavailable', 'the node closed the stream before it answered', {})),
    maxQueuedBytes,
  });
  socket.binaryType = 'arraybuffer';
  // Nobody may be waiting for the head any more when the stream ends.
  head.catch(() => undefined);
  socket.accept();
  return { head, body };
}

function parseHead(frame: string | ArrayBuffer): StreamHead | undefined {
  if (typeof frame !== 'string') return undefined;
  const result = streamHead.safeParse(parseIfJson(frame));
  return result.success ? result.data : undefined;
}

async function withTimeout<T>(promise: Promise<T>, failure: () => StatusError): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const timeout = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(failure()), dialTimeoutMs);
  });
  try {
    return await Promise.race([promise, timeout]);
  } finally {
    clearTimeout(timer);
  }
}

function nodeTimeout(node: string): StatusError {
  return new StatusError(
    'Timeout',
    `node ${JSON.stringify(node)} did not open the stream within ${dialTimeoutMs / 1000} s`,
    {},
  );
}

function errorOfNode(code: number, message = 'the node refused the stream'): StatusError {
  const reasons = Object.entries(reasonCodes) as [StatusReason, number][];
  const reason = reasons.find(([, known]) => known === code)?.[0] ?? 'InternalError';
  return new StatusError(reason, message, undefined, code);
}
