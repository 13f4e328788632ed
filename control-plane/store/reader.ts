import { expired, StatusError } from '../../shared/api/errors.ts';
import type { ObjectKey } from '../../shared/api/object.ts';
import type { ValueCodec } from './codec.ts';
import type { SqlDatabase } from './database.ts';
import { listPage, storedObjectOf } from './listing.ts';
import type { LoggedChange } from './log-entry.ts';
import { run, sql } from './sql.ts';
import type { StoredObject, StoreListQuery, StorePage, StoreReader } from './store.ts';

/** What a reader knows of the log. A transaction's reader counts its own uncommitted changes in. */
export interface History {
  readonly revision: number;
  readonly compactedRevision: number;
  /** All changes of a resource after a revision, oldest first. */
  since(revision: number, resource: string): Iterable<LoggedChange>;
  /** Objects of a resource, where that is known without reading them. */
  count?(resource: string, namespace: string | undefined): number | undefined;
}

/** Reading, the same inside and outside of transactions. */
export function createReader(database: SqlDatabase, codec: ValueCodec, history: History): StoreReader {
  return {
    get revision() {
      return history.revision;
    },
    get compactedRevision() {
      return history.compactedRevision;
    },
    get: ({ resource, namespace, name }) => {
      const row = run(database, sql.getObject, resource, namespace, name)[0];
      return row && storedObjectOf(codec, resource)(row);
    },
    list: (query) => list(database, codec, history, query),
    claimant: (claim) => run(database, sql.getClaim, claim)[0],
    owned: (owner, limit) => run(database, sql.ownedKeys, owner, limit),
  };
}

function list(database: SqlDatabase, codec: ValueCodec, history: History, query: StoreListQuery): StorePage {
  const { atRevision = history.revision } = query;
  const count = () => history.count?.(query.resource, query.namespace);
  if (atRevision === history.revision) return listPage({ database, codec, query, revision: atRevision, count });
  if (atRevision > history.revision) throw tooLargeRevision(atRevision, history.revision);
  assertRetained(atRevision, history.compactedRevision);
  const since = history.since(atRevision, query.resource);
  return listPage({ database, codec, query, revision: atRevision, since });
}

/** Throws `Expired` when the log does not reach back to the changes after `revision`. */
export function assertRetained(revision: number, compactedRevision: number): void {
  if (revision >= compactedRevision) return;
  throw expired(`too old resource version: ${revision} (${compactedRevision})`);
}

function tooLargeRevision(revision: number, current: number): StatusError {
  return new StatusError('Timeout', `Too large resource version: ${revision}, current: ${current}`, {
    causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }],
    retryAfterSeconds: 1,
  });
}

export function describeKey({ resource, namespace, name }: ObjectKey): string {
  return `${resource} ${namespace ? `${namespace}/` : ''}${name}`;
}

/** Expired objects of several resources, in the order of the resources. */
export function readExpired(
  database: SqlDatabase,
  codec: ValueCodec,
  query: { resources: readonly string[]; nowMs: number; limit: number },
): StoredObject[] {
  const found: StoredObject[] = [];
  for (const resource of query.resources) {
    if (found.length === query.limit) break;
    const rows = run(database, sql.expiredObjects, resource, query.nowMs, query.limit - found.length);
    found.push(...rows.map(storedObjectOf(codec, resource)));
  }
  return found;
}

export function readNextExpiry(database: SqlDatabase, resources: readonly string[]): number | undefined {
  const times = resources.map((resource) => run(database, sql.nextExpiry, resource)[0]?.at ?? Infinity);
  const earliest = Math.min(...times);
  return earliest === Infinity ? undefined : earliest;
}
