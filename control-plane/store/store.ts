import type { ObjectKey } from '../../shared/api/object.ts';

/**
 * The revisioned store of one cluster (rules in SPEC.md). It knows keys, revisions and bytes, never kinds.
 * Everything is synchronous: a Durable Object's SQLite is in the same thread. Durability is the caller's concern: see
 * `CommitQueue`, which answers only after the commit is on disk.
 */
export interface Store extends StoreReader {
  /** Runs `work` as one SQL transaction. If it throws nothing has happened and no revision was used. */
  transaction<T>(work: (tx: StoreTransaction) => T): T;
  /**
   * Changes after a revision, oldest first, whole transactions, at most about `limit` of them and fewer where they are large.
   * Throws StatusError `Expired` when `after` is older than the log reaches back.
   */
  changes(query: { after: number; resources?: readonly string[]; limit?: number }): {
    changes: Change[];
    revision: number;
  };
  /** Called after each committed transaction that changed something, in the same turn. */
  onCommit(listener: (changes: readonly Change[]) => void): void;
  /** Drops log segments that end before `beforeMs` (epoch) and all but the newest `keepRows` of rows. */
  compact(options: { beforeMs: number; keepRows: number }): void;
  /**
   * Objects whose `expiresAtMs` has passed, of these resources, at most `limit`. Removing them is the caller's: as
   * deletions with revisions of their own, which watchers see.
   */
  expired(query: { resources: readonly string[]; nowMs: number; limit: number }): StoredObject[];
  /** Earliest `expiresAtMs` among these resources. Reads all of their rows: no index entry is paid for this. */
  nextExpiry(resources: readonly string[]): number | undefined;
  /** True inside of `transaction`: what is read then may yet be undone. */
  readonly isWriting: boolean;
  /** True while the log holds anything that `compact` may drop one day. */
  readonly hasHistory: boolean;
  /** SQL rows written and read since the object started, by the cursors' own counters. */
  readonly counters: { rowsWritten: number; rowsRead: number };
}

export interface StoreReader {
  /** Revision of the last commit; 0 in an empty store. */
  readonly revision: number;
  /** Oldest revision that `changes` and `list` can still start from. */
  readonly compactedRevision: number;
  get(key: ObjectKey): StoredObject | undefined;
  list(query: StoreListQuery): StorePage;
  /** Who holds a claim. */
  claimant(claim: string): ObjectKey | undefined;
  /** Keys of what this uid owns, of any resource, in key order; at most `limit`. */
  owned(owner: string, limit: number): ObjectKey[];
}

/**
 * Reads see the transaction's own writes; `revision` counts them. All `put` and `delete` of a transaction are one row of
 * the log. Usable only until `work` returns.
 */
export interface StoreTransaction extends StoreReader {
  /** The revision that the next `put` or `delete` of this transaction gets. */
  readonly nextRevision: number;
  /** How many `put` and `delete` have begun to write. While it stays the same, nothing has been touched. */
  readonly mutations: number;
  /** Inserts or replaces; `json` already carries `metadata.resourceVersion = nextRevision`. Uses up one revision. */
  put(object: PutInput): void;
  /** Removes the object, which must exist. `json` is its last state, with `resourceVersion = nextRevision`, for the watchers. */
  delete(key: ObjectKey, json: string): void;
}

export interface StoredObject {
  key: ObjectKey;
  uid: string;
  /** Revision of the last write, equal to `metadata.resourceVersion` inside `json`. */
  revision: number;
  json: string;
}

export interface PutInput {
  key: ObjectKey;
  uid: string;
  json: string;
  labels: Readonly<Record<string, string>>;
  /** Indexed: node that the object is bound to. */
  nodeName?: string;
  /** Indexed: uids of `metadata.ownerReferences`. */
  owners: readonly string[];
  /** Unique over the cluster; an already taken one makes the transaction fail with `ClaimTaken`. */
  claims: readonly string[];
  /** Epoch ms at which the object may be removed without anyone asking. */
  expiresAtMs?: number;
}

export class ClaimTaken extends Error {
  readonly claim: string;
  readonly holder: ObjectKey;
  constructor(claim: string, holder: ObjectKey) {
    super(`claim ${claim} is held by ${holder.resource} ${holder.namespace}/${holder.name}`);
    this.claim = claim;
    this.holder = holder;
  }
}

export interface StoreListQuery {
  resource: string;
  /** Absent: all namespaces. */
  namespace?: string;
  /** Kubernetes label selector, already parsed: kept if `matches` says so. Reads only the labels of each row. */
  labels?: (labels: Readonly<Record<string, string>>) => boolean;
  /** Filter on the whole object, applied after `labels`; given the stored text so that it can be parsed lazily. */
  filter?: (object: StoredObject) => boolean;
  /** SQL index: only objects bound to this node. */
  nodeName?: string;
  /** SQL index: only objects that this uid owns. */
  owner?: string;
  /** At most this many objects. */
  limit?: number;
  /** The page says how many objects come after it, for which all of their index entries are read. */
  counts?: boolean;
  /** The page ends with the object that brings its texts to this many UTF-16 units; no more is read into memory at a time. */
  units?: number | undefined;
  /** Start after this object (namespace, name order). */
  after?: { namespace: string; name: string };
  /**
   * State as of this revision (a page of an earlier list). Absent: now. Throws `Expired` when compacted and `Timeout`
   * when the store has not got there yet.
   */
  atRevision?: number;
}

export interface StorePage {
  items: StoredObject[];
  /** Revision that the list is consistent at. */
  revision: number;
  /** Set when `limit` or `units` cut the list. */
  next?: { namespace: string; name: string };
  /** With `next` and no selector, if asked for: how many objects come after this page. */
  remaining?: number;
}

export interface Change {
  revision: number;
  /** Epoch ms of the commit. */
  at: number;
  type: 'ADDED' | 'MODIFIED' | 'DELETED';
  key: ObjectKey;
  /** State after the change; for DELETED the last state, with the revision of the deletion. */
  json: string;
  /** State before; absent for ADDED. */
  previous?: string;
}
