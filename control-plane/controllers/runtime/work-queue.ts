/**
 * Keys waiting for work, first in first out. A key that is added while it waits is there once; a key that is added
 * while it is being worked on waits until `done` and then comes again. So a key is never in two hands at once, and no
 * addition is ever lost.
 */
export class WorkQueue {
  readonly #waiting = new Set<string>();
  readonly #processing = new Set<string>();
  readonly #again = new Set<string>();

  add(key: string): void {
    if (this.#processing.has(key)) this.#again.add(key);
    else this.#waiting.add(key);
  }

  take(): string | undefined {
    const next = this.#waiting.values().next();
    if (next.done) return undefined;
    this.#waiting.delete(next.value);
    this.#processing.add(next.value);
    return next.value;
  }

  done(key: string): void {
    this.#processing.delete(key);
    if (this.#again.delete(key)) this.#waiting.add(key);
  }

  /** Keys that nobody works on yet. */
  get waiting(): number {
    return this.#waiting.size;
  }

  get isIdle(): boolean {
    return this.#waiting.size === 0 && this.#processing.size === 0;
  }
}
