/** What has to be undone at the end, or when the run is interrupted: last things first. */
export class Cleanup {
  readonly #tasks: (() => unknown)[] = [];

  defer(task: () => unknown): void {
    this.#tasks.push(task);
  }

  /** Undoes everything; a task that fails does not keep the others from running. Never rejects. */
  async run(): Promise<void> {
    for (let task = this.#tasks.pop(); task; task = this.#tasks.pop()) {
      try {
        await task();
      } catch (error) {
        console.error('could not clean up:', error);
      }
    }
  }
}
