import { StatusError } from '../../shared/api/errors.ts';
import type { HelloMessage } from '../../shared/protocol/messages.ts';
import { gatewayIndex } from '../apiserver/http/object-names.ts';
import type { ClusterClient } from '../client.ts';
import { createDelivery, type DeliveryBatch } from '../nodes/delivery.ts';
import type { GatewayCluster } from '../nodes/gateway-core.ts';
import { createNodeFeed } from '../nodes/node-feed.ts';
import { createNodeService } from '../nodes/node-service.ts';
import { nodeToken } from '../nodes/node-token.ts';
import type { Timers } from '../timers/timers.ts';
import type { Cluster } from './cluster.ts';

export interface NodePlaneDeps {
  cluster: Cluster;
  client: ClusterClient;
  /** How many gateways the nodes are spread over. */
  gateways: number;
  deliver(gateway: number, batch: DeliveryBatch): Promise<number>;
  timers: Timers;
  /** Names of the durable timers that were set before this instance. */
  restored: readonly string[];
  /** Epoch ms. */
  now(): number;
  schedule(run: () => void, delayMs: number): void;
  log(message: string, fields: Record<string, unknown>): void;
}

const timerPrefix = 'node/';

/** A cluster's side of its gateways: what they may ask of it, and what it brings to them. */
export function createNodePlane(deps: NodePlaneDeps): GatewayCluster {
  const { cluster, client, gateways, timers, schedule, log } = deps;
  const { store, commits, writes, registry, kinds, settings } = cluster;
  const feed = createNodeFeed({ store, kinds });
  const handled = new Set<string>();
  const handle = (timer: string) => {
    if (handled.has(timer)) return;
    handled.add(timer);
    timers.handle(timer, () => service.graceOver(timer.slice(timerPrefix.length)));
  };
  const service = createNodeService({
    reader: store,
    commits,
    writes,
    registry,
    kinds,
    feed,
    settings,
    client,
    timers: {
      set(node, atMs) {
        handle(timerPrefix + node);
        timers.set(timerPrefix + node, atMs, { durable: true });
      },
      clear: (node) => timers.clear(timerPrefix + node),
    },
    now: deps.now,
  });
  for (const timer of deps.restored) if (timer.startsWith(timerPrefix)) handle(timer);
  const delivery = createDelivery({ store, feed, gateways, deliver: deps.deliver, schedule, log });

  return {
    async nodeHello(node: string, message: HelloMessage) {
      try {
        const result = await service.hello(node, message);
        delivery.activate(gatewayIndex(node, gateways));
        return result;
      } catch (error) {
        // What a node says of itself may be invalid; trying again would not help it.
        if (error instanceof StatusError && error.code < 500 && error.code !== 429) return { refuse: error.message };
        throw error;
      }
    },
    nodeReports: (batch) => service.reports(batch),
    nodeLost: async (node, lastSeenMs) => service.lost(node, lastSeenMs),
    nodeCatchUp: async (requests) => requests.map(({ node, after }) => feed.catchUp(node, after)),
    nodeToken: (node, request) => nodeToken(cluster.issueToken, node, request),
  };
}
