import type { V1Status } from '@kubernetes/client-node';
import type { ApiClient, Query } from './client.ts';

export type EventType = 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR';

export interface WatchEvent<T> {
  type: EventType;
  object: T;
}

const defaultWaitMs = 20_000;

/**
 * Collects the events of one watch. Reading goes forward: `until` starts behind the event that it returned last, as a
 * client that handles one event after the other does.
 */
export class Watch<T> {
  readonly #events: WatchEvent<T>[] = [];
  readonly #abort: AbortController;
  #next = 0;
  #ended: string | undefined;
  #wake: () => void = () => undefined;

  private constructor(abort: AbortController) {
    this.#abort = abort;
  }

  /** Resolves when the server has accepted the watch; throws with what it said otherwise. */
  static async open<T>(client: ApiClient, path: string, query: Query): Promise<Watch<T>> {
    const abort = new AbortController();
    const response = await client.open('GET', path, { query: { ...query, watch: true }, signal: abort.signal });
    if (response.status !== 200) throw new Error(`watch of ${path}: ${response.status} ${await response.text()}`);
    const watch = new Watch<T>(abort);
    void watch.#read(response.body!);
    return watch;
  }

  /** Everything that has come so far. */
  get events(): readonly WatchEvent<T>[] {
    return this.#events;
  }

  /** Whether the server has ended the stream, or `close` has. */
  get isOver(): boolean {
    return this.#ended !== undefined;
  }

  /** Resolves with the next event of this type for which `check` holds. */
  async until(type: EventType, check: (object: T) => boolean = () => true, timeoutMs = defaultWaitMs): Promise<T> {
    const deadline = Date.now() + timeoutMs;
    for (;;) {
      while (this.#next < this.#events.length) {
        const event = this.#events[this.#next++]!;
        if (event.type === type && check(event.object)) return event.object;
        if (event.type === 'ERROR' && type !== 'ERROR') throw new Error(`the watch failed: ${this.#story()}`);
      }
      if (this.#ended) throw new Error(`the watch ended (${this.#ended}) before ${type}; it saw ${this.#story()}`);
      if (!(await this.#more(deadline - Date.now())))
        throw new Error(`no ${type} as wanted within ${timeoutMs / 1000} s; the watch saw ${this.#story()}`);
    }
  }

  /** Resolves with the next `count` events, whatever they are. */
  async take(count: number, timeoutMs = defaultWaitMs): Promise<WatchEvent<T>[]> {
    const deadline = Date.now() + timeoutMs;
    while (this.#events.length < this.#next + count) {
      if (this.#ended) throw new Error(`the watch ended (${this.#ended}); it saw ${this.#story()}`);
      if (!(await this.#more(deadline - Date.now())))
        throw new Error(`not ${count} more events within ${timeoutMs / 1000} s; the watch saw ${this.#story()}`);
    }
    this.#next += count;
    return this.#events.slice(this.#next - count, this.#next);
  }

  /** Resolves when the server ends the stream. */
  async over(timeoutMs = defaultWaitMs): Promise<void> {
    const deadline = Date.now() + timeoutMs;
    while (!this.isOver) {
      if (!(await this.#more(deadline - Date.now()))) throw new Error(`the watch goes on after ${timeoutMs / 1000} s`);
    }
  }

  close(): void {
    this.#abort.abort();
  }

  async #read(body: ReadableStream<Uint8Array>): Promise<void> {
    const decoder = new TextDecoder();
    let rest = '';
    try {
      for await (const chunk of body) {
        const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
        rest = lines.pop() ?? '';
        for (const line of lines) if (line !== '') this.#events.push(JSON.parse(line) as WatchEvent<T>);
        this.#wake();
      }
      this.#ended = 'by the server';
    } catch (error) {
      this.#ended = String(error);
    }
    this.#wake();
  }

  /** Resolves with true once anything has happened, with false when the time is up. */
  #more(timeoutMs: number): Promise<boolean> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => resolve(false), Math.max(timeoutMs, 0));
      this.#wake = () => {
        clearTimeout(timer);
        resolve(true);
      };
    });
  }

  #story(): string {
    const told = this.#events.map(({ type, object }) =>
      type === 'ERROR' ? `ERROR ${(object as V1Status).message}` : `${type} ${nameOf(object)}`,
    );
    return told.join(', ') || 'nothing';
  }
}

function nameOf(object: unknown): string {
  return (object as { metadata?: { name?: string } }).metadata?.name ?? '?';
}
