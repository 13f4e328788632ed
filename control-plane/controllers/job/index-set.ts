interface Interval {
  from: number;
  to: number;
}

/** Completion indexes in the compressed form of a Job's status: `1,3-5`. Immutable. */
export class IndexSet {
  static readonly empty = new IndexSet([]);
  /** Ascending, and never adjacent. */
  readonly #intervals: readonly Interval[];

  private constructor(intervals: readonly Interval[]) {
    this.#intervals = intervals;
  }

  /** What cannot be read is passed over, and so is what is not below `completions`: a Job may have been shrunk. */
  static parse(text: string | undefined, completions: number): IndexSet {
    const intervals = (text ?? '').split(',').flatMap((part): Interval[] => {
      const [, low, high = low] = /^(\d+)(?:-(\d+))?$/.exec(part) ?? [];
      const interval = { from: Number(low), to: Math.min(Number(high), completions - 1) };
      return low !== undefined && interval.from <= interval.to ? [interval] : [];
    });
    return IndexSet.#joined(intervals);
  }

  static of(indexes: Iterable<number>): IndexSet {
    return IndexSet.#joined([...indexes].map((index) => ({ from: index, to: index })));
  }

  static #joined(intervals: readonly Interval[]): IndexSet {
    const joined: Interval[] = [];
    for (const { from, to } of [...intervals].sort((a, b) => a.from - b.from)) {
      const last = joined.at(-1);
      if (last && from <= last.to + 1) last.to = Math.max(last.to, to);
      else joined.push({ from, to });
    }
    return new IndexSet(joined);
  }

  get size(): number {
    return this.#intervals.reduce((sum, { from, to }) => sum + to - from + 1, 0);
  }

  has(index: number): boolean {
    return this.#intervals.some(({ from, to }) => from <= index && index <= to);
  }

  union(other: IndexSet): IndexSet {
    return IndexSet.#joined([...this.#intervals, ...other.#intervals]);
  }

  /** How many indexes are in both. */
  overlap(other: IndexSet): number {
    let count = 0;
    for (let i = 0, j = 0; i < this.#intervals.length && j < other.#intervals.length; ) {
      const [a, b] = [this.#intervals[i]!, other.#intervals[j]!];
      count += Math.max(0, Math.min(a.to, b.to) - Math.max(a.from, b.from) + 1);
      if (a.to <= b.to) i++;
      else j++;
    }
    return count;
  }

  /** The `count` lowest indexes below `limit` that are not in the set. */
  firstMissing(count: number, limit: number): number[] {
    const missing: number[] = [];
    let candidate = 0;
    for (const { from, to } of [...this.#intervals, { from: limit, to: limit }]) {
      for (; candidate < Math.min(from, limit) && missing.length < count; candidate++) missing.push(candidate);
      candidate = Math.max(candidate, to + 1);
    }
    return missing;
  }

  toString(): string {
    return this.#intervals
      .map(({ from, to }) => (from === to ? `${from}` : `${from}${to === from + 1 ? ',' : '-'}${to}`))
      .join(',');
  }
}
