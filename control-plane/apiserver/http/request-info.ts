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
    verb: watchPrefix && method === 'GET' ? 'watch' : verbOf(method, target.name !== '', query),
    group,
    version,
    ...target,
  };
}

function parseTarget(parts: string[]): Pick<ResourceRequest, 'namespace' | 'resource' | 'name' | 'subresource'> {
  let namespace = '';
  if (parts[0] === 'namespaces' && parts.length > 2 && !namespaceSubresources.has(parts[2]!)) {
    namespace = parts[1]!;
    parts = parts.slice(2);
  }
  const [resource = '', name = '', ...subresource] = parts;
  return { namespace, resource, name, subresource: subresource.join('/') };
}

function verbOf(method: string, isNamed: boolean, query: URLSearchParams): RequestVerb {
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
