import { parseIfJson } from '../../shared/api/json.ts';
import {
  type HelloMessage,
  nodeMessage,
  type OpenStreamMessage,
  protocolVersion,
  type ReportMessage,
  type TokenMessage,
  type TokenRequestMessage,
} from '../../shared/protocol/messages.ts';
import type { DeliveryBatch } from './delivery.ts';
import { type CatchUp, deltaText, textsFor } from './node-feed.ts';
import type { HelloResult, NodeReport } from './node-service.ts';

/** What a gateway knows of a connection; kept with the socket, so that it survives hibernation. */
export interface NodeAttachment {
  node: string;
  /** Epoch ms. */
  connectedAtMs: number;
  /** All changes up to here that concern the node have been sent; absent before the welcome. */
  revision?: number;
  /** Revision of the last message, where the node thinks that it is: what lay between did not concern it. */
  sent?: number;
}

/** One control socket, as its host presents it. */
export interface NodeSocket {
  readonly attachment: Readonly<NodeAttachment>;
  save(attachment: NodeAttachment): void;
  /** May throw when the other end is gone. */
  send(text: string): void;
  close(code: number, reason: string): void;
  /** When the platform last answered a ping of the node; epoch ms. */
  lastPingMs(): number | undefined;
}

/** The cluster as a gateway sees it. */
export interface GatewayCluster {
  nodeHello(node: string, message: HelloMessage): Promise<HelloResult | { refuse: string }>;
  nodeReports(batch: readonly NodeReport[]): Promise<string[]>;
  nodeLost(node: string, lastSeenMs: number): Promise<void>;
  nodeCatchUp(requests: readonly { node: string; after: number }[]): Promise<CatchUp[]>;
  nodeToken(node: string, request: TokenRequestMessage): Promise<TokenMessage>;
}

export interface GatewayDeps {
  cluster: GatewayCluster;
  /** All open sockets. */
  sockets(): readonly NodeSocket[];
  /** Names of nodes that the cluster has not been told to be gone; on disk. */
  connected: { add(node: string): void; remove(node: string): void; has(node: string): boolean; list(): string[] };
  setAlarm(atMs: number): void;
  failStream(streamId: string, code: number, message: string): Promise<void>;
  /** Epoch ms. */
  now(): number;
  log(message: string, fields: Record<string, unknown>): void;
}

/** A node that has not pinged for this long is gone: it pings every 10 s. */
export const staleAfterMs = 25_000;
const retryAlarmMs = 1000;
const closeCodes = { refused: 4403, replaced: 4409, stale: 4408, unavailable: 1013 } as const;

/**
 * The control sockets of some of a cluster's nodes.
 *
 * Invariants: at most one socket of a node is served, the newest; a socket's `revision` says what it has been sent, and
 * a batch that does not start there makes the gateway ask for what is missing before anything else is sent; reports of
 * one node are passed on in their order.
 */
export class GatewayCore {
  readonly #deps: GatewayDeps;
  /** Reports that wait for the ones in flight. */
  #waiting: { socket: NodeSocket; report: ReportMessage }[] = [];
  #isReporting = false;
  /** Newest revision that a batch has brought. */
  #latest = 0;

  constructor(deps: GatewayDeps) {
    this.#deps = deps;
  }

  /** An authenticated node has connected; `socket` is among `sockets()` already. */
  connected(socket: NodeSocket): void {
    const { node, connectedAtMs } = socket.attachment;
    for (const other of this.#socketsOf(node)) {
      if (other !== socket)
        this.#refuse(other, 'replaced', 'a newer connection of this node has taken over', closeCodes.replaced);
    }
    this.#deps.connected.add(node);
    this.#deps.setAlarm(connectedAtMs + staleAfterMs);
  }

  async message(socket: NodeSocket, text: string): Promise<void> {
    const message = parse(text);
    if (!message) return; // rule P3
    if (message.type === 'hello') return this.#hello(socket, message);
    if (socket.attachment.revision === undefined) {
      return this.#refuse(socket, 'notAuthorized', 'the first message must be hello', closeCodes.refused);
    }
    if (message.type === 'streamFailed') {
      return this.#deps.failStream(message.streamId, message.code, message.message);
    }
    if (message.type === 'requestToken') return this.#requestToken(socket, message);
    this.#waiting.push({ socket, report: message });
    await this.#flushReports();
  }

  /** A socket has closed; it may still be among `sockets()`. */
  async closed(socket: NodeSocket): Promise<void> {
    const { node } = socket.attachment;
    const isServed = this.#socketsOf(node).some((other) => other !== socket);
    // One that was found stale has been reported already, with the time it was last seen.
    if (isServed || !this.#deps.connected.has(node)) return;
    await this.#lost(node, this.#deps.now());
  }

  /** Passes a batch on. Returns how many nodes are connected. */
  async deliver(batch: DeliveryBatch): Promise<number> {
    this.#latest = Math.max(this.#latest, batch.revision);
    const sockets = this.#deps.sockets();
    const behind: NodeSocket[] = [];
    for (const socket of sockets) {
      const { revision, node } = socket.attachment;
      if (revision === undefined || revision >= batch.revision) continue;
      if (batch.from === undefined || revision < batch.from) behind.push(socket);
      else this.#sendChanges(socket, batch.revision, textsFor(node, batch.changes, revision));
    }
    await this.#catchUp(behind);
    return sockets.length;
  }

  /** False when the node is not connected. */
  openStream(node: string, message: OpenStreamMessage): boolean {
    const socket = this.#socketsOf(node).find(({ attachment }) => attachment.revision !== undefined);
    return socket !== undefined && this.#send(socket, JSON.stringify(message));
  }

  /** Looks for nodes that have gone without a word. Never throws: the platform gives up on alarms that do. */
  async alarm(): Promise<void> {
    try {
      await this.#checkLiveness();
    } catch (error) {
      this.#deps.log('liveness of nodes could not be reported', { error: String(error) });
      this.#deps.setAlarm(this.#deps.now() + retryAlarmMs);
    }
  }

  async #checkLiveness(): Promise<void> {
    const now = this.#deps.now();
    const alive = new Set<string>();
    let oldest = Infinity;
    for (const socket of this.#deps.sockets()) {
      const { node, connectedAtMs } = socket.attachment;
      const seen = Math.max(socket.lastPingMs() ?? 0, connectedAtMs);
      if (now - seen >= staleAfterMs) {
        this.#close(socket, closeCodes.stale, 'no ping');
        await this.#lost(node, seen);
      } else {
        alive.add(node);
        oldest = Math.min(oldest, seen);
      }
    }
    // Sockets that a restart has taken without a close event: their nodes have the grace period from now.
    for (const node of this.#deps.connected.list()) if (!alive.has(node)) await this.#lost(node, now);
    if (alive.size > 0) this.#deps.setAlarm(oldest + staleAfterMs);
  }

  /** Ends all connections, as when the cluster is deleted. */
  closeAll(reason: string): void {
    for (const socket of this.#deps.sockets()) this.#refuse(socket, 'notAuthorized', reason, closeCodes.refused);
  }

  async #hello(socket: NodeSocket, message: HelloMessage): Promise<void> {
    const { node } = socket.attachment;
    if (message.protocol !== protocolVersion) {
      const text = `the node speaks protocol ${message.protocol}, the control plane ${protocolVersion}`;
      return this.#refuse(socket, 'protocolVersion', text, closeCodes.refused);
    }
    if (message.node.metadata.name !== node) {
      const text = `the credential is that of node ${node}, not of ${message.node.metadata.name}`;
      return this.#refuse(socket, 'notAuthorized', text, closeCodes.refused);
    }
    const result = await this.#deps.cluster.nodeHello(node, message);
    if ('refuse' in result) return this.#refuse(socket, 'notAuthorized', result.refuse, closeCodes.refused);
    for (const text of result.messages) this.#send(socket, text);
    socket.save({ ...socket.attachment, revision: result.revision, sent: result.revision });
    // A batch that came in between has passed this socket by.
    if (this.#latest > result.revision) await this.#catchUp([socket]);
  }

  /** A token that is not issued is asked for again by the node (rule P15). */
  async #requestToken(socket: NodeSocket, request: TokenRequestMessage): Promise<void> {
    const unavailable = (error: unknown): TokenMessage => {
      this.#deps.log('a token could not be issued', { node: socket.attachment.node, error: String(error) });
      return { type: 'token', id: request.id, error: { code: 503, message: 'the control plane is not available' } };
    };
    const answer = await this.#deps.cluster.nodeToken(socket.attachment.node, request).catch(unavailable);
    this.#send(socket, JSON.stringify(answer));
  }

  async #flushReports(): Promise<void> {
    if (this.#isReporting) return;
    this.#isReporting = true;
    try {
      while (this.#waiting.length > 0) await this.#sendReports(this.#waiting.splice(0));
    } finally {
      this.#isReporting = false;
    }
  }

  async #sendReports(batch: readonly { socket: NodeSocket; report: ReportMessage }[]): Promise<void> {
    try {
      const reports = batch.map(({ socket, report }) => ({ node: socket.attachment.node, report }));
      const acks = await this.#deps.cluster.nodeReports(reports);
      batch.forEach(({ socket }, index) => {
        const ack = acks[index];
        if (ack !== undefined) this.#send(socket, ack);
      });
    } catch (error) {
      // Unacknowledged: the nodes repeat their reports once they have connected again (rule P8).
      this.#deps.log('reports of nodes were not taken', { reports: batch.length, error: String(error) });
      for (const { socket } of batch) this.#close(socket, closeCodes.unavailable, 'report not taken, try again');
    }
  }

  async #catchUp(sockets: readonly NodeSocket[]): Promise<void> {
    if (sockets.length === 0) return;
    const requests = sockets.map(({ attachment }) => ({ node: attachment.node, after: attachment.revision ?? 0 }));
    const answers = await this.#deps.cluster.nodeCatchUp(requests);
    sockets.forEach((socket, index) => {
      const answer = answers[index];
      const { revision = 0 } = socket.attachment;
      // Another batch may have brought the node further while the question was on its way.
      if (!answer || revision !== requests[index]?.after) return;
      if ('changes' in answer) this.#sendChanges(socket, answer.revision, answer.changes);
      else this.#sendSync(socket, answer);
    });
  }

  #sendSync(socket: NodeSocket, { sync, revision }: { sync: string; revision: number }): void {
    this.#send(socket, sync);
    socket.save({ ...socket.attachment, revision, sent: revision });
  }

  /** Sends changes, if there are any; the next delta starts where this one ends (rule P6). */
  #sendChanges(socket: NodeSocket, revision: number, texts: readonly string[]): void {
    const { attachment } = socket;
    if (texts.length === 0) {
      socket.save({ ...attachment, revision });
      return;
    }
    this.#send(socket, deltaText({ from: attachment.sent ?? 0, revision, texts }));
    socket.save({ ...attachment, revision, sent: revision });
  }

  async #lost(node: string, lastSeenMs: number): Promise<void> {
    await this.#deps.cluster.nodeLost(node, lastSeenMs);
    this.#deps.connected.remove(node);
  }

  #socketsOf(node: string): NodeSocket[] {
    return this.#deps.sockets().filter(({ attachment }) => attachment.node === node);
  }

  #refuse(socket: NodeSocket, reason: string, message: string, code: number): void {
    this.#send(socket, JSON.stringify({ type: 'refuse', reason, message }));
    this.#close(socket, code, reason);
  }

  #send(socket: NodeSocket, text: string): boolean {
    try {
      socket.send(text);
      return true;
    } catch {
      // Its close event follows.
      return false;
    }
  }

  #close(socket: NodeSocket, code: number, reason: string): void {
    try {
      socket.close(code, reason);
    } catch {
      // Closed already.
    }
  }
}

function parse(text: string) {
  const result = nodeMessage.safeParse(parseIfJson(text));
  return result.success ? result.data : undefined;
}
