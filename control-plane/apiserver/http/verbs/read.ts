import { encodeList, listChunks } from '../../registry/encoding.ts';
import type { ListOutcome } from '../../registry/registry.ts';
import { parseListOptions, validateListOptions } from '../list-options.ts';
import { respond, respondInPieces } from '../respond.ts';
import { parseIncludeObject, partialMetadataList, renderTable } from '../table.ts';
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
  const { as } = negotiated(request);
  const options = parseListOptions(query);
  validateListOptions(options);
  if (as === 'Table') parseIncludeObject(query); // refused before anything is read
  const outcome = deps.registry.list(deps.reader, { kind, namespace: info.namespace, ...options });
  return respondWithList(deps, request, outcome);
};

/** Writes a list in the form that the client asked for. */
export async function respondWithList(deps: VerbDeps, request: VerbRequest, outcome: ListOutcome): Promise<Response> {
  const { kind, query } = request;
  const { format, as } = negotiated(request);
  if (!as && format === 'json' && isLarge(outcome)) return respondInPieces(listChunks(outcome));
  if (!as) return respond({ code: 200, json: encodeList(outcome) }, format);

  const objects = outcome.items.map((item) => deps.registry.parse(item));
  const shown =
    as === 'PartialObjectMetadata'
      ? partialMetadataList(objects, outcome.metadata)
      : renderTable(kind, objects, {
          includeObject: parseIncludeObject(query),
          nowMs: deps.now(),
          metadata: outcome.metadata,
        });
  return respond({ code: 200, json: JSON.stringify(shown) }, format);
}

/** UTF-16 units of items beyond which the answer is made as the client reads it, instead of once more in memory. */
const largeUnits = 2 * 1024 * 1024;

function isLarge({ items }: ListOutcome): boolean {
  let units = 0;
  return items.some(({ json }) => {
    units += json.length;
    return units > largeUnits;
  });
}
