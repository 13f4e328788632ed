import type { ControlMessage } from '../../../shared/protocol/messages.ts';
import { createNodePlane } from '../../cluster/node-plane.ts';
import { ClusterFixture } from '../../cluster/testing/fixture.ts';
import { type GatewayCluster, GatewayCore, type NodeAttachment, type NodeSocket } from '../gateway-core.ts';

/** The node's end of a control socket, with everything that was sent to it. */
export class FakeNode implements NodeSocket {
  attachment: NodeAttachment;
  readonly received: ControlMessage[] = [];
  closed: { code: number; reason: string } | undefined;
  pingMs: number | undefined;

  constructor(node: string, nowMs: number) {
    this.attachment = { node, connectedAtMs: nowMs };
  }

  save(attachment: NodeAttachment): void {
    // As the platform does: what is kept is a copy.
    this.attachment = structuredClone(attachment);
  }

  send(text: string): void {
    if (this.closed) throw new Error('closed');
    this.received.push(JSON.parse(text) as ControlMessage);
  }

  close(code: number, reason: string): void {
    this.closed = { code, reason };
  }

  lastPingMs(): number | undefined {
    return this.pingMs;
  }

  of<T extends ControlMessage['type']>(type: T): Extract<ControlMessage, { type: T }>[] {
    return this.received.filter((message) => message.type === type) as Extract<ControlMessage, { type: T }>[];
  }

  /** `ADDED pods/x`, over all deltas. */
  get changes(): string[] {
    return this.of('delta').flatMap(({ changes }) =>
      changes.map(({ type, resource, object }) => `${type} ${resource}/${object.metadata.name}`),
    );
  }
}

/** A cluster and its one gateway, joined as the Durable Objects join them, with calls instead of RPC. */
export class NodePlaneFixture {
  readonly fixture: ClusterFixture;
  readonly plane: GatewayCluster;
  gateway: GatewayCore;
  sockets: FakeNode[] = [];
  readonly connected = new Set<string>();
  readonly failedStreams: unknown[] = [];
  alarmAt: number | undefined;
  /** While set, batches do not reach the gateway. */
  isCutOff = false;

  private constructor(fixture: ClusterFixture) {
    this.fixture = fixture;
    this.plane = createNodePlane({
      cluster: fixture.cluster,
      client: fixture.client,
      gateways: 1,
      deliver: async (_gateway, batch) => {
        if (this.isCutOff) throw new Error('the gateway cannot be reached');
        return this.gateway.deliver(structuredClone(batch));
      },
      timers: fixture.timers,
      restored: [],
      now: () => fixture.nowMs,
      schedule: (run) => void setTimeout(run, 5),
      log: () => undefined,
    });
    this.gateway = this.newGateway();
  }

  static async create(...args: Parameters<typeof ClusterFixture.create>): Promise<NodePlaneFixture> {
    return new NodePlaneFixture(await ClusterFixture.create(...args));
  }

  /** As after hibernation: only sockets, attachments and what is on disk are left. */
  newGateway(): GatewayCore {
    this.gateway = new GatewayCore({
      cluster: this.plane,
      sockets: () => this.sockets.filter(({ closed }) => !closed),
      connected: {
        add: (node) => void this.connected.add(node),
        remove: (node) => void this.connected.delete(node),
        has: (node) => this.connected.has(node),
        list: () => [...this.connected],
      },
      setAlarm: (atMs) => {
        this.alarmAt = Math.min(this.alarmAt ?? Infinity, atMs);
      },
      failStream: async (...args) => void this.failedStreams.push(args),
      now: () => this.fixture.nowMs,
      log: () => undefined,
    });
    return this.gateway;
  }

  open(name: string): FakeNode {
    const node = new FakeNode(name, this.fixture.nowMs);
    this.sockets.push(node);
    this.gateway.connected(node);
    return node;
  }

  async say(node: FakeNode, message: object): Promise<void> {
    await this.gateway.message(node, JSON.stringify(message));
  }

  /** Connects and says hello. */
  async join(name: string, more: Record<string, unknown> = {}): Promise<FakeNode> {
    const node = this.open(name);
    await this.say(node, hello(name, more));
    return node;
  }

  async drop(node: FakeNode): Promise<void> {
    node.closed = { code: 1006, reason: 'gone' };
    await this.gateway.closed(node);
  }

  /** Moves the clock and runs what is due. */
  async advance(ms: number): Promise<void> {
    this.fixture.nowMs += ms;
    if (this.alarmAt !== undefined && this.alarmAt <= this.fixture.nowMs) {
      this.alarmAt = undefined;
      await this.gateway.alarm();
    }
    await this.fixture.timers.run();
  }
}

export function hello(name: string, more: Record<string, unknown> = {}): object {
  const status = { conditions: [{ type: 'Ready', status: 'True', reason: 'KubeletReady', message: 'ready' }] };
  return { type: 'hello', protocol: 1, agentVersion: 'test', node: { metadata: { name }, status }, ...more };
}
