import { DurableObject } from 'cloudflare:workers';
import { sqlStorageDatabase } from '../../control-plane/durable-objects/sql-storage.ts';
import { type CommitQueue, createCommitQueue } from '../../control-plane/store/commit-queue.ts';
import { createStore } from '../../control-plane/store/create-store.ts';
import type { Change, Store, StorePage } from '../../control-plane/store/store.ts';
import { aKey, putObject } from '../../control-plane/store/testing/objects.ts';

/** The store and its commit queue on a Durable Object, with nothing of the API around them. */
export class StoreObject extends DurableObject<Cloudflare.Env> {
  readonly store: Store;
  readonly queue: CommitQueue;
  /** Transactions since the object started. */
  transactions = 0;

  constructor(ctx: DurableObjectState, env: Cloudflare.Env) {
    super(ctx, env);
    this.store = createStore({ sql: sqlStorageDatabase(ctx.storage), now: Date.now, segments: { revisions: 500 } });
    this.queue = createCommitQueue({ store: this.store, sync: () => ctx.storage.sync() });
    this.store.onCommit(() => {
      this.transactions++;
    });
  }

  /** Writes an object and answers with its revision once that is on disk. */
  write(name: string, content: string): Promise<number> {
    return this.queue.submit((tx) => {
      putObject(tx, name, { content });
      return tx.revision;
    });
  }

  read(name: string): { revision: number; json: string } | undefined {
    const object = this.store.get(aKey(name));
    return object && { revision: object.revision, json: object.json };
  }

  list(query: { limit?: number; atRevision?: number; after?: { namespace: string; name: string } }): StorePage {
    return this.store.list({ resource: 'pods', ...query });
  }

  changes(after: number): { changes: Change[]; revision: number } {
    return this.store.changes({ after });
  }

  statistics(): { revision: number; compactedRevision: number; transactions: number } {
    const { revision, compactedRevision } = this.store;
    return { revision, compactedRevision, transactions: this.transactions };
  }
}
