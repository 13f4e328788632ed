import { parseFieldSelector } from '../../../shared/api/selectors.ts';
import type { StoredObject, StoreReader } from '../../store/store.ts';
import { watchedObject } from '../../watch/watcher.ts';
import { encodeContinue } from '../registry/continue-token.ts';
import { objectMatcher } from '../registry/object-matcher.ts';
import type { ListOutcome, ListRequest, Registry } from '../registry/registry.ts';
import { presentAll } from './read.ts';
import type { Conversions } from './review.ts';

export interface ConvertedListDeps {
  reader: StoreReader;
  registry: Pick<Registry, 'list' | 'listParts'>;
  conversions: Conversions;
}

/** Objects that are looked at together where a selector may leave few of them. */
const selectedAtOnce = 250;
/** Texts of a page end with the object that brings them to this, in UTF-16 units. */
const pageUnits = 8 * 1024 * 1024;

/**
 * A list of custom resources that a webhook converts, in parts of one moment. Selectors are applied to the objects as
 * they are served, so that the store is read without them.
 */
export async function* convertedParts(
  deps: ConvertedListDeps,
  request: ListRequest,
  signal: AbortSignal,
): AsyncGenerator<ListOutcome> {
  if (request.limit) {
    yield await convertedPage(deps, request, signal);
    return;
  }
  const select = selecting(deps, request, signal);
  for (const part of deps.registry.listParts(deps.reader, asStored(request))) {
    yield { ...part, items: await select(part.items) };
  }
}

/** One page: with a limit of that many objects of the selection, without one what `units` of stored texts become. */
export async function convertedPage(
  { reader, registry, conversions }: ConvertedListDeps,
  request: ListRequest,
  signal: AbortSignal,
): Promise<ListOutcome> {
  const { limit, kind } = request;
  const select = selecting({ conversions }, request, signal);
  const isSelective = Boolean(request.labelSelector) || Boolean(request.fieldSelector);
  const atOnce = limit && isSelective ? Math.max(limit, selectedAtOnce) : limit;
  const items: StoredObject[] = [];
  let units = 0;
  const first = asStored(request);
  const { resourceVersion: _version, resourceVersionMatch: _match, ...again } = first;
  let raw = registry.list(reader, { ...first, ...(atOnce ? { limit: atOnce } : {}) });
  for (;;) {
    const { resourceVersion, continue: next, remainingItemCount } = raw.metadata;
    const last = raw.items.at(-1);
    for (const item of await select(raw.items)) {
      items.push(item);
      units += item.json.length;
      if (items.length !== limit && units < pageUnits) continue;
      const isLast = item.key.name === last?.key.name && item.key.namespace === last.key.namespace;
      if (isLast && next === undefined) return { kind, items, metadata: { resourceVersion } };
      const token = encodeContinue({ revision: Number(resourceVersion), after: item.key });
      const remaining = isLast && !isSelective && remainingItemCount !== undefined ? { remainingItemCount } : {};
      return { kind, items, metadata: { resourceVersion, continue: token, ...remaining } };
    }
    if (next === undefined || !limit) {
      return { kind, items, metadata: { resourceVersion, ...(next === undefined ? {} : { continue: next }) } };
    }
    raw = registry.list(reader, { ...again, continue: next, limit: atOnce ?? limit });
  }
}

/** What is left of some stored objects once they are converted and the selectors are applied. Throws for selectors that are none. */
function selecting({ conversions }: Pick<ConvertedListDeps, 'conversions'>, request: ListRequest, signal: AbortSignal) {
  const { kind } = request;
  const matches = objectMatcher(kind, request);
  return async (stored: readonly StoredObject[]): Promise<StoredObject[]> => {
    const shown = await presentAll(conversions, kind, stored, signal);
    return shown.filter(({ key, json }) => matches(watchedObject(key, json)));
  };
}

/** Without selectors, which are about what is served; a name is the same in all versions. */
function asStored({ labelSelector: _labels, fieldSelector, ...rest }: ListRequest): ListRequest {
  const name = parseFieldSelector(fieldSelector ?? '').exactValue('metadata.name');
  return { ...rest, asStored: true, ...(name ? { fieldSelector: `metadata.name=${name}` } : {}) };
}
