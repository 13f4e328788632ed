import { randomBytes, randomUUID } from 'node:crypto';
import { type ClusterSettings, defaultSettings } from '../../../shared/kinds/define-kind.ts';
import { builtInKinds } from '../../../shared/kinds/index.generated.ts';
import { KindRegistry } from '../../../shared/kinds/registry.ts';
import type { Auditor } from '../../apiserver/audit/auditor.ts';
import { createClientCertificateReader } from '../../apiserver/auth/client-certificate.ts';
import { bearerToken } from '../../apiserver/auth/credential.ts';
import { readImpersonation } from '../../apiserver/auth/impersonation-headers.ts';
import { setCredential } from '../../apiserver/http/internal-headers.ts';
import type { OutsideRequest } from '../../apiserver/outside-calls/webhook-client.ts';
import { type NodeHttp, NodeNotConnected } from '../../apiserver/proxy/exchange.ts';
import { bootstrapCluster } from '../../apiserver/registry/bootstrap.ts';
import type { ClusterClient } from '../../client.ts';
import { firstServiceAddress } from '../../settings.ts';
import { openNodeDatabase } from '../../store/testing/node-sqlite.ts';
import { createTimers, type Timers } from '../../timers/timers.ts';
import type { WatchAttachment, Watcher } from '../../watch/watcher.ts';
import { type Cluster, createCluster } from '../cluster.ts';
import { componentUsers } from '../users.ts';

export interface Reply {
  status: number;
  headers: Headers;
  text: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests reach into answers of any kind
  json: any;
}

export interface FixtureOptions {
  auditor?: Auditor;
}

export interface CallOptions {
  token?: string | undefined;
  /** In PEM: the client has shown it when it connected. */
  certificate?: string;
  body?: unknown;
  headers?: Record<string, string>;
}

/**
 * The real API server of a cluster over a store in memory, called without a network. Events live in the same store.
 * The clock stands still unless it is moved.
 */
export class ClusterFixture {
  readonly cluster: Cluster;
  readonly timers: Timers;
  readonly #options: FixtureOptions;
  readonly errors: unknown[] = [];
  /** Frames and attachments of the watches that were opened. */
  readonly watches: { attachment: WatchAttachment; frames: string[]; closed?: number }[] = [];
  nowMs = Date.parse('2026-01-02T03:04:05Z');
  adminToken = '';
  /** What nodes reach. Default: nothing. */
  nodeHttp: NodeHttp = async ({ node }) => {
    throw new NodeNotConnected(`node ${JSON.stringify(node)} is not connected`);
  };
  /** What is found at a URL outside of the cluster. Default: nothing. */
  document: (url: string) => Promise<Response> = async () => new Response('', { status: 404 });
  /** Who answers outside of the cluster. Default: nobody. */
  outside: (request: OutsideRequest) => Promise<Response> = async () => {
    throw new Error('connect: connection refused');
  };

  private constructor(settings: ClusterSettings, options: FixtureOptions, main?: ClusterFixture) {
    this.#options = options;
    const kinds = new KindRegistry(
      builtInKinds.map((kind) =>
        kind.storage?.shard && !main ? { ...kind, storage: { ...kind.storage, shard: undefined } } : kind,
      ),
    );
    this.timers = createTimers({
      alarm: { get: async () => null, set: async () => undefined },
      now: () => this.nowMs,
      onError: (error) => this.errors.push(error),
    });
    this.cluster = createCluster({
      kinds,
      settings,
      auditor: options.auditor,
      shard: main ? 'events' : '',
      access: main?.cluster.access,
      sql: openNodeDatabase(),
      sync: async () => undefined,
      timers: this.timers,
      sibling: () => main?.client ?? this.client,
      bindWatches: (hub) => ({ open: (attachment) => this.#openWatch(hub, attachment) }),
      streams: {
        plan: (node, request) => ({
          gateway: 'gateway',
          node,
          message: { type: 'openStream', streamId: 'stream', path: '/stream', request },
        }),
      },
      fetchDocument: (url) => this.document(url),
      outside: {
        fetch: (request) => this.outside(request),
        nodeHttp: (plan, options) => this.nodeHttp(plan, options),
      },
      assets: { fetch: async () => new Response(null, { status: 404 }) },
      now: () => this.nowMs,
      random: Math.random,
      uid: () => randomUUID(),
      randomBytes: (length) => randomBytes(length),
      schedule: (run, delayMs) => void setTimeout(run, Math.min(delayMs, 5)),
      startTimer(run, delayMs) {
        const timer = setTimeout(run, delayMs);
        return () => clearTimeout(timer);
      },
      log: (_message, fields) => this.errors.push(fields.error),
    });
  }

  /** A cluster as it is after its creation. */
  static async create(settings: Partial<ClusterSettings> = {}, options: FixtureOptions = {}): Promise<ClusterFixture> {
    const fixture = new ClusterFixture({ ...defaultSettings, ...settings }, options);
    const { commits, registry, kinds, settings: effective, credentials } = fixture.cluster;
    const apiServerIP = firstServiceAddress(effective);
    await commits.submit((tx) => bootstrapCluster(tx, { registry, kinds, settings: effective, apiServerIP }));
    fixture.adminToken = await credentials.issue({ name: 'admin', groups: ['system:masters', 'system:authenticated'] });
    return fixture;
  }

  /** The object of this cluster that has its Events, as in production. */
  eventsShard(): ClusterFixture {
    const shard = new ClusterFixture(this.cluster.settings, this.#options, this);
    shard.adminToken = this.adminToken;
    return shard;
  }

  get client(): ClusterClient {
    const { identity, fieldManager } = componentUsers.apiserver;
    return this.cluster.clientFor(identity, fieldManager);
  }

  /** Calls the API, as the administrator unless told otherwise. A body that is no string or bytes is sent as JSON. */
  async call(method: string, path: string, options: CallOptions = {}): Promise<Reply> {
    const token = 'token' in options ? options.token : this.adminToken;
    const headers = new Headers({ 'content-type': 'application/json', ...options.headers });
    const shown = options.certificate === undefined ? undefined : shownCertificate(options.certificate);
    if (token !== undefined || shown) {
      setCredential(headers, {
        ...(token === undefined ? {} : { token: bearerToken(token) }),
        ...(shown ? { certificate: shown } : {}),
        as: readImpersonation(headers),
      });
    }
    const { body } = options;
    const isRaw = typeof body === 'string' || body instanceof Uint8Array;
    const request = new Request(`https://cluster${path}`, {
      method,
      headers,
      ...(body === undefined ? {} : { body: isRaw ? (body as string) : JSON.stringify(body) }),
    });
    const response = await this.cluster.core.fetch(request);
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.startsWith('application/json');
    return { status: response.status, headers: response.headers, text, json: isJson ? JSON.parse(text) : undefined };
  }

  #openWatch(hub: { add(watcher: Watcher): void }, attachment: WatchAttachment) {
    const watch: ClusterFixture['watches'][number] = { attachment, frames: [] };
    hub.add({
      get attachment() {
        return watch.attachment;
      },
      send: (text) => void watch.frames.push(text),
      save: (next) => {
        watch.attachment = next;
      },
      close: (code) => {
        watch.closed = code;
      },
    });
    this.watches.push(watch);
    return new Response('watching');
  }
}

/** What the front makes of a certificate that the platform tells it of. */
function shownCertificate(pem: string) {
  const der = pem.replace(/-----[A-Z ]+-----|\s/g, '');
  return createClientCertificateReader()({ certPresented: '1', certRFC9440: `:${der}:` });
}

/** A Pod that passes validation. */
export function aPod(name: string, spec: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name },
    spec: { containers: [{ name: 'a', image: 'busybox' }], ...spec },
  };
}
