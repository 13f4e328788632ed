import type { LoggedChange } from './log-entry.ts';

/**
 * The newest transactions in memory, so that reading the changes right after a commit takes neither SQL nor decoding.
 * A cache: whatever it does not have is in the log.
 */
export class RecentChanges {
  readonly #maxUnits: number;
  #transactions: { changes: readonly LoggedChange[]; units: number }[] = [];
  #units = 0;
  /** Everything after this revision is held. */
  #after: number;

  /** `maxUnits` bounds the texts held, in UTF-16 units; `revision` is the store's at the start. */
  constructor(options: { maxUnits: number; revision: number }) {
    this.#maxUnits = options.maxUnits;
    this.#after = options.revision;
  }

  add(changes: readonly LoggedChange[]): void {
    const units = changes.reduce((sum, { json, previous }) => sum + json.length + (previous?.length ?? 0), 0);
    this.#transactions.push({ changes, units });
    this.#units += units;
    let dropped = 0;
    // A transaction larger than the whole bound is kept while it is the newest: its readers come right now.
    while (this.#units > this.#maxUnits && dropped < this.#transactions.length - 1) {
      const oldest = this.#transactions[dropped++]!;
      this.#units -= oldest.units;
      this.#after = oldest.changes[oldest.changes.length - 1]!.revision;
    }
    if (dropped > 0) this.#transactions.splice(0, dropped);
  }

  /** Like `RevisionLog.read`; undefined when it does not reach back to `after`. */
  read(query: {
    after: number;
    resources?: ReadonlySet<string>;
    limit: number;
  }): { changes: LoggedChange[]; revision?: number } | undefined {
    if (query.after < this.#after) return undefined;
    const found: LoggedChange[] = [];
    for (const { changes } of this.#transactions.slice(this.#indexAfter(query.after))) {
      for (const change of changes) {
        if (change.revision > query.after && (query.resources?.has(change.key.resource) ?? true)) found.push(change);
      }
      if (found.length >= query.limit) return { changes: found, revision: changes[changes.length - 1]!.revision };
    }
    return { changes: found };
  }

  /** Index of the first transaction that has a change after a revision. */
  #indexAfter(revision: number): number {
    let low = 0;
    let high = this.#transactions.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const { changes } = this.#transactions[middle]!;
      if (changes[changes.length - 1]!.revision > revision) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}
