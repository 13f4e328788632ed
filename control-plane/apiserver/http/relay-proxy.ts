import { hasReason, StatusError } from '../../../shared/api/errors.ts';
import type { NodeHttp, NodeHttpOptions, NodeHttpResponse } from '../proxy/exchange.ts';
import { type ClusterRequest, forwarded, type ObjectPort } from './front.ts';
import { internalHeaders } from './internal-headers.ts';
import { type NodeRouteDeps, nodeHttpOf } from './node-routes.ts';
import { relayWebSocket, wantsUpgrade } from './relay-web-socket.ts';
import type { ResourceRequest } from './request-info.ts';
import { hasLinks, rewriteLinks } from './rewrite-html.ts';
import { rewriteLocation } from './rewrite-location.ts';
import type { StreamPlan, StreamRequest } from './verbs/log.ts';

/** Headers that are about the connection, or that are for this API alone. */
const ownHeaders = new Set([
  ...['authorization', 'connection', 'expect', 'keep-alive', 'proxy-authorization', 'proxy-connection', 'te'],
  ...['trailer', 'transfer-encoding', 'upgrade', 'cdn-loop'],
]);
const ownPrefixes = ['cf-', 'fairlead-', 'impersonate-', 'x-remote-'];
type HttpTarget = Extract<StreamRequest, { kind: 'http' }>;

/** Codes that come without a body, by definition. */
const bodiless = new Set([101, 204, 205, 304]);

/**
 * A request for `NAME/proxy` or below: the object says whether and where to, and the exchange goes from here through the
 * node's connection, without passing the object.
 */
export async function relayProxy(
  deps: NodeRouteDeps,
  object: ObjectPort,
  call: ClusterRequest,
  info: ResourceRequest,
): Promise<Response> {
  const { request } = call;
  const { pathname, search } = new URL(request.url);
  const decided = await object.fetch(await forwarded(call, { bodiless: true }));
  const text = decided.headers.get(internalHeaders.streamPlan);
  if (text === null) return decided;
  if (!wantsUpgrade(request) && info.path === '' && (request.method === 'GET' || request.method === 'HEAD')) {
    return new Response(null, { status: 301, headers: { location: `${pathname}/${search}` } });
  }
  const plan: StreamPlan = JSON.parse(decodeURIComponent(text));
  const prefix = pathname.slice(0, pathname.length - info.path.length);
  const response = await exchange(deps, call, { plan, body: request.body, prefix });
  // What admission has to say of the connection.
  const warning = decided.headers.get('warning');
  if (warning !== null) response.headers.append('warning', warning);
  return response;
}

/** Carries out a plan that is an exchange: with the client's headers besides those that the plan has, and its body. */
export async function exchange(
  deps: NodeRouteDeps,
  call: ClusterRequest,
  { plan, body, prefix }: { plan: StreamPlan; body: Request['body']; prefix?: string },
): Promise<Response> {
  const { request, cluster } = call;
  const target = plan.message.request;
  if (target.kind !== 'http') throw new Error('the plan is no exchange');
  const { pathname } = new URL(request.url);
  const own = new Set(target.headers.map(([name]) => name.toLowerCase()));
  const passed = passedOn(request.headers).filter(([name]) => !own.has(name));
  target.headers = [...target.headers, ...passed, ['X-Forwarded-Uri', pathname]];
  const http: NodeHttp = (...args) => reach(nodeHttpOf(deps, cluster), ...args);
  if (wantsUpgrade(request)) {
    const upgraded = await relayWebSocket({ http, socketPair: deps.socketPair }, plan, request);
    if ('answer' in upgraded) return answered(upgraded.answer, { request, prefix, target });
    return new Response(null, { status: 101, headers: upgraded.headers, webSocket: upgraded.socket });
  }
  return answered(await http(plan, { body, signal: request.signal }), { request, prefix, target });
}

async function answered(
  answer: NodeHttpResponse,
  { request, prefix, target }: { request: Request; prefix: string | undefined; target: HttpTarget },
): Promise<Response> {
  const headers = new Headers();
  for (const [name, value] of answer.headers) headers.append(name, value);
  const hosts = [`${target.host}:${target.port}`, request.headers.get('host') ?? ''];
  const rewrite = (link: string) => (prefix === undefined ? link : rewriteLocation(link, { prefix, hosts }));
  const location = headers.get('location');
  if (location !== null) headers.set('location', rewrite(location));
  if (bodiless.has(answer.code) || request.method === 'HEAD') {
    await answer.body.cancel();
    return new Response(null, { status: answer.code, headers });
  }
  let { body } = answer;
  if (prefix !== undefined && location === null && hasLinks(headers)) {
    body = rewriteLinks(body, { encoding: headers.get('content-encoding'), rewrite });
    headers.delete('content-length');
  }
  // The bytes are passed on in whatever encoding the target and the client have agreed on.
  return new Response(body, { status: answer.code, headers, encodeBody: 'manual' } as ResponseInit);
}

async function reach(http: NodeHttp, plan: StreamPlan, options: NodeHttpOptions): Promise<NodeHttpResponse> {
  try {
    return await http(plan, options);
  } catch (error) {
    if (!hasReason(error, 'ServiceUnavailable')) throw error;
    throw new StatusError(error.reason, `error trying to reach service: ${error.message}`, {});
  }
}

function passedOn(headers: Headers): [string, string][] {
  return [...headers].filter(
    ([name]) => !ownHeaders.has(name) && !ownPrefixes.some((prefix) => name.startsWith(prefix)),
  );
}
