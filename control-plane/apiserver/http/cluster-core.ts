import { unknownResource } from '../../../shared/api/errors.ts';
import type { Aggregation } from '../aggregation/aggregation.ts';
import type { AggregatedRequest } from '../aggregation/api-services.ts';
import { discover, needsResources, respondWithDiscovery, rootPaths } from './discovery.ts';
import { answerHealth } from './health.ts';
import { inTurn } from './in-turn.ts';
import { type Assets, serveOpenApi } from './openapi.ts';
import { planned } from './planned.ts';
import { attributesOf } from './request-attributes.ts';
import { parseRequestInfo, type RequestInfo } from './request-info.ts';
import { createResourceHandler, methodNotAllowed, type ResourceHandlerDeps } from './resource-handler.ts';
import { plainText, respondToError } from './respond.ts';
import type { StreamPlan } from './verbs/log.ts';
import { versionInfo } from './version.ts';

/** A further part of the API below a path of its own (`/fairlead/v1/`). Undefined: no such path. */
export type Extension = (request: Request, path: string) => Promise<Response | undefined>;

export interface ClusterCoreDeps extends ResourceHandlerDeps {
  assets: Assets;
  extensions: readonly Extension[];
  /** Absent in a shard: what is aggregated is the main object's to find. */
  aggregation?: Aggregation | undefined;
}

/**
 * The API server of one cluster (or of one of its shards), without a host: a function from requests, whose paths have
 * no cluster prefix any more, to responses. It never throws.
 */
export interface ClusterCore {
  fetch(request: Request): Promise<Response>;
}

export function createClusterCore(deps: ClusterCoreDeps): ClusterCore {
  const handleResource = createResourceHandler(deps);

  async function route(request: Request): Promise<Response> {
    const url = new URL(request.url);
    const info = parseRequestInfo(request.method, url.pathname, url.searchParams);
    const plan = deps.aggregation?.find(url.pathname);
    if (plan) return handleElsewhere(request, url, { plan, info });
    if (info.isResource) return handleResource(request, url.searchParams, info);
    for (const extension of deps.extensions) {
      const response = await extension(request, url.pathname);
      if (response) return response;
    }
    return handleNonResource(request, url.pathname);
  }

  /** Whether the user may is decided here, everything else where the API is. */
  async function handleElsewhere(
    request: Request,
    url: URL,
    { plan, info }: { plan(request: AggregatedRequest): StreamPlan; info: RequestInfo },
  ): Promise<Response> {
    const { pathname, search, searchParams } = url;
    const user = await deps.access.admit(request, attributesOf(info, searchParams));
    return planned(plan({ method: request.method, path: pathname + search, user }));
  }

  async function handleNonResource(request: Request, path: string): Promise<Response> {
    const attributes = { verb: request.method.toLowerCase(), path };
    const user = await deps.access.admit(request, attributes);
    return inTurn(deps, { request, user, attributes }, () => answerNonResource(request, path));
  }

  async function answerNonResource(request: Request, path: string): Promise<Response> {
    if (request.method !== 'GET') throw methodNotAllowed();
    const url = new URL(request.url);
    const health = answerHealth(path, url.searchParams);
    if (health) return health;
    if (path === '/version') return Response.json(versionInfo);
    const accept = request.headers.get('accept');
    const openApi = await serveOpenApi(deps, request);
    if (openApi) return openApi;
    const elsewhere = needsResources(path, accept) ? await deps.aggregation?.discover() : deps.aggregation?.list();
    const discovered = discover(deps.kinds.all(), path, { accept, elsewhere });
    if (discovered) return respondWithDiscovery(request, discovered);
    if (path.startsWith('/api/')) throw unknownResource();
    if (path.startsWith('/apis/')) return plainText('404 page not found\n', 404);
    return Response.json({ paths: rootPaths(deps.kinds.all()) }, { status: path === '/' ? 200 : 404 });
  }

  async function answer(request: Request): Promise<Response> {
    try {
      return await route(request);
    } catch (error) {
      return respondToError(error, request.headers.get('accept'), deps.log);
    }
  }

  return {
    async fetch(request) {
      const trail = deps.auditor?.begin(request);
      return trail ? trail.finish(await answer(request)) : answer(request);
    },
  };
}
