import { Buffer } from 'node:buffer';
import { builtInKinds } from '../../shared/kinds/index.generated.ts';
import { KindRegistry } from '../../shared/kinds/registry.ts';
import { type Auditor, createAuditor } from '../apiserver/audit/auditor.ts';
import { parseAuditSettings } from '../apiserver/audit/settings.ts';
import { createBatchingSink, createFanOut, createLineSink, webhookDelivery } from '../apiserver/audit/sink.ts';
import { accessResult, createRemoteAccess } from '../apiserver/auth/access.ts';
import type { Credential } from '../apiserver/auth/credential.ts';
import { isInternalResource } from '../apiserver/auth/internal-resources.ts';
import { nodeHttpOf } from '../apiserver/http/node-routes.ts';
import { clusterObjectName, gatewayIndex, gatewayObjectName, streamIdFor } from '../apiserver/http/object-names.ts';
import { type Cluster, createCluster, describeError } from '../cluster/cluster.ts';
import type { ClusterRecord } from '../cluster/cluster-admin.ts';
import { createRemoteClient } from '../cluster/remote-client.ts';
import type { Env } from '../env.ts';
import { parseDeploymentSettings, settingsOf } from '../settings.ts';
import { createAesCodec } from '../store/aes-codec.ts';
import { plainCodec, type ValueCodec } from '../store/codec.ts';
import { createSqlTimerStorage } from '../timers/sql-timer-storage.ts';
import { createTimers, type Timers } from '../timers/timers.ts';
import { type CountedStorage, countedStorage } from './counted-storage.ts';
import { postJson } from './post-json.ts';
import { bindWatchSockets, type WatchSockets } from './watch-sockets.ts';

/** A cluster (or a shard of it) in its Durable Object. */
export interface ClusterHost {
  cluster: Cluster;
  timers: Timers;
  /** Names of durable timers that an earlier instance has set. */
  restored: readonly string[];
  watchSockets: WatchSockets;
  storage: CountedStorage;
  /** How many gateways share the nodes of the cluster. */
  gateways: number;
}

/** Builds a cluster from what the platform gives its object. */
export function openCluster(ctx: DurableObjectState, env: Env, record: ClusterRecord): ClusterHost {
  const { name, shard } = record;
  const { deployment } = parseDeploymentSettings(env.FAIRLEAD_SETTINGS);
  const storage = countedStorage(ctx.storage);
  const { timers, restored } = openTimers(storage);
  // A stub is broken for good by a lost connection: each call makes its own.
  const object = (where: string) => env.CLUSTER.get(env.CLUSTER.idFromName(clusterObjectName(name, where)));
  const remote = (where: string) =>
    createRemoteClient({ call: (method, args) => object(where).client('apiserver', method, args) });
  const box: { sockets?: WatchSockets } = {};
  const kinds = new KindRegistry(builtInKinds);
  const cluster = createCluster({
    kinds,
    auditor: openAuditor(env),
    settings: settingsOf(record, env.FAIRLEAD_SETTINGS),
    shard,
    sql: storage.sql,
    counters: storage.counters,
    codec: codecOf(env, kinds),
    sync: () => ctx.storage.sync(),
    timers,
    access:
      shard === ''
        ? undefined
        : createRemoteAccess({
            ask: (credential, attributes) => object('').access(credential, attributes),
            now: Date.now,
          }),
    sibling: remote,
    bindWatches(hub) {
      const sockets = bindWatchSockets(ctx, hub);
      box.sockets = sockets;
      return {
        open: (attachment) => new Response(null, { status: 101, webSocket: sockets.open(attachment) }),
      };
    },
    streams: {
      plan(node, request) {
        const streamId = streamIdFor(node, crypto.randomUUID());
        const path = `/clusters/${name}/fairlead/v1/streams/${encodeURIComponent(streamId)}`;
        const gateway = gatewayObjectName(name, gatewayIndex(node, deployment.gatewayCount));
        return { gateway, node, message: { type: 'openStream', streamId, path, request } };
      },
    },
    // A redirect would lead to who knows whom.
    fetchDocument: (url, signal) => fetch(url, { signal, redirect: 'manual', headers: { accept: 'application/json' } }),
    outside: {
      fetch: postJson,
      nodeHttp: nodeHttpOf(
        {
          gatewayObject: (gateway) => env.GATEWAY.get(env.GATEWAY.idFromName(gateway)),
          streamObject: (stream) => env.STREAM.get(env.STREAM.idFromName(stream)),
        },
        name,
      ),
    },
    assets: { fetch: (path) => env.ASSETS.fetch(`https://assets${path}`) },
    now: Date.now,
    random: Math.random,
    uid: () => crypto.randomUUID(),
    randomBytes: (length) => crypto.getRandomValues(new Uint8Array(length)),
    schedule: (run, delayMs) => void setTimeout(run, delayMs),
    startTimer(run, delayMs) {
      const timer = setTimeout(run, delayMs);
      return () => clearTimeout(timer);
    },
    log: logError,
  });
  if (!box.sockets) throw new Error('the cluster bound no watches');
  return { cluster, timers, restored, watchSockets: box.sockets, storage, gateways: deployment.gatewayCount };
}

/** What records the requests of an object, where the deployment asks for it. */
function openAuditor({ FAIRLEAD_AUDIT }: Env): Auditor | undefined {
  const settings = parseAuditSettings(FAIRLEAD_AUDIT);
  if (!settings) return undefined;
  const { policy, webhook } = settings;
  const schedule = (run: () => void, delayMs: number) => void setTimeout(run, delayMs);
  const sinks = settings.console ? [createLineSink((line) => console.log(line))] : [];
  if (webhook) {
    const deliver = webhookDelivery(webhook, (url, init) => fetch(url, init));
    sinks.push(createBatchingSink({ deliver, schedule, log: logError }));
  }
  return createAuditor({ policy, sink: createFanOut(sinks), now: Date.now, uid: () => crypto.randomUUID() });
}

/** The alarm timers of an object, with what an earlier instance has left of them. */
export function openTimers({ sql, alarm }: Pick<CountedStorage, 'sql' | 'alarm'>): {
  timers: Timers;
  restored: readonly string[];
} {
  const storage = createSqlTimerStorage(sql);
  const timers = createTimers({
    alarm,
    now: Date.now,
    storage,
    onError: (error, timer) => logError('timer failed', { timer, error: describeError(error) }),
  });
  return { timers, restored: [...storage.load().keys()] };
}

/** What `accessResult` needs of a host, for the shards that ask. */
export function answerAccess(
  { cluster }: ClusterHost,
  credential: Credential | undefined,
  attributes: Parameters<Cluster['access']['admit']>[1] | undefined,
) {
  const { access } = cluster;
  return accessResult((notes) =>
    attributes ? access.admit(credential, attributes, notes) : access.authenticate(credential, notes),
  );
}

/** Structured logs: one JSON object a line. */
export function logError(message: string, fields: Record<string, unknown>): void {
  console.error(JSON.stringify({ level: 'error', message, ...fields }));
}

export const log = {
  info: (message: string, fields: Record<string, unknown> = {}) =>
    console.log(JSON.stringify({ level: 'info', message, ...fields })),
  warn: (message: string, fields: Record<string, unknown> = {}) =>
    console.warn(JSON.stringify({ level: 'warn', message, ...fields })),
  error: (message: string, fields: Record<string, unknown> = {}) => logError(message, fields),
};

function codecOf(env: Env, kinds: KindRegistry): ValueCodec {
  if (!env.FAIRLEAD_ENCRYPTION_KEY) return plainCodec;
  const secret = new Uint8Array(Buffer.from(env.FAIRLEAD_ENCRYPTION_KEY, 'base64'));
  const isEncrypted = (resource: string) =>
    isInternalResource(resource) || kinds.byResource(resource)?.storage?.encrypted === true;
  return createAesCodec({ keys: [{ id: 'default', secret }], isEncrypted });
}
