import type { KindRegistry } from '../../../shared/kinds/registry.ts';
import { readBounded } from './bounded-body.ts';
import type { ClusterRequest } from './front.ts';

/** Of requests, and of documents of OpenAPI. */
const groupPath = /^(?:\/openapi\/v3)?\/apis\/([^/]+)\/[^/]+/;
const ownGroups = new WeakMap<KindRegistry, ReadonlySet<string>>();

/**
 * Whether a path may belong to an aggregated API: to a group of which no kind is built in. Custom resources are below such
 * paths as well; only the cluster knows which it is.
 */
export function mayBeElsewhere(kinds: KindRegistry, path: string): boolean {
  const group = groupPath.exec(path)?.[1];
  if (group === undefined) return false;
  const own = ownGroups.get(kinds) ?? new Set(kinds.all().map((kind) => kind.group));
  ownGroups.set(kinds, own);
  return !own.has(group);
}

/** The call with a body that can be read more than once, and that body. */
export async function rereadable(
  call: ClusterRequest,
): Promise<{ call: ClusterRequest; bytes: Uint8Array | undefined }> {
  const { request } = call;
  const bytes = await readBounded(request);
  if (!bytes) return { call, bytes };
  const { method, headers, signal } = request;
  return { call: { ...call, request: new Request(request.url, { method, headers, signal, body: bytes }) }, bytes };
}
