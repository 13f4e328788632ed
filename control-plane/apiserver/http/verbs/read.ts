import { tooLarge } from '../../../../shared/api/errors.ts';
import type { KindDefinition } from '../../../../shared/kinds/define-kind.ts';
import type { StoredObject } from '../../../store/store.ts';
import { readConverted } from '../../conversion/read.ts';
import type { ListOutcome, ListRequest } from '../../registry/registry.ts';
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
  const target = { namespace, name, subresource: subresource || undefined };
  const stored = await converted(deps, request, kind, (as) => deps.registry.get(deps.reader, { kind: as, ...target }));
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
  return respondWithList(deps, request, await listParts(deps, request, { kind, ...target }));
};

/** A list in parts; all of it at once where a webhook has to convert it. */
export async function listParts(
  deps: VerbDeps,
  request: VerbRequest,
  { kind, ...rest }: ListRequest,
): Promise<Iterable<ListOutcome>> {
  const read = (as: KindDefinition) => deps.registry.listParts(deps.reader, { kind: as, ...rest });
  if (!kind.custom?.webhook) return read(kind);
  return converted(deps, request, kind, (as) => boundedList(read(as)));
}

/** UTF-16 units of a list that is converted as a whole. */
const maxConvertedUnits = 16 * 1024 * 1024;

function boundedList(parts: Iterable<ListOutcome>): ListOutcome[] {
  let units = 0;
  const all: ListOutcome[] = [];
  for (const part of parts) {
    for (const { json } of part.items) units += json.length;
    if (units > maxConvertedUnits) {
      throw tooLarge('the list is too large to be converted at once: ask for pages of it with limit');
    }
    all.push(part);
  }
  return all;
}

function converted<T>(
  { conversions }: VerbDeps,
  { request }: VerbRequest,
  kind: KindDefinition,
  read: (kind: KindDefinition) => T,
): Promise<T> {
  return readConverted(conversions, kind, read, request.signal);
}

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
