/** A delay of at least this long is worth a row, so that it survives the process; shorter ones are waited for. */
const durableMs = 5000;

/** Keys that are to be looked at later. */
export class Delays {
  readonly #due = new Map<string, number>();
  readonly #short = new Set<string>();
  #changed = false;

  /** What an earlier process left. */
  restore(due: Readonly<Record<string, number>>): void {
    for (const [id, atMs] of Object.entries(due)) if (!this.#due.has(id)) this.#due.set(id, atMs);
  }

  /** A later delay of the same key replaces an earlier one. */
  set(id: string, nowMs: number, delayMs: number): void {
    this.#due.set(id, nowMs + delayMs);
    if (delayMs < durableMs) this.#short.add(id);
    else {
      this.#short.delete(id);
      this.#changed = true;
    }
  }

  /** Removes and returns what is due. */
  take(nowMs: number): string[] {
    const ids = [...this.#due].filter(([, atMs]) => atMs <= nowMs).map(([id]) => id);
    for (const id of ids) {
      this.#due.delete(id);
      if (!this.#short.delete(id)) this.#changed = true;
    }
    return ids;
  }

  /** When the next one is due, in epoch ms. */
  get next(): number | undefined {
    return this.#due.size > 0 ? Math.min(...this.#due.values()) : undefined;
  }

  /** Some are only in memory: what led to them must not be forgotten yet. */
  get hasShort(): boolean {
    return this.#short.size > 0;
  }

  /** Whether what must be saved differs from the last time that this was asked. */
  takeChanged(): boolean {
    const changed = this.#changed;
    this.#changed = false;
    return changed;
  }

  all(): Record<string, number> {
    return Object.fromEntries(this.#due);
  }
}
