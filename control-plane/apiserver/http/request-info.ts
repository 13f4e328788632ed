/** What a path of Kubernetes' URL layout asks for. */
export type RequestInfo = ResourceRequest | NonResourceRequest;

export interface ResourceRequest {
  isResource: true;
  verb: RequestVerb;
  /** Empty for the core group. */
  group: string;
  version: string;
  /** Plural, as in the path. */
  resource: string;
  /** Empty string for cluster-scoped paths and for paths over all namespaces. */
  namespace: string;
  /** Empty string for collections. */
  name: string;
  subresource: string;
  /** What follows the subresource, as it came; only where it is one that leads elsewhere (`proxy`). */
  path: string;
}

export interface NonResourceRequest {
  isResource: false;
  /** Lower-case HTTP method, as RBAC names it for such paths. */
  verb: string;
  path: string;
}

export type RequestVerb =
  | 'create'
  | 'update'
  | 'patch'
  | 'get'
  | 'list'
  | 'watch'
  | 'delete'
  | 'deletecollection'
  /** A method that no resource answers (`OPTIONS`, `TRACE`, ...). */
  | 'unsupported';

/** Subresources of a namespace, which share their place in the path with resources inside of it. */
const namespaceSubresources = new Set(['status', 'finalize']);

/**
 * Reads method, path and query as Kubernetes' RequestInfo resolver does. `path` has no cluster prefix. Never throws:
 * whether the resource exists is not known here.
 */
export function parseRequestInfo(method: string, path: string, query: URLSearchParams): RequestInfo {
  const segments = path.split('/').filter((segment) => segment !== '');
  const isCore = segments[0] === 'api' && segments.length >= 3;
  const isGroup = segments[0] === 'apis' && segments.length >= 4;
  if (!isCore && !isGroup) return { isResource: false, verb: method.toLowerCase(), path };

  const [group, version] = isCore ? ['', segments[1]!] : [segments[1]!, segments[2]!];
  let rest = segments.slice(isCore ? 2 : 3).map(decodeSegment);
  // `/api/v1/watch/...`: the old spelling of `?watch=true`.
  const watchPrefix = rest[0] === 'watch' && rest.length > 1;
  if (watchPrefix) rest = rest.slice(1);

  const target = parseTarget(rest);
  return {
    isResource: true,
    verb: watchPrefix && method === 'GET' ? 'watch' : verbOf(method, target, query),
    group,
    version,
    namespace: target.namespace,
    resource: target.resource,
    name: target.name,
    subresource: target.subresource,
    path: leadsElsewhere.has(target.subresource) ? tailOf(path, segments.length - target.rest) : '',
  };
}

/** Subresources below which every path is somebody else's. */
const leadsElsewhere = new Set(['proxy']);

type Target = Pick<ResourceRequest, 'namespace' | 'resource' | 'name' | 'subresource'>;

/** `rest` is how many segments follow the subresource without being part of it. */
function parseTarget(parts: string[]): Target & { rest: number } {
  let namespace = '';
  if (parts[0] === 'namespaces' && parts.length > 2 && !namespaceSubresources.has(parts[2]!)) {
    namespace = parts[1]!;
    parts = parts.slice(2);
  }
  const [resource = '', name = '', ...subresource] = parts;
  const [first = ''] = subresource;
  if (!leadsElsewhere.has(first)) return { namespace, resource, name, subresource: subresource.join('/'), rest: 0 };
  return { namespace, resource, name, subresource: first, rest: subresource.length - 1 };
}

/** What is left of a path after so many segments, slashes included. */
function tailOf(path: string, segments: number): string {
  let at = 0;
  for (let passed = 0; passed < segments; passed++) {
    while (path[at] === '/') at++;
    const end = path.indexOf('/', at);
    at = end < 0 ? path.length : end;
  }
  return path.slice(at);
}

function verbOf(method: string, { name, subresource }: Target, query: URLSearchParams): RequestVerb {
  const isNamed = name !== '';
  switch (method) {
    case 'POST':
      return 'create';
    case 'PUT':
      return 'update';
    case 'PATCH':
      return 'patch';
    case 'DELETE':
      return isNamed ? 'delete' : 'deletecollection';
    case 'GET':
      if (isNamed) return 'get';
      return isTrue(query.get('watch')) ? 'watch' : 'list';
    case 'HEAD':
      return leadsElsewhere.has(subresource) ? 'get' : 'unsupported';
    default:
      return 'unsupported';
  }
}

/** A segment of a path as it was meant; as it came where its escapes are broken. */
export function decodeSegment(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

/** How Kubernetes reads a boolean query parameter: present and neither `false` nor `0`. */
export function isTrue(value: string | null): boolean {
  return value !== null && value.toLowerCase() !== 'false' && value !== '0';
}
