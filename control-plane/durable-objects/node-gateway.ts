import { DurableObject } from 'cloudflare:workers';
import { type OpenStreamMessage, pingFrame, pongFrame } from '../../shared/protocol/messages.ts';
import { clusterObjectName, streamObjectName } from '../apiserver/http/object-names.ts';
import type { Env } from '../env.ts';
import type { DeliveryBatch } from '../nodes/delivery.ts';
import { type GatewayCluster, GatewayCore, type NodeAttachment, type NodeSocket } from '../nodes/gateway-core.ts';
import type { Cluster } from './cluster.ts';
import { logError } from './cluster-host.ts';

const clusterKey = 'cluster';
const nodePrefix = 'node/';

/** Holds the control sockets of nodes. */
export class NodeGateway extends DurableObject<Env> {
  #core: GatewayCore | undefined;
  readonly #sockets = new WeakMap<WebSocket, NodeSocket>();

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    ctx.setWebSocketAutoResponse(new WebSocketRequestResponsePair(pingFrame, pongFrame));
  }

  /** Accepts a node that the front has authenticated. */
  override async fetch(request: Request): Promise<Response> {
    const node = request.headers.get('fairlead-node') ?? '';
    const cluster = request.headers.get('fairlead-cluster') ?? '';
    if (this.ctx.storage.kv.get(clusterKey) !== cluster) this.ctx.storage.kv.put(clusterKey, cluster);
    const [theirs, ours] = Object.values(new WebSocketPair()) as [WebSocket, WebSocket];
    this.ctx.acceptWebSocket(ours);
    const attachment: NodeAttachment = { node, connectedAtMs: Date.now() };
    ours.serializeAttachment(attachment);
    this.#open(cluster).connected(this.#socketOf(ours));
    return new Response(null, { status: 101, webSocket: theirs });
  }

  async deliver(batch: DeliveryBatch): Promise<number> {
    return (await this.#existing()?.deliver(batch)) ?? 0;
  }

  async openStream(node: string, message: OpenStreamMessage): Promise<boolean> {
    return this.#existing()?.openStream(node, message) ?? false;
  }

  /** The cluster is deleted. */
  async destroy(): Promise<void> {
    this.#existing()?.closeAll('the cluster has been deleted');
    this.#core = undefined;
    await this.ctx.storage.deleteAlarm();
    await this.ctx.storage.deleteAll();
  }

  override async webSocketMessage(socket: WebSocket, message: string | ArrayBuffer): Promise<void> {
    if (typeof message === 'string') await this.#existing()?.message(this.#socketOf(socket), message);
  }

  override async webSocketClose(socket: WebSocket): Promise<void> {
    socket.close(1000);
    await this.#existing()?.closed(this.#socketOf(socket));
  }

  override async webSocketError(socket: WebSocket): Promise<void> {
    await this.#existing()?.closed(this.#socketOf(socket));
  }

  override async alarm(): Promise<void> {
    await this.#existing()?.alarm();
  }

  /** Undefined in an object that no node has ever connected to. */
  #existing(): GatewayCore | undefined {
    const cluster = this.ctx.storage.kv.get<string>(clusterKey);
    return cluster === undefined ? undefined : this.#open(cluster);
  }

  #open(cluster: string): GatewayCore {
    const { CLUSTER, STREAM } = this.env;
    const { kv } = this.ctx.storage;
    this.#core ??= new GatewayCore({
      cluster: clusterPort(() => CLUSTER.get(CLUSTER.idFromName(clusterObjectName(cluster)))),
      sockets: () =>
        this.ctx
          .getWebSockets()
          .filter((socket) => socket.readyState === WebSocket.OPEN)
          .map((socket) => this.#socketOf(socket)),
      connected: {
        add: (node) => kv.put(nodePrefix + node, true),
        remove: (node) => void kv.delete(nodePrefix + node),
        has: (node) => kv.get(nodePrefix + node) !== undefined,
        list: () => [...kv.list({ prefix: nodePrefix })].map(([key]) => key.slice(nodePrefix.length)),
      },
      setAlarm: (atMs) => void this.#setAlarmNoLater(atMs),
      failStream: (id, code, message) =>
        STREAM.get(STREAM.idFromName(streamObjectName(cluster, id))).fail(code, message),
      now: Date.now,
      log: logError,
    });
    return this.#core;
  }

  async #setAlarmNoLater(atMs: number): Promise<void> {
    const present = await this.ctx.storage.getAlarm();
    if (present === null || present > atMs) await this.ctx.storage.setAlarm(Math.max(atMs, Date.now() + 1));
  }

  #socketOf(socket: WebSocket): NodeSocket {
    let known = this.#sockets.get(socket);
    if (!known) {
      let attachment = socket.deserializeAttachment() as NodeAttachment;
      known = {
        get attachment() {
          return attachment;
        },
        save: (next) => {
          attachment = next;
          socket.serializeAttachment(next);
        },
        send: (text) => socket.send(text),
        close: (code, reason) => socket.close(code, reason),
        lastPingMs: () => this.ctx.getWebSocketAutoResponseTimestamp(socket)?.getTime(),
      };
      this.#sockets.set(socket, known);
    }
    return known;
  }
}

/** A stub is broken for good by a lost connection: each call makes its own. */
function clusterPort(stub: () => DurableObjectStub<Cluster>): GatewayCluster {
  // The stub has the methods of the interface; its types describe how they travel.
  const object = () => stub() as unknown as GatewayCluster;
  return {
    nodeHello: (node, message) => object().nodeHello(node, message),
    nodeReports: (batch) => object().nodeReports(batch),
    nodeLost: (node, lastSeenMs) => object().nodeLost(node, lastSeenMs),
    nodeCatchUp: (requests) => object().nodeCatchUp(requests),
    nodeToken: (node, request) => object().nodeToken(node, request),
  };
}
