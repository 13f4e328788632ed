import type { StoredObject } from '../../../store/store.ts';
import { convertedParts } from '../../conversion/list.ts';
import { readConverted } from '../../conversion/read.ts';
import type { ListRequest } from '../../registry/registry.ts';
import { keyOf } from '../../registry/write-context.ts';
import { internalHeaders } from '../internal-headers.ts';
import { parseListOptions, validateListOptions } from '../list-options.ts';
import { type ListParts, listText } from '../list-text.ts';
import { respondInPieces } from '../respond.ts';
import { parseIncludeObject } from '../table.ts';
import { negotiated, respondWithObject, type VerbDeps, type VerbHandler, type VerbRequest } from './context.ts';

/** GET of one object or subresource. */
export const get: VerbHandler = async (deps, request) => {
  const { reader, registry, conversions } = deps;
  const { kind, info } = request;
  const { namespace, name, subresource } = info;
  const target = { namespace, name, subresource: subresource || undefined };
  const read = (as: typeof kind) => registry.get(reader, { kind: as, ...target });
  const asked = kind.custom?.webhook && reader.get(keyOf({ kind, namespace }, name));
  const stored = asked ? await readConverted(conversions, kind, asked, read, request.request.signal) : read(kind);
  return respondWithObject(deps, request, { code: 200, json: stored.json });
};

/** GET of a collection. */
export const list: VerbHandler = async (deps, request) => {
  const { kind, info, query } = request;
  // Refused before anything is read.
  if (negotiated(request).as === 'Table') parseIncludeObject(query);
  const options = parseListOptions(query);
  validateListOptions(options);
  const target = { namespace: info.namespace, ...options };
  return respondWithList(deps, request, listParts(deps, request, { kind, ...target }));
};

/** A list in parts, each read when it is asked for, and converted where a webhook has to do that. */
export function listParts(deps: VerbDeps, { request }: VerbRequest, wanted: ListRequest): ListParts {
  const { registry, reader } = deps;
  return wanted.kind.custom?.webhook
    ? convertedParts(deps, wanted, request.signal)
    : registry.listParts(reader, wanted);
}

/** Writes a list in the form that the client asked for, as it reads it. */
export async function respondWithList(deps: VerbDeps, request: VerbRequest, parts: ListParts): Promise<Response> {
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
