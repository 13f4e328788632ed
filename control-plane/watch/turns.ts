export interface TurnsDeps {
  /** Some watch of this form has not had everything. */
  isDue(form: string): boolean;
  /** Serves one watch of this form, and those that can be served with it. */
  serve(form: string): Promise<void>;
  onError(error: unknown): void;
}

/** Forms that are served at the same time: the platform opens few connections at once, and others need them, too. */
const atOnce = 4;

/** Forms take turns, each one question at a time: what waits for an answer is bounded, and none waits for more than a few others. */
export class Turns {
  readonly #deps: TurnsDeps;
  readonly #started = new Set<string>();
  readonly #queue: string[] = [];
  #running = 0;

  constructor(deps: TurnsDeps) {
    this.#deps = deps;
  }

  /** Serves a form until nothing of it is due. */
  start(form: string): void {
    if (this.#started.has(form)) return;
    this.#started.add(form);
    this.#queue.push(form);
    this.#fill();
  }

  #fill(): void {
    while (this.#running < atOnce) {
      const form = this.#queue.shift();
      if (form === undefined) return;
      if (this.#deps.isDue(form)) void this.#run(form);
      else this.#started.delete(form);
    }
  }

  async #run(form: string): Promise<void> {
    this.#running++;
    try {
      await this.#deps.serve(form);
      this.#queue.push(form);
    } catch (error) {
      // Its watches stay where they are until somebody wakes them again.
      this.#started.delete(form);
      this.#deps.onError(error);
    } finally {
      this.#running--;
      this.#fill();
    }
  }
}
