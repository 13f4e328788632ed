import type { ObjectKey } from '../../shared/api/object.ts';
import type { ValueCodec } from './codec.ts';
import type { SqlDatabase } from './database.ts';
import type { LoggedChange } from './log-entry.ts';
import { type LabelsRow, type ObjectRow, run, type ScanConditions, scan, sql } from './sql.ts';
import type { StoredObject, StoreListQuery, StorePage } from './store.ts';

/** Most rows looked at in one statement when a filter in code, or their size, decides which of them count. */
const batchRows = 1000;
/** The first rows of a page that is bounded in size: nothing is known of theirs. */
const firstRows = 4;

type Position = { namespace: string; name: string };

export interface Listing {
  database: SqlDatabase;
  codec: ValueCodec;
  query: StoreListQuery;
  /** Revision of the page. */
  revision: number;
  /** Set when `revision` is in the past: every change of the resource since, oldest first. */
  since?: Iterable<LoggedChange>;
  /** Objects of the resource and namespace now, where that is known without reading them. */
  count?: () => number | undefined;
}

/**
 * One page. A page in the past is what has not changed since, merged with what the first later change of each other
 * object found there.
 */
export function listPage(listing: Listing): StorePage {
  const { query, revision } = listing;
  const { limit = Infinity, units = Infinity } = query;
  let taken = 0;
  const former = listing.since ? formerObjects(listing.since, query) : { objects: [], keys: [] };
  const items: StoredObject[] = [];
  for (const object of merge(unchangedObjects(listing), former.objects)) {
    if (query.filter && !query.filter(object)) continue;
    if (items.length === limit || taken >= units) return { items, revision, ...cut(listing, items, former.keys) };
    items.push(object);
    taken += object.json.length;
  }
  return { items, revision };
}

function cut(listing: Listing, items: readonly StoredObject[], former: readonly Position[]): Partial<StorePage> {
  const { namespace, name } = items[items.length - 1]!.key;
  const next = { namespace, name };
  const { filter, labels, counts } = listing.query;
  if (filter || labels || !counts) return { next };
  const all = isFirstOfAll(listing.query) ? listing.count?.() : undefined;
  if (all !== undefined) return { next, remaining: all - items.length };
  const unchanged = scan(listing.database, 'count', { ...conditions(listing), after: next })[0]?.count ?? 0;
  return { next, remaining: unchanged + former.filter((key) => isAfter(key, next)).length };
}

/** The first page of everything in a namespace, or in all of them. */
function isFirstOfAll({ after, nodeName, owner }: StoreListQuery): boolean {
  return after === undefined && nodeName === undefined && owner === undefined;
}

function conditions({ query, since, revision }: Listing): ScanConditions {
  const { resource, namespace, nodeName, owner, after } = query;
  return { resource, namespace, nodeName, owner, after, ...(since ? { unchangedSince: revision } : {}) };
}

/** What is now as it was at the revision, in key order, read in batches as far as the consumer goes. */
function* unchangedObjects(listing: Listing): Generator<StoredObject> {
  const { database, query } = listing;
  const toObject = storedObjectOf(listing.codec, query.resource);
  const by = conditions(listing);
  if (query.labels) {
    const sizes = growingSizes<LabelsRow>(query.limit === undefined ? batchRows : query.limit + 1);
    for (const rows of batches(by, sizes, (batch) => scan(database, 'labels', batch))) {
      for (const row of rowsWithLabels(listing, rows, query.labels)) yield toObject(row);
    }
    return;
  }
  const sizes = createBatchSizes(query);
  for (const rows of batches(by, sizes, (batch) => scan(database, 'objects', batch))) yield* rows.map(toObject);
}

/** How many rows to read next: all that are left where it is undefined. */
interface BatchSizes<Row> {
  next(): number | undefined;
  /** Tells it what was read. */
  saw?(rows: readonly Row[]): void;
}

/** As if every row counted, and more and more where few do. */
function growingSizes<Row>(first: number): BatchSizes<Row> {
  let size = Math.min(first, batchRows);
  return {
    next: () => size,
    saw() {
      size = Math.min(size * 4, batchRows);
    },
  };
}

/** One more than a page has, to see whether it is the last; of a page that is bounded in size about as much as it takes. */
function createBatchSizes({ limit, units, filter }: StoreListQuery): BatchSizes<ObjectRow> {
  const page = limit === undefined ? undefined : limit + 1;
  if (units === undefined) {
    const size = filter ? Math.min(page ?? batchRows, batchRows) : page;
    return { next: () => size };
  }
  let size = firstRows;
  return {
    next: () => Math.min(size, page ?? size),
    saw(rows) {
      const read = rows.reduce((sum, { value }) => sum + value.length, 0);
      const fitting = Math.floor((units * rows.length) / Math.max(read, 1));
      size = Math.max(1, Math.min(fitting, size * 4, batchRows));
    },
  };
}

/** Reads a scan some rows at a time. */
function* batches<Row extends Position>(
  by: ScanConditions,
  sizes: BatchSizes<Row>,
  read: (batch: ScanConditions) => Row[],
): Generator<Row[]> {
  for (let after = by.after; ; ) {
    const limit = sizes.next();
    const rows = read({ ...by, after, limit });
    yield rows;
    const last = rows[rows.length - 1];
    if (!last || limit === undefined || rows.length < limit) return;
    sizes.saw?.(rows);
    after = { namespace: last.namespace, name: last.name };
  }
}

/** The rows whose labels match. Equal label texts (the Pods of one controller) are judged once. */
function* rowsWithLabels(
  { database, query }: Listing,
  rows: readonly LabelsRow[],
  matches: NonNullable<StoreListQuery['labels']>,
): Generator<ObjectRow> {
  const verdicts = new Map<string, boolean>();
  const keys: [string, string][] = [];
  for (const { namespace, name, labels } of rows) {
    let verdict = verdicts.get(labels);
    if (verdict === undefined) {
      verdict = matches(parseLabels(labels));
      verdicts.set(labels, verdict);
    }
    if (verdict) keys.push([namespace, name]);
  }
  const sizes = createBatchSizes(query);
  for (let start = 0; start < keys.length; ) {
    const end = start + (sizes.next() ?? keys.length);
    const found = run(database, sql.getObjects, JSON.stringify(keys.slice(start, end)), query.resource);
    yield* found;
    sizes.saw?.(found);
    start = end;
  }
}

interface Former {
  /** In key order; no more of them than are enough to fill the page. */
  objects: readonly StoredObject[];
  /** Of all of them, where the page says how many remain. */
  keys: readonly Position[];
}

/** The objects that have changed since, as they were before; those that did not exist left out. */
function formerObjects(since: Iterable<LoggedChange>, query: StoreListQuery): Former {
  const { limit = Infinity, units = Infinity, filter, counts } = query;
  const seen = new Set<string>();
  const keys: Position[] = [];
  let objects: StoredObject[] = [];
  let size = 0;
  let end: Position | undefined;
  for (const { key, former, previous } of since) {
    const id = `${key.namespace}/${key.name}`;
    if (!isInRange(key, query) || seen.has(id)) continue;
    seen.add(id);
    if (!former || previous === undefined || !wasSelected(former, query)) continue;
    if (counts) keys.push(key);
    if (end && isAfter(key, end)) continue;
    const object = { key, uid: former.uid, revision: former.revision, json: previous };
    if (filter && !filter(object)) continue;
    objects.push(object);
    size += previous.length;
    if (size <= 2 * units && objects.length <= 2 * limit + 2) continue;
    const enough = enoughForPage(objects.sort(byKey), { limit, units });
    if (!enough) continue;
    objects = enough;
    size = enough.reduce((sum, { json }) => sum + json.length, 0);
    end = enough.at(-1)!.key;
  }
  return { objects: objects.sort(byKey), keys };
}

/** The first of them that fill a page, and one more, by which it is seen to end; undefined when they are not enough. */
function enoughForPage(
  objects: readonly StoredObject[],
  { limit, units }: { limit: number; units: number },
): StoredObject[] | undefined {
  let taken = 0;
  for (const [index, { json }] of objects.entries()) {
    if (index >= limit || taken >= units) return objects.slice(0, index + 1);
    taken += json.length;
  }
  return undefined;
}

function isInRange(key: ObjectKey, { namespace, after }: StoreListQuery): boolean {
  return (namespace === undefined || key.namespace === namespace) && (!after || isAfter(key, after));
}

function wasSelected(former: NonNullable<LoggedChange['former']>, query: StoreListQuery): boolean {
  if (query.nodeName !== undefined && former.nodeName !== query.nodeName) return false;
  if (query.owner !== undefined && !former.owners?.includes(query.owner)) return false;
  return !query.labels || query.labels(parseLabels(former.labels));
}

/** Merges two sequences in key order. Names and namespaces are ASCII, so SQLite and JavaScript agree on it. */
function* merge(left: Iterable<StoredObject>, right: readonly StoredObject[]): Generator<StoredObject> {
  let index = 0;
  for (const object of left) {
    while (index < right.length && compare(right[index]!.key, object.key) < 0) yield right[index++]!;
    yield object;
  }
  while (index < right.length) yield right[index++]!;
}

export function storedObjectOf(codec: ValueCodec, resource: string): (row: ObjectRow) => StoredObject {
  return ({ namespace, name, uid, revision, value }) => {
    const key: ObjectKey = { resource, namespace, name };
    return { key, uid, revision, json: codec.decode(key, value) };
  };
}

function parseLabels(text: string): Record<string, string> {
  return JSON.parse(text) as Record<string, string>;
}

function compare(a: Position, b: Position): number {
  if (a.namespace !== b.namespace) return a.namespace < b.namespace ? -1 : 1;
  if (a.name !== b.name) return a.name < b.name ? -1 : 1;
  return 0;
}

function byKey(a: StoredObject, b: StoredObject): number {
  return compare(a.key, b.key);
}

function isAfter(key: Position, position: Position): boolean {
  return compare(key, position) > 0;
}
