/** Exponential back-off for each key, as controllers upstream have it. */
export interface BackoffOptions {
  firstMs: number;
  maximumMs: number;
  /** In [0, 1): spreads what failed together by up to a tenth. */
  random(): number;
}

export class Backoff {
  readonly #failures = new Map<string, number>();
  readonly #options: BackoffOptions;

  constructor(options: BackoffOptions) {
    this.#options = options;
  }

  /** Counts a failure; how long to wait before the next attempt, in milliseconds. */
  next(key: string): number {
    const failures = this.#failures.get(key) ?? 0;
    this.#failures.set(key, failures + 1);
    const { firstMs, maximumMs, random } = this.#options;
    const delay = Math.min(firstMs * 2 ** failures, maximumMs);
    return Math.ceil(delay * (1 + random() / 10));
  }

  failures(key: string): number {
    return this.#failures.get(key) ?? 0;
  }

  reset(key: string): void {
    this.#failures.delete(key);
  }
}
