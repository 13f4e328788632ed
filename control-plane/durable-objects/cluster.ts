import { DurableObject } from 'cloudflare:workers';
import { notFound, StatusError, unauthorized } from '../../shared/api/errors.ts';
import type { HelloMessage, TokenMessage, TokenRequestMessage } from '../../shared/protocol/messages.ts';
import type { AccessResult } from '../apiserver/auth/access.ts';
import { adminGroup, authenticatedGroup, type RequestAttributes } from '../apiserver/auth/authorize.ts';
import type { Credential } from '../apiserver/auth/credential.ts';
import { gatewayObjectName } from '../apiserver/http/object-names.ts';
import { respondToError } from '../apiserver/http/respond.ts';
import { bootstrapCluster, bootstrapFingerprint } from '../apiserver/registry/bootstrap.ts';
import type { ClusterClient } from '../client.ts';
import { describeError } from '../cluster/cluster.ts';
import type { ClusterRecord } from '../cluster/cluster-admin.ts';
import { type Component, hostControllers, hostScheduler } from '../cluster/components.ts';
import { createNodePlane } from '../cluster/node-plane.ts';
import { answerRemote, type RemoteAnswer } from '../cluster/remote-client.ts';
import { type ComponentUser, componentUsers } from '../cluster/users.ts';
import type { Env } from '../env.ts';
import type { DeliveryBatch } from '../nodes/delivery.ts';
import type { GatewayCluster } from '../nodes/gateway-core.ts';
import type { CatchUp } from '../nodes/node-feed.ts';
import type { HelloResult, NodeReport } from '../nodes/node-service.ts';
import { firstServiceAddress } from '../settings.ts';
import { answerAccess, type ClusterHost, log, logError, openCluster } from './cluster-host.ts';
import { kvCursor } from './kv-cursor.ts';

const recordKey = 'cluster';

interface Parts extends ClusterHost {
  nodes: GatewayCluster;
  components: readonly Component[];
}

/** The main object of a cluster, or one of its shards: an object that was never initialised stores nothing. */
export class Cluster extends DurableObject<Env> {
  #parts: Parts | undefined;

  /** Makes this the object of a cluster; false when it is one already. */
  async initialize(record: ClusterRecord): Promise<boolean> {
    if (this.ctx.storage.kv.get(recordKey) !== undefined) return false;
    this.ctx.storage.kv.put(recordKey, record);
    this.#require();
    return true;
  }

  async issueAdminToken(): Promise<string> {
    const user = { name: 'kubernetes-admin', groups: [adminGroup, authenticatedGroup] };
    return this.#require().cluster.credentials.issue(user);
  }

  /** Forgets everything; the next request finds no cluster. */
  async destroy(): Promise<void> {
    this.#parts?.cluster.watches.closeAll('the cluster has been deleted');
    this.#parts = undefined;
    await this.ctx.storage.deleteAlarm();
    await this.ctx.storage.deleteAll();
  }

  override async fetch(request: Request): Promise<Response> {
    const parts = this.#open();
    if (parts) return parts.cluster.core.fetch(request);
    return respondToError(
      notFound({ resource: 'clusters', name: this.ctx.id.name ?? '' }),
      request.headers.get('accept'),
      logError,
    );
  }

  /** For shards and for the front: who a token speaks for, and whether they may. */
  async access(credential: Credential | undefined, attributes?: RequestAttributes): Promise<AccessResult> {
    const parts = this.#open();
    return parts ? answerAccess(parts, credential, attributes) : { status: unauthorized().toStatus() };
  }

  /** For the front: a request did not reach the server of an aggregated API. */
  async suspectApi(path: string): Promise<void> {
    this.#open()?.cluster.suspectApi(path);
  }

  /** The client interface, for components and shards in objects of their own. */
  async client(user: ComponentUser, method: keyof ClusterClient, args: unknown[]): Promise<RemoteAnswer> {
    const parts = this.#open();
    if (!parts) return { status: new StatusError('NotFound', 'the cluster has been deleted').toStatus() };
    const { identity, fieldManager } = componentUsers[user];
    return answerRemote(parts.cluster.clientFor(identity, fieldManager), method, args);
  }

  nodeHello(node: string, message: HelloMessage): Promise<HelloResult | { refuse: string }> {
    return this.#require().nodes.nodeHello(node, message);
  }

  nodeReports(batch: readonly NodeReport[]): Promise<string[]> {
    return this.#require().nodes.nodeReports(batch);
  }

  async nodeLost(node: string, lastSeenMs: number): Promise<void> {
    await this.#open()?.nodes.nodeLost(node, lastSeenMs);
  }

  nodeCatchUp(requests: readonly { node: string; after: number }[]): Promise<CatchUp[]> {
    return this.#require().nodes.nodeCatchUp(requests);
  }

  nodeToken(node: string, request: TokenRequestMessage): Promise<TokenMessage> {
    return this.#require().nodes.nodeToken(node, request);
  }

  override async webSocketMessage(socket: WebSocket, message: string | ArrayBuffer): Promise<void> {
    this.#open()?.watchSockets.message(socket, message);
  }

  override async webSocketClose(socket: WebSocket): Promise<void> {
    this.#open()?.watchSockets.closed(socket);
  }

  override async webSocketError(socket: WebSocket): Promise<void> {
    this.#open()?.watchSockets.closed(socket);
  }

  override async alarm(): Promise<void> {
    await this.#open()?.timers.run();
  }

  #require(): Parts {
    const parts = this.#open();
    if (!parts) throw new Error('this cluster has not been created');
    return parts;
  }

  #open(): Parts | undefined {
    if (this.#parts) return this.#parts;
    const record = this.ctx.storage.kv.get<ClusterRecord>(recordKey);
    if (!record) return undefined;
    const host = openCluster(this.ctx, this.env, record);
    if (record.shard === '') this.#bootstrap(host, record);
    this.#parts = { ...host, nodes: this.#nodePlane(host, record), components: this.#components(host, record) };
    return this.#parts;
  }

  /** Makes what every cluster has, or adds what this version has more of than the one that made it. */
  #bootstrap({ cluster }: ClusterHost, record: ClusterRecord): void {
    const { registry, kinds, settings, store } = cluster;
    const apiServerIP = firstServiceAddress(settings);
    const bootstrap = bootstrapFingerprint({ kinds, settings, apiServerIP });
    if (record.bootstrap === bootstrap) return;
    try {
      store.transaction((tx) => bootstrapCluster(tx, { registry, kinds, settings, apiServerIP }));
      this.ctx.storage.kv.put(recordKey, { ...record, bootstrap });
    } catch (error) {
      // A cluster that is there must open all the same; the next opening tries again.
      logError('bootstrap failed', { cluster: record.name, error: describeError(error) });
    }
  }

  #nodePlane(host: ClusterHost, { name }: ClusterRecord): GatewayCluster {
    const { cluster, timers, restored, gateways } = host;
    const { GATEWAY } = this.env;
    return createNodePlane({
      cluster,
      client: cluster.clientFor(componentUsers.apiserver.identity, componentUsers.apiserver.fieldManager),
      gateways,
      deliver: async (index, batch: DeliveryBatch) =>
        GATEWAY.get(GATEWAY.idFromName(gatewayObjectName(name, index))).deliver(batch),
      timers,
      restored,
      now: Date.now,
      schedule: (run, delayMs) => void setTimeout(run, delayMs),
      log: logError,
    });
  }

  /** Controllers and scheduler, here or in objects of their own; either way each commit wakes them. */
  #components(host: ClusterHost, record: ClusterRecord): Component[] {
    if (record.shard !== '') return [];
    const components =
      this.env.FAIRLEAD_CONTROLLERS === 'object' ? this.#remoteComponents(record) : this.#localComponents(host);
    const wake = () => {
      for (const component of components) component.wake();
    };
    host.cluster.store.onCommit(wake);
    // What an earlier instance left undone.
    wake();
    return components;
  }

  #localComponents({ cluster, timers, storage }: ClusterHost): Component[] {
    const deps = { kinds: cluster.kinds, settings: cluster.settings, timers, random: Math.random, now: Date.now, log };
    const clientOf = ({ identity, fieldManager }: (typeof componentUsers)[ComponentUser]) =>
      cluster.clientFor(identity, fieldManager);
    const { kv } = storage;
    return [
      hostControllers({ ...deps, client: clientOf(componentUsers.controllers), cursor: kvCursor(kv, 'controllers') }),
      hostScheduler({ ...deps, client: clientOf(componentUsers.scheduler), cursor: kvCursor(kv, 'scheduler') }),
    ];
  }

  #remoteComponents(record: ClusterRecord): Component[] {
    const { CONTROLLERS, SCHEDULER } = this.env;
    return [CONTROLLERS, SCHEDULER].map((namespace) => {
      const object = () => namespace.get(namespace.idFromName(record.name));
      let isCalling = false;
      let isWanted = false;
      const call = async () => {
        isCalling = true;
        while (isWanted) {
          isWanted = false;
          await object()
            .wake(record)
            .catch((error: unknown) => logError('component could not be woken', { error: String(error) }));
        }
        isCalling = false;
      };
      return {
        wake() {
          isWanted = true;
          if (!isCalling) void call();
        },
        whenIdle: async () => undefined,
      };
    });
  }
}
