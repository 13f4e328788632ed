/** What has to be undone at the end, or when the run is interrupted: last things first. */
export class Cleanup {
  readonly #tasks: (() => unknown)[] = [];
  #running: Promise<void> | undefined;

  defer(task: () => unknown): void {
    this.#tasks.push(task);
  }

  /** Undoes everything; a task that fails does not keep the others from running. Never rejects; may be called twice. */
  run(): Promise<void> {
    this.#running ??= this.#runAll();
    return this.#running;
  }

  async #runAll(): Promise<void> {
    for (let task = this.#tasks.pop(); task; task = this.#tasks.pop()) {
      try {
        await task();
      } catch (error) {
        console.error('could not clean up:', error);
      }
    }
  }
}
