import { hasReason } from '../../../shared/api/errors.ts';
import type { KubernetesObject } from '../../../shared/api/object.ts';
import { type FieldSelector, parseFieldSelector, parseLabelSelector } from '../../../shared/api/selectors.ts';
import { type KindDefinition, resourceName } from '../../../shared/kinds/define-kind.ts';
import type { StoredObject, StoreListQuery, StorePage, StoreReader } from '../../store/store.ts';
import { ContinueExpired, encodeContinue, listExpired } from './continue-token.ts';
import { parseStored } from './encoding.ts';
import { type ListMoment, listMoment } from './list-options.ts';
import type { ListOutcome, ListRequest } from './registry.ts';
import { servedObject } from './served-form.ts';

/** The field that the store has an index for, in kinds that are bound to a node. */
const nodeNameField = 'spec.nodeName';

/** Texts of a client's page end with the object that brings them to this: it gets fewer objects than it has asked for. */
const clientPageUnits = 8 * 1024 * 1024;
/** What is read into memory at a time of a list without a limit. */
const partUnits = 1024 * 1024;

/** Lists objects as stored text; parses one only where a field selector asks for more than its key. */
export function list(reader: StoreReader, request: ListRequest): ListOutcome {
  const moment = listMoment(reader, request);
  const known = moment.position?.remaining;
  const counts = known === undefined && !isSelective(request);
  const bounds = request.limit ? { limit: request.limit, counts, units: clientPageUnits } : { units: request.units };
  const page = readPage(reader, request, { ...listQuery(request, moment), ...bounds }, moment);
  const revision = moment.atRevision ?? page.revision;
  const { items, next } = page;
  const metadata = versionOf(revision);
  if (!next) return { kind: request.kind, items, metadata };
  const left = known === undefined ? page.remaining : known - items.length;
  const remaining = left === undefined ? {} : { remaining: left };
  return {
    kind: request.kind,
    items,
    metadata: {
      ...metadata,
      continue: encodeContinue({ revision, after: next, ...remaining }),
      ...(left === undefined ? {} : { remainingItemCount: left }),
    },
  };
}

/**
 * The same in parts of bounded size, all of one moment, each read when it is asked for: with a limit one part, without
 * one as many as it takes. Throws `Expired` when the history is dropped under a reader that takes minutes.
 */
export function* listParts(reader: StoreReader, request: ListRequest): Generator<ListOutcome> {
  if (request.limit) {
    yield list(reader, request);
    return;
  }
  const { kind } = request;
  for (let moment: ListMoment | undefined = listMoment(reader, request); moment; ) {
    const page = readPage(reader, request, { ...listQuery(request, moment), units: partUnits }, moment);
    const atRevision: number = moment.atRevision ?? page.revision;
    yield { kind, items: page.items, metadata: versionOf(atRevision) };
    moment = page.next && { atRevision, position: { revision: atRevision, after: page.next } };
  }
}

/** Clients take an empty or zero version for "none"; a fresh store still has a first version to name. */
function versionOf(revision: number): { resourceVersion: string } {
  return { resourceVersion: String(Math.max(revision, 1)) };
}

function listQuery(request: ListRequest, moment: ListMoment): StoreListQuery {
  return {
    ...selection(request),
    ...(moment.position ? { after: moment.position.after } : {}),
    ...(moment.atRevision === undefined ? {} : { atRevision: moment.atRevision }),
  };
}

/** Which objects the selectors of a request mean. Throws BadRequest for selectors that cannot be read. */
export function selection(
  request: Pick<ListRequest, 'kind' | 'namespace' | 'labelSelector' | 'fieldSelector'>,
): StoreListQuery {
  const { kind } = request;
  const labels = parseLabelSelector(request.labelSelector ?? '');
  const fields = parseFieldSelector(request.fieldSelector ?? '');
  fields.requireSupported(Object.keys(kind.selectableFields ?? {}));
  const namespace = request.namespace || fields.exactValue('metadata.namespace');
  return {
    resource: resourceName(kind),
    ...(namespace ? { namespace } : {}),
    ...(labels.isEmpty() ? {} : { labels: (values) => labels.matches(values) }),
    ...fieldConditions(kind, fields),
  };
}

/** The node name goes to the index; what is left of the selector needs a look at each object. */
function fieldConditions(kind: KindDefinition, fields: FieldSelector): Pick<StoreListQuery, 'nodeName' | 'filter'> {
  if (fields.isEmpty()) return {};
  const nodeName = kind.nodes?.audience === 'bound' ? fields.exactValue(nodeNameField) : undefined;
  if (!nodeName) return { filter: fieldFilter(kind, fields) };
  return fields.requirements.length === 1 ? { nodeName } : { nodeName, filter: fieldFilter(kind, fields) };
}

/** Looks at the key first: most field selectors name an object, and its text need not be parsed for that. */
function fieldFilter(kind: KindDefinition, fields: FieldSelector): (stored: StoredObject) => boolean {
  const own = kind.selectableFields ?? {};
  return (stored) => {
    let object: KubernetesObject | undefined;
    return fields.matches((field) => {
      if (field === 'metadata.name') return stored.key.name;
      if (field === 'metadata.namespace') return stored.key.namespace;
      object ??= parseStored(servedObject(kind, stored));
      return own[field]?.(object) ?? '';
    });
  };
}

/** A page in the form that the request asks for. */
function readPage(reader: StoreReader, request: ListRequest, query: StoreListQuery, moment: ListMoment): StorePage {
  const { kind } = request;
  const page = readStored(reader, request, query, moment);
  return !request.asStored && (kind.servedForm || kind.custom)
    ? { ...page, items: page.items.map((stored) => servedObject(kind, stored)) }
    : page;
}

function readStored(reader: StoreReader, request: ListRequest, query: StoreListQuery, moment: ListMoment): StorePage {
  const single = singleObject(reader, request, query);
  if (single) return single;
  try {
    return reader.list(query);
  } catch (error) {
    if (!hasReason(error, 'Expired')) throw error;
    throw moment.position ? new ContinueExpired(moment.position) : listExpired();
  }
}

/** What `kubectl get -w NAME` and informers of one object list: a point read. */
function singleObject(reader: StoreReader, request: ListRequest, query: StoreListQuery): StorePage | undefined {
  if (query.atRevision !== undefined || query.after || query.labels || !request.fieldSelector) return undefined;
  const name = parseFieldSelector(request.fieldSelector).exactValue('metadata.name');
  const isPlaced = query.namespace !== undefined || request.kind.scope === 'Cluster';
  if (!name || !isPlaced) return undefined;
  const stored = reader.get({ resource: query.resource, namespace: query.namespace ?? '', name });
  const items = stored && (query.filter?.(stored) ?? true) ? [stored] : [];
  return { items, revision: reader.revision };
}

function isSelective({ labelSelector, fieldSelector }: ListRequest): boolean {
  return Boolean(labelSelector) || Boolean(fieldSelector);
}
