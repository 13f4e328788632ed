/**
 * The floor under the API server: a Durable Object that does the SQLite writes of a create (one row for the object, one
 * for the log) and nothing else. It compiles with the Node side, so it names the little of the platform that it uses.
 *
 *   POST  /OBJECT/objects/NAME   inserts, GET reads, PATCH adds a label and writes
 *   GET   /OBJECT/objects        the first thousand
 *   GET   /OBJECT/watch          every write from now on, a line each
 *
 * `plain` commits each write by itself, as the platform does; `grouped` lets those that wait share one commit, as the
 * store of Fairlead does.
 */
interface ObjectState {
  storage: {
    sql: { exec<Row>(statement: string, ...parameters: (string | number)[]): { toArray(): Row[] } };
    transactionSync<T>(work: () => T): T;
    sync(): Promise<void>;
  };
}

interface ObjectNamespace {
  get(id: unknown): { fetch(request: Request): Promise<Response> };
  idFromName(name: string): unknown;
}

interface Write {
  name: string;
  value: string;
}

const maxBatch = 250;

export class BareObject {
  readonly #state: ObjectState;
  readonly #watchers = new Set<ReadableStreamDefaultController<Uint8Array>>();
  readonly #encoder = new TextEncoder();
  #waiting: { write: Write; done(): void }[] = [];
  #isCommitting = false;

  constructor(state: ObjectState) {
    this.#state = state;
    this.#sql('CREATE TABLE IF NOT EXISTS objects (name TEXT PRIMARY KEY, revision INTEGER, value TEXT) WITHOUT ROWID');
    this.#sql('CREATE TABLE IF NOT EXISTS log (revision INTEGER PRIMARY KEY, body TEXT)');
  }

  async fetch(request: Request): Promise<Response> {
    const [, object, collection, name] = new URL(request.url).pathname.split('/');
    if (collection === 'watch') return new Response(this.#watch());
    if (!name) return new Response(this.#list(), { headers: { 'content-type': 'application/json' } });
    if (request.method === 'GET') return this.#read(name);
    const value = request.method === 'PATCH' ? this.#patched(name, await request.json()) : await request.text();
    if (object === 'grouped') await this.#writeGrouped({ name, value });
    else this.#write([{ name, value }]);
    return new Response(value, { status: 201 });
  }

  #sql<Row>(statement: string, ...parameters: (string | number)[]): Row[] {
    return this.#state.storage.sql.exec<Row>(statement, ...parameters).toArray();
  }

  /** The response is held back by the platform until this is on disk. */
  #write(writes: readonly Write[]): void {
    this.#state.storage.transactionSync(() => {
      for (const { name, value } of writes) this.#sql('INSERT OR REPLACE INTO objects VALUES (?, 1, ?)', name, value);
      const body = writes.length === 1 ? writes[0]?.value : JSON.stringify(writes.map(({ value }) => value));
      this.#sql('INSERT INTO log (body) VALUES (?)', body ?? '');
    });
    if (this.#watchers.size === 0) return;
    const event = this.#encoder.encode(writes.map(({ value }) => `${value}\n`).join(''));
    for (const watcher of this.#watchers) watcher.enqueue(event);
  }

  async #writeGrouped(write: Write): Promise<void> {
    const written = new Promise<void>((done) => this.#waiting.push({ write, done }));
    if (!this.#isCommitting) void this.#commitWaiting();
    await written;
  }

  async #commitWaiting(): Promise<void> {
    this.#isCommitting = true;
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0, maxBatch);
      this.#write(batch.map(({ write }) => write));
      await this.#state.storage.sync();
      for (const { done } of batch) done();
    }
    this.#isCommitting = false;
  }

  #value(name: string): string | undefined {
    return this.#sql<{ value: string }>('SELECT value FROM objects WHERE name = ?', name)[0]?.value;
  }

  #read(name: string): Response {
    const value = this.#value(name);
    return value === undefined ? new Response('', { status: 404 }) : new Response(value);
  }

  /** Read, change, write: what any patch comes down to. */
  #patched(name: string, patch: unknown): string {
    const object = JSON.parse(this.#value(name) ?? '{}') as { metadata?: { labels?: object } };
    const { metadata } = patch as { metadata: { labels: object } };
    object.metadata = { ...object.metadata, labels: { ...object.metadata?.labels, ...metadata.labels } };
    return JSON.stringify(object);
  }

  #list(): string {
    const rows = this.#sql<{ value: string }>('SELECT value FROM objects ORDER BY name LIMIT 1000');
    return `{"items":[${rows.map(({ value }) => value).join(',')}]}`;
  }

  #watch(): ReadableStream<Uint8Array> {
    let watcher: ReadableStreamDefaultController<Uint8Array>;
    return new ReadableStream<Uint8Array>({
      start: (controller) => {
        watcher = controller;
        this.#watchers.add(controller);
      },
      cancel: () => void this.#watchers.delete(watcher),
    });
  }
}

export default {
  fetch(request: Request, env: { OBJECT: ObjectNamespace }): Promise<Response> {
    const object = new URL(request.url).pathname.split('/')[1] ?? '';
    return env.OBJECT.get(env.OBJECT.idFromName(object)).fetch(request);
  },
};
