import type { StoredObject } from '../../../store/store.ts';
import type { ListOutcome } from '../../registry/registry.ts';
import { internalHeaders } from '../internal-headers.ts';
import { parseListOptions, validateListOptions } from '../list-options.ts';
import { listText } from '../list-text.ts';
import { respondInPieces } from '../respond.ts';
import { parseIncludeObject } from '../table.ts';
import { negotiated, respondWithObject, type VerbDeps, type VerbHandler, type VerbRequest } from './context.ts';

/** GET of one object or subresource. */
export const get: VerbHandler = async (deps, request) => {
  const { kind, info } = request;
  const { namespace, name, subresource } = info;
  const stored = deps.registry.get(deps.reader, { kind, namespace, name, subresource: subresource || undefined });
  return respondWithObject(deps, request, { code: 200, json: stored.json });
};

/** GET of a collection. */
export const list: VerbHandler = async (deps, request) => {
  const { kind, info, query } = request;
  // Refused before anything is read.
  if (negotiated(request).as === 'Table') parseIncludeObject(query);
  const options = parseListOptions(query);
  validateListOptions(options);
  return respondWithList(
    deps,
    request,
    deps.registry.listParts(deps.reader, { kind, namespace: info.namespace, ...options }),
  );
};

/** Writes a list in the form that the client asked for, as it reads it. */
export async function respondWithList(
  deps: VerbDeps,
  request: VerbRequest,
  parts: Iterable<ListOutcome>,
): Promise<Response> {
  const { format, as } = negotiated(request);
  const { registry, now } = deps;
  const includeObject = as === 'Table' ? parseIncludeObject(request.query) : 'None';
  const options = {
    format,
    as,
    includeObject,
    itemLines: request.request.headers.get(internalHeaders.itemLines) === '1',
    nowMs: now(),
    parse: (stored: StoredObject) => registry.parse(stored),
  };
  return respondInPieces(await listText(parts, options), format);
}
