import { tooLarge } from '../../shared/api/errors.ts';
import type { ValueCodec } from './codec.ts';
import type { SqlDatabase } from './database.ts';
import { decodeEntry, encodeEntry, type LoggedChange, splitText } from './log-entry.ts';
import { entryId, maxParts, revisionOf, run, segmentSql, sql } from './sql.ts';

/** One table of the log. The last one is being written; the others are sealed. */
interface Segment {
  /** First revision that it may hold; names its table. */
  first: number;
  /** Epoch ms of its first and last entry; undefined while it is empty. */
  openedAt?: number;
  lastAt?: number;
}

export interface SegmentLimits {
  /** A new segment begins once the current one spans this many revisions, */
  revisions: number;
  /** or when its first entry is this old. */
  ageMs: number;
}

export const defaultSegmentLimits: SegmentLimits = { revisions: 10_000, ageMs: 150_000 };

/** Keeps a row under SQLite's 2 MB even if each UTF-16 unit takes three bytes. */
const partUnits = 600_000;
/** Rows read at a time, at first and at most, and their texts in UTF-16 units. */
const firstRows = 8;
const pageRows = 50;
const pageUnits = 2 * 1024 * 1024;

/**
 * The log of transactions: one row each, in tables that cover consecutive ranges of revisions, so that compaction drops
 * a table instead of deleting (and paying for) each row.
 *
 * The memory of an instance follows the database only through `append`'s result: a transaction that is rolled back
 * leaves it as it was.
 */
export class RevisionLog {
  readonly #database: SqlDatabase;
  readonly #codec: ValueCodec;
  readonly #limits: SegmentLimits;
  #segments: Segment[];
  #revision: number;

  constructor(options: { database: SqlDatabase; codec: ValueCodec; limits: SegmentLimits }) {
    this.#database = options.database;
    this.#codec = options.codec;
    this.#limits = options.limits;
    const firsts = run(this.#database, sql.segments).map(({ name }) => Number(name.slice('log_'.length)));
    if (firsts.length === 0) {
      run(this.#database, segmentSql.create(1));
      firsts.push(1);
    }
    this.#segments = firsts.sort((a, b) => a - b).map((first) => this.#load(first));
    const last = this.#current.first;
    const entry = run(this.#database, segmentSql.last(last))[0];
    this.#revision = entry ? revisionOf(entry.id) : last - 1;
  }

  /** Revision of the newest entry, or that before the first one of an empty log. */
  get revision(): number {
    return this.#revision;
  }

  /** `after` of `read` may be this or anything newer. */
  get compactedRevision(): number {
    return this.#segments[0]!.first - 1;
  }

  /** True when there is something that compaction may drop one day. */
  get isEmpty(): boolean {
    return this.#revision === this.compactedRevision;
  }

  /** Epoch ms of the newest entry; 0 in an empty log. Commits never go back behind it. */
  get lastAt(): number {
    return this.#segments.findLast((segment) => segment.lastAt !== undefined)?.lastAt ?? 0;
  }

  /**
   * Writes the changes of one transaction. To be called inside the transaction; the function that it returns takes the
   * result over into memory and is called when the transaction has succeeded.
   */
  append(changes: readonly LoggedChange[], at: number): () => void {
    const revision = changes[changes.length - 1]!.revision;
    const parts = splitText(encodeEntry(changes, this.#codec), partUnits);
    if (parts.length > maxParts) throw tooLarge('etcdserver: request is too large');
    const segments = this.#isFull(at) ? [...this.#segments, this.#create(this.#revision + 1)] : this.#segments;
    const current = segments[segments.length - 1]!;
    parts.forEach((body, part) => {
      run(this.#database, segmentSql.append(current.first), entryId(revision, part), at, body);
    });
    return () => {
      this.#segments = segments;
      this.#revision = revision;
      current.openedAt ??= at;
      current.lastAt = at;
    };
  }

  /**
   * The changes after a revision, oldest first. Stops at the end of the transaction with which there are `limit` of
   * them, or their texts have so many UTF-16 units. `revision` is where to go on.
   */
  read(query: { after: number; resources?: ReadonlySet<string>; limit: number; units: number }): {
    changes: LoggedChange[];
    revision: number;
  } {
    const changes: LoggedChange[] = [];
    let units = 0;
    const wanted = (revision: number, resource: string) =>
      revision > query.after && (query.resources?.has(resource) ?? true);
    for (const entry of this.#entries(query.after)) {
      for (const change of decodeEntry(entry.body, entry.at, this.#codec, wanted)) {
        changes.push(change);
        units += change.json.length + (change.previous?.length ?? 0);
      }
      if (changes.length >= query.limit || units >= query.units) return { changes, revision: entry.revision };
    }
    return { changes, revision: this.#revision };
  }

  /** Drops what `Store.compact` describes. */
  compact({ beforeMs, keepRows }: { beforeMs: number; keepRows: number }): void {
    const isOld = (segment: Segment, next: number) =>
      segment.lastAt === undefined || segment.lastAt < beforeMs || this.#revision - (next - 1) >= keepRows;
    const isDue = !this.isEmpty && isOld(this.#segments[0]!, this.#segments[1]?.first ?? this.#revision + 1);
    if (!isDue) return;
    const kept = this.#database.transactionSync(() => {
      const segments = [...this.#segments];
      while (segments.length > 0 && isOld(segments[0]!, segments[1]?.first ?? this.#revision + 1)) {
        run(this.#database, segmentSql.drop(segments.shift()!.first));
      }
      // An empty one in place of all that went: it remembers the revision.
      if (segments.length === 0) segments.push(this.#create(this.#revision + 1));
      return segments;
    });
    this.#segments = kept;
  }

  get #current(): Segment {
    return this.#segments[this.#segments.length - 1]!;
  }

  #isFull(at: number): boolean {
    const { first, openedAt } = this.#current;
    if (openedAt === undefined) return false;
    return this.#revision - first + 1 >= this.#limits.revisions || at - openedAt >= this.#limits.ageMs;
  }

  #create(first: number): Segment {
    run(this.#database, segmentSql.create(first));
    return { first };
  }

  #load(first: number): Segment {
    const opened = run(this.#database, segmentSql.first(first))[0];
    const last = run(this.#database, segmentSql.last(first))[0];
    return { first, ...(opened && last ? { openedAt: opened.at, lastAt: last.at } : {}) };
  }

  *#entries(after: number): Generator<{ revision: number; at: number; body: string }> {
    let open: { revision: number; at: number; body: string } | undefined;
    for (const row of this.#rows(after)) {
      const revision = revisionOf(row.id);
      if (open && open.revision === revision) {
        open.body += row.body;
        continue;
      }
      if (open) yield open;
      open = { revision, at: row.at, body: row.body };
    }
    if (open) yield open;
  }

  *#rows(after: number) {
    const segments = this.#segments.filter((_, index) => (this.#segments[index + 1]?.first ?? Infinity) > after + 1);
    for (const { first } of segments) {
      let afterId = entryId(after, maxParts - 1);
      for (let size = firstRows; ; ) {
        const rows = run(this.#database, segmentSql.read(first), afterId, size);
        yield* rows;
        if (rows.length < size) break;
        afterId = rows[rows.length - 1]!.id;
        size = fittingRows(rows, size);
      }
    }
  }
}

/** As many rows as have about `pageUnits` if they are like the last ones; they grow step by step. */
function fittingRows(rows: readonly { body: string }[], size: number): number {
  const units = rows.reduce((sum, { body }) => sum + body.length, 0);
  return Math.max(1, Math.min(Math.floor((pageUnits * rows.length) / units), size * 4, pageRows));
}
