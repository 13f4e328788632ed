import { plainCodec, type ValueCodec } from './codec.ts';
import { countingDatabase, type SqlDatabase } from './database.ts';
import { defaultSegmentLimits, RevisionLog, type SegmentLimits } from './log.ts';
import type { LoggedChange } from './log-entry.ts';
import { migrate } from './migrate.ts';
import { ObjectCounts } from './object-counts.ts';
import { assertRetained, createReader, type History, readExpired, readNextExpiry } from './reader.ts';
import { RecentChanges } from './recent-changes.ts';
import type { Change, Store, StoreTransaction } from './store.ts';
import { OpenTransaction } from './transaction.ts';

export interface StoreDeps {
  sql: SqlDatabase;
  /** Epoch ms. */
  now(): number;
  /** How texts are kept on disk. Default: as they are. */
  codec?: ValueCodec;
  segments?: Partial<SegmentLimits>;
  /** Texts of recent changes kept in memory, in UTF-16 units. Default 4 Mi. */
  recentUnits?: number;
  /** A listener of `onCommit` that throws must not make a committed write look failed; its error goes here. */
  onListenerError(error: unknown): void;
}

export type StoreOptions = Omit<StoreDeps, 'onListenerError'> & Partial<StoreDeps>;

const defaultRecentUnits = 4 * 1024 * 1024;
const defaultChangesLimit = 1000;
/** Texts of changes that are read at a time, in UTF-16 units: those who want more ask again. */
const changesUnits = 4 * 1024 * 1024;

/** Opens the store in a database, creating or migrating its tables. */
export function createStore(deps: StoreOptions): Store {
  return new SqliteStore({ onListenerError: (error) => console.error('commit listener failed', error), ...deps });
}

/**
 * Invariants: memory (`#log`'s revision, `#recent`) changes only after the SQL transaction has succeeded; listeners get
 * transactions in revision order, each of them completely, also when a listener itself writes.
 */
class SqliteStore implements Store {
  readonly get: Store['get'];
  readonly list: Store['list'];
  readonly claimant: Store['claimant'];
  readonly owned: Store['owned'];
  readonly #deps: StoreDeps;
  readonly #database: ReturnType<typeof countingDatabase>;
  readonly #codec: ValueCodec;
  readonly #log: RevisionLog;
  readonly #recent: RecentChanges;
  readonly #counts: ObjectCounts;
  readonly #history: History;
  readonly #listeners: ((changes: readonly Change[]) => void)[] = [];
  readonly #unannounced: (readonly Change[])[] = [];
  #isAnnouncing = false;
  #isWriting = false;

  constructor(deps: StoreDeps) {
    this.#deps = deps;
    this.#database = countingDatabase(deps.sql);
    this.#codec = deps.codec ?? plainCodec;
    migrate(this.#database);
    const limits = { ...defaultSegmentLimits, ...deps.segments };
    const log = new RevisionLog({ database: this.#database, codec: this.#codec, limits });
    this.#log = log;
    this.#counts = new ObjectCounts(this.#database);
    this.#recent = new RecentChanges({ maxUnits: deps.recentUnits ?? defaultRecentUnits, revision: log.revision });
    this.#history = {
      get revision() {
        return log.revision;
      },
      get compactedRevision() {
        return log.compactedRevision;
      },
      since: (after, resource) => this.#since(after, new Set([resource])),
      // What is read in the middle of a transaction may yet be undone.
      count: (resource, namespace) => (this.#isWriting ? undefined : this.#counts.count(resource, namespace)),
    };
    const reader = createReader(this.#database, this.#codec, this.#history);
    this.get = reader.get;
    this.list = reader.list;
    this.claimant = reader.claimant;
    this.owned = reader.owned;
  }

  get revision(): number {
    return this.#log.revision;
  }

  get compactedRevision(): number {
    return this.#log.compactedRevision;
  }

  get isWriting(): boolean {
    return this.#isWriting;
  }

  get hasHistory(): boolean {
    return !this.#log.isEmpty;
  }

  get counters(): { rowsWritten: number; rowsRead: number } {
    return this.#database.counters;
  }

  transaction<T>(work: (tx: StoreTransaction) => T): T {
    if (this.#isWriting) throw new Error('transactions of a store do not nest');
    // Never before the last commit: compaction relies on the order.
    const at = Math.max(this.#deps.now(), this.#log.lastAt);
    const tx = new OpenTransaction({ database: this.#database, codec: this.#codec, at, history: this.#history });
    const { value, takeOver } = this.#run(tx, work, at);
    if (takeOver) {
      takeOver();
      this.#recent.add(tx.changes);
      this.#counts.add(tx.changes);
      this.#announce(tx.changes);
    }
    return value;
  }

  #run<T>(tx: OpenTransaction, work: (tx: StoreTransaction) => T, at: number): { value: T; takeOver?: () => void } {
    this.#isWriting = true;
    try {
      return this.#database.transactionSync(() => {
        const value = work(tx);
        if (value instanceof Promise) throw new TypeError('the work of a transaction must be synchronous');
        return tx.changes.length === 0 ? { value } : { value, takeOver: this.#log.append(tx.changes, at) };
      });
    } finally {
      tx.close();
      this.#isWriting = false;
    }
  }

  changes(query: Parameters<Store['changes']>[0]): { changes: Change[]; revision: number } {
    assertRetained(query.after, this.compactedRevision);
    if (query.after >= this.revision) return { changes: [], revision: query.after };
    const resources = query.resources && new Set(query.resources);
    return this.#read({
      after: query.after,
      resources,
      limit: query.limit ?? defaultChangesLimit,
      units: changesUnits,
    });
  }

  onCommit(listener: (changes: readonly Change[]) => void): void {
    this.#listeners.push(listener);
  }

  compact(options: { beforeMs: number; keepRows: number }): void {
    this.#log.compact(options);
  }

  expired(query: Parameters<Store['expired']>[0]): ReturnType<Store['expired']> {
    return readExpired(this.#database, this.#codec, query);
  }

  nextExpiry(resources: readonly string[]): number | undefined {
    return readNextExpiry(this.#database, resources);
  }

  #read(query: { after: number; resources?: ReadonlySet<string>; limit: number; units: number }): {
    changes: LoggedChange[];
    revision: number;
  } {
    const recent = this.#recent.read(query);
    if (recent) return { changes: recent.changes, revision: recent.revision ?? this.revision };
    return this.#log.read(query);
  }

  /** To be consumed before anything else is written. */
  *#since(after: number, resources: ReadonlySet<string>): Generator<LoggedChange> {
    for (let position = after; position < this.revision; ) {
      const query = { after: position, resources, limit: defaultChangesLimit, units: changesUnits };
      const { changes, revision } = this.#read(query);
      yield* changes;
      position = revision;
    }
  }

  #announce(changes: readonly Change[]): void {
    this.#unannounced.push(changes);
    if (this.#isAnnouncing) return;
    this.#isAnnouncing = true;
    for (let next = this.#unannounced.shift(); next; next = this.#unannounced.shift()) {
      for (const listener of this.#listeners) this.#tell(listener, next);
    }
    this.#isAnnouncing = false;
  }

  #tell(listener: (changes: readonly Change[]) => void, changes: readonly Change[]): void {
    try {
      listener(changes);
    } catch (error) {
      this.#deps.onListenerError(error);
    }
  }
}
