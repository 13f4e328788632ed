import type { ObjectKey } from '../../shared/api/object.ts';
import type { ValueCodec } from './codec.ts';
import type { SqlDatabase } from './database.ts';
import type { LoggedChange } from './log-entry.ts';
import { type LabelsRow, type ObjectRow, run, type ScanConditions, scan, sql } from './sql.ts';
import type { StoredObject, StoreListQuery, StorePage } from './store.ts';

/** Rows looked at in one statement when a filter in code decides which of them count. */
const batchRows = 1000;

type Position = { namespace: string; name: string };

export interface Listing {
  database: SqlDatabase;
  codec: ValueCodec;
  query: StoreListQuery;
  /** Revision of the page. */
  revision: number;
  /** Set when `revision` is in the past: every change of the resource since, oldest first. */
  since?: readonly LoggedChange[];
}

/**
 * One page. A page in the past is what has not changed since, merged with what the first later change of each other
 * object found there.
 */
export function listPage(listing: Listing): StorePage {
  const { query, revision } = listing;
  const limit = query.limit || Infinity;
  const former = listing.since ? formerObjects(listing.since, query) : [];
  const items: StoredObject[] = [];
  for (const object of merge(unchangedObjects(listing), former)) {
    if (query.filter && !query.filter(object)) continue;
    if (items.length === limit) return { items, revision, ...cut(listing, items, former) };
    items.push(object);
  }
  return { items, revision };
}

function cut(listing: Listing, items: readonly StoredObject[], former: readonly StoredObject[]): Partial<StorePage> {
  const { namespace, name } = items[items.length - 1]!.key;
  const next = { namespace, name };
  if (listing.query.filter || listing.query.labels) return { next };
  const unchanged = scan(listing.database, 'count', { ...conditions(listing), after: next })[0]?.count ?? 0;
  return { next, remaining: unchanged + former.filter(({ key }) => isAfter(key, next)).length };
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
    for (const rows of batches(by, batchRows, (batch) => scan(database, 'labels', batch))) {
      for (const row of rowsWithLabels(listing, rows, query.labels)) yield toObject(row);
    }
    return;
  }
  const page = query.limit ? query.limit + 1 : undefined;
  const size = query.filter ? Math.min(page ?? batchRows, batchRows) : page;
  for (const rows of batches(by, size, (batch) => scan(database, 'objects', batch))) yield* rows.map(toObject);
}

/** Reads a scan `size` rows at a time; all at once without a size. */
function* batches<Row extends Position>(
  by: ScanConditions,
  size: number | undefined,
  read: (batch: ScanConditions) => Row[],
): Generator<Row[]> {
  for (let after = by.after; ; ) {
    const rows = read({ ...by, after, limit: size });
    yield rows;
    const last = rows[rows.length - 1];
    if (!last || size === undefined || rows.length < size) return;
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
  const size = query.limit ? query.limit + 1 : keys.length;
  for (let start = 0; start < keys.length; start += size) {
    yield* run(database, sql.getObjects, JSON.stringify(keys.slice(start, start + size)), query.resource);
  }
}

/** The objects that have changed since, as they were before, in key order; those that did not exist left out. */
function formerObjects(since: readonly LoggedChange[], query: StoreListQuery): StoredObject[] {
  const first = new Map<string, LoggedChange>();
  for (const change of since) {
    const id = `${change.key.namespace}/${change.key.name}`;
    if (!first.has(id)) first.set(id, change);
  }
  const objects: StoredObject[] = [];
  for (const change of first.values()) {
    if (!change.former || change.previous === undefined || !wasSelected(change.key, change.former, query)) continue;
    const { uid, revision } = change.former;
    objects.push({ key: change.key, uid, revision, json: change.previous });
  }
  return objects.sort((a, b) => compare(a.key, b.key));
}

function wasSelected(key: ObjectKey, former: NonNullable<LoggedChange['former']>, query: StoreListQuery): boolean {
  if (query.namespace !== undefined && key.namespace !== query.namespace) return false;
  if (query.after && !isAfter(key, query.after)) return false;
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

function isAfter(key: Position, position: Position): boolean {
  return compare(key, position) > 0;
}
