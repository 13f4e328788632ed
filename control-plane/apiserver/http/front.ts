import { Hono } from 'hono';
import { hasReason, notFound, unauthorized } from '../../../shared/api/errors.ts';
import { resourceName } from '../../../shared/kinds/define-kind.ts';
import type { KindRegistry } from '../../../shared/kinds/registry.ts';
import { defaultCluster } from '../../default-cluster.ts';
import { createClientCertificateReader, type TlsClientAuth } from '../auth/client-certificate.ts';
import { type Credential, createTokenReader } from '../auth/credential.ts';
import { readImpersonation } from '../auth/impersonation-headers.ts';
import { webSocketAuthorization } from '../auth/web-socket-token.ts';
import { type AdminDeps, adminRoutes } from './admin.ts';
import { readBounded } from './bounded-body.ts';
import { mayBeElsewhere, rereadable } from './elsewhere.ts';
import { extensionRoot } from './extensions.ts';
import { forwardedHeaders, internalHeaders, setAuditHeaders, setCredential } from './internal-headers.ts';
import { connectNode, connectNodeStream, type NodeRouteDeps, runStreamPlan } from './node-routes.ts';
import { answerInProtobuf, protobufChoiceOf } from './protobuf-answer.ts';
import { exchange, relayProxy } from './relay-proxy.ts';
import { relayWatch } from './relay-watch.ts';
import { decodeSegment, parseRequestInfo, type RequestInfo, type ResourceRequest } from './request-info.ts';
import { type ErrorLog, respondToError } from './respond.ts';
import { shardOf } from './shards.ts';
import type { StreamPlan } from './verbs/log.ts';

/** A Durable Object as the front sees it. */
export interface ObjectPort {
  fetch(request: Request): Promise<Response>;
}

export interface FrontDeps extends AdminDeps, NodeRouteDeps {
  kinds: KindRegistry;
  /** True for a cluster of this deployment. The objects of any other name are not even looked at. */
  isCluster(name: string): Promise<boolean>;
  /** A cluster's main object, or a shard of it. */
  clusterObject(cluster: string, shard: string): ObjectPort;
  /** Tells a cluster that a request for this path did not reach the server of an aggregated API. */
  suspectApi(cluster: string, path: string): Promise<void>;
  /** Whether requests are recorded, for which more of them has to be passed on. */
  isAudited?: boolean;
  /** Epoch ms. */
  now(): number;
  random(): number;
  log: ErrorLog;
}

/** One client request for one cluster; `path` has no cluster prefix. */
export interface ClusterRequest {
  request: Request;
  cluster: string;
  path: string;
  query: URLSearchParams;
  credential: Credential | undefined;
  isAudited?: boolean | undefined;
}

const clusterName = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;
const clusterPrefix = /^\/clusters\/([^/]+)(?=\/)/;
const adminRoot = `${extensionRoot}/clusters`;

/**
 * The stateless front: finds cluster and shard of a request, bounds its body, replaces the bearer token by its hash
 * (unless it is one to verify) and hands it over. Nothing that it forwards carries a header of the client's that it does not know.
 */
export function createFront(deps: FrontDeps): { fetch(request: Request): Promise<Response> } {
  const readCredential = createCredentialReader();
  const admin = new Hono();
  admin.onError((error, context) => respondToError(error, context.req.header('accept') ?? null, deps.log));
  admin.route(adminRoot, adminRoutes(deps));
  return {
    async fetch(request) {
      try {
        const { pathname, searchParams: query } = new URL(request.url);
        if (isBelow(adminRoot, pathname)) return await admin.fetch(request);
        const [prefix = '', cluster = defaultCluster] = clusterPrefix.exec(pathname) ?? [];
        await requireCluster(deps, cluster);
        const credential = readCredential(request);
        return await handle(deps, {
          request,
          cluster,
          path: pathname.slice(prefix.length),
          query,
          credential,
          isAudited: deps.isAudited,
        });
      } catch (error) {
        return respondToError(error, request.headers.get('accept'), deps.log);
      }
    },
  };
}

/** A request with what the platform says of its connection, which is in no header. */
type PlatformRequest = Request & { cf?: { tlsClientAuth?: TlsClientAuth | undefined } | undefined };

function createCredentialReader(): (request: PlatformRequest) => Credential | undefined {
  const readToken = createTokenReader();
  const readCertificate = createClientCertificateReader();
  return ({ headers, cf }) => {
    const token = readToken(headers.get('authorization') ?? webSocketAuthorization(headers));
    const certificate = readCertificate(cf?.tlsClientAuth);
    const as = readImpersonation(headers);
    if (token || certificate) {
      return { ...(token ? { token } : {}), ...(certificate ? { certificate } : {}), ...(as ? { as } : {}) };
    }
    // Somebody who asks to be taken for somebody else must be somebody.
    if (as) throw unauthorized();
    return undefined;
  };
}

function isBelow(root: string, path: string): boolean {
  return path.startsWith(root) && (path.length === root.length || path[root.length] === '/');
}

async function requireCluster(deps: FrontDeps, name: string): Promise<void> {
  if (!clusterName.test(name) || !(await deps.isCluster(name))) throw notFound({ resource: 'clusters', name });
}

const connectPath = /^\/fairlead\/v1\/nodes\/([^/]+)\/connect$/;
const streamPath = /^\/fairlead\/v1\/streams\/([^/]+)$/;

async function handle(deps: FrontDeps, call: ClusterRequest): Promise<Response> {
  const { request, cluster, path, query } = call;
  if (isBelow(extensionRoot, path)) {
    const connect = connectPath.exec(path);
    if (connect) return connectNode(deps, call, decodeSegment(connect[1]!));
    const stream = streamPath.exec(path);
    if (stream) return connectNodeStream(deps, call, decodeSegment(stream[1]!));
  }

  const info = parseRequestInfo(request.method, path, query);
  const shard = info.isResource ? shardFor(deps.kinds, info) : '';
  const object = deps.clusterObject(cluster, shard);
  if (mayBeElsewhere(deps.kinds, path)) return answerElsewhere(deps, object, call, info);
  if (info.isResource && info.subresource === 'proxy') return relayProxy(deps, object, call, info);
  const response = await answerFor(deps, object, { call, info });
  // Reading the headers of an answer costs more than passing it on, and only subresources are answered with a plan.
  if (!info.isResource || info.subresource === '') return response;
  const plan = response.headers.get(internalHeaders.streamPlan);
  return plan ? runStreamPlan(deps, call, JSON.parse(decodeURIComponent(plan))) : response;
}

/** For groups that are not built in: custom resources, which the object answers, or an API that is aggregated. */
async function answerElsewhere(
  deps: FrontDeps,
  object: ObjectPort,
  original: ClusterRequest,
  info: RequestInfo,
): Promise<Response> {
  const { call, bytes } = await rereadable(original);
  const response = await answerFor(deps, object, { call, info });
  const text = response.headers.get(internalHeaders.streamPlan);
  if (text === null) return response;
  const plan: StreamPlan = JSON.parse(decodeURIComponent(text));
  try {
    return await exchange(deps, original, { plan, body: bytes ? new Response(bytes).body : null });
  } catch (error) {
    if (hasReason(error, 'ServiceUnavailable', 'Timeout')) {
      const failed = (cause: unknown) => deps.log('a failing API could not be reported', { error: String(cause) });
      await deps.suspectApi(original.cluster, original.path).catch(failed);
    }
    throw error;
  }
}

function answerFor(
  deps: FrontDeps,
  object: ObjectPort,
  { call, info }: { call: ClusterRequest; info: RequestInfo },
): Promise<Response> {
  if (info.isResource && info.verb === 'watch') return relayWatch(deps, object, call, info);
  const protobuf = info.isResource ? protobufChoiceOf(call.request, info) : undefined;
  return protobuf ? answerInProtobuf(object, call, protobuf) : forwarded(call).then((request) => object.fetch(request));
}

function shardFor(kinds: KindRegistry, { group, version, resource }: ResourceRequest): string {
  const kind = kinds.byPath(group, version, resource);
  return kind ? shardOf(kinds, resourceName(kind)) : '';
}

/** What the object is asked for besides what the client has asked for. */
export interface ForwardOptions {
  /** A WebSocket. */
  upgrade?: boolean;
  /** In place of the client's own. */
  accept?: string | undefined;
  itemLines?: boolean;
  /** The body stays here. */
  bodiless?: boolean;
}

/** Some clients announce a body of no bytes with each GET. None of those that read has one that means anything. */
async function bodyOf(request: Request): Promise<Uint8Array | undefined> {
  if (request.method !== 'GET' && request.method !== 'HEAD') return readBounded(request);
  await request.body?.cancel();
  return undefined;
}

/** The request as the object gets it. */
export async function forwarded(call: ClusterRequest, options: ForwardOptions = {}): Promise<Request> {
  const { request, path, query, credential } = call;
  const headers = new Headers();
  for (const name of forwardedHeaders) {
    const value = request.headers.get(name);
    if (value !== null) headers.set(name, value);
  }
  if (credential) setCredential(headers, credential);
  if (call.isAudited) setAuditHeaders(headers, request);
  if (options.upgrade) headers.set('upgrade', 'websocket');
  if (options.accept) headers.set('accept', options.accept);
  if (options.itemLines) headers.set(internalHeaders.itemLines, '1');
  const search = query.size > 0 ? `?${query}` : '';
  const body = options.bodiless ? undefined : await bodyOf(request);
  // Redirects are for the client to follow, which then keeps the answer under the right address.
  return new Request(`https://cluster${path}${search}`, { method: request.method, headers, body, redirect: 'manual' });
}
