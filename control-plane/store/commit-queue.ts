import { StatusError } from '../../shared/api/errors.ts';
import type { Store, StoreTransaction } from './store.ts';

export interface CommitQueue {
  /**
   * Runs `work` in a transaction, alone or with what else is waiting, and resolves with its result once that is on
   * disk. Rejects with what `work` throws; nothing of it has then been written. `work` may run more than once and must
   * have no effect outside the transaction. Rejects with 429 when too much is waiting.
   */
  submit<T>(work: (tx: StoreTransaction) => T): Promise<T>;
  /** Work that has not been started, and work that is committed but not yet on disk. */
  readonly waiting: number;
}

export interface CommitQueueDeps {
  store: Pick<Store, 'transaction'>;
  /** Resolves when everything committed so far is on disk: `ctx.storage.sync()`. */
  sync(): Promise<void>;
  /** Most that may wait. Default 5000. */
  maxWaiting?: number;
  /** Most that one transaction takes in, which bounds how long readers wait. Default 250. */
  maxBatch?: number;
}

interface Job {
  run(tx: StoreTransaction): unknown;
  resolve(value: unknown): void;
  reject(error: unknown): void;
}

type Settle = () => void;

/**
 * Group commit: a write that finds the disk idle starts at once; those that arrive while it is being synced wait and
 * share the next transaction, and with it one log row and one flush.
 *
 * Invariants: one batch is between commit and sync at a time; a job is settled after the sync of its own batch, never
 * before; each job has written everything or nothing.
 */
export function createCommitQueue(deps: CommitQueueDeps): CommitQueue {
  const { maxWaiting = 5000, maxBatch = 250 } = deps;
  let queue: Job[] = [];
  let inFlight = 0;

  const drain = async () => {
    while (queue.length > 0) {
      const batch = queue.slice(0, maxBatch);
      queue = queue.slice(maxBatch);
      inFlight = batch.length;
      const settle = commitBatch(deps.store, batch);
      try {
        await deps.sync();
        for (const done of settle) done();
      } catch (error) {
        for (const job of batch) job.reject(error);
      }
      inFlight = 0;
    }
  };

  return {
    get waiting() {
      return queue.length + inFlight;
    },
    submit<T>(work: (tx: StoreTransaction) => T): Promise<T> {
      if (queue.length >= maxWaiting) return Promise.reject(tooManyRequests());
      return new Promise<T>((resolve, reject) => {
        queue.push({ run: work, resolve: (value) => resolve(value as T), reject });
        if (inFlight === 0 && queue.length === 1) void drain();
      });
    },
  };
}

/** Runs the jobs and returns how each ends. Usually one transaction; see `HalfDone`. */
function commitBatch(store: Pick<Store, 'transaction'>, batch: readonly Job[]): Settle[] {
  try {
    return store.transaction((tx) => batch.map((job) => attempt(job, tx)));
  } catch {
    // Either a job stopped half-way or the common transaction failed as a whole; all of it has been undone. Each for
    // itself then, so that only the one to blame fails. This costs the others a log row each, and is rare.
    return batch.map((job) => attemptAlone(store, job));
  }
}

/** Thrown to undo a transaction in which a job failed after it had begun to write. */
class HalfDone extends Error {}

function attempt(job: Job, tx: StoreTransaction): Settle {
  const { mutations } = tx;
  try {
    const value = job.run(tx);
    return () => job.resolve(value);
  } catch (error) {
    if (tx.mutations !== mutations) throw new HalfDone();
    return () => job.reject(error);
  }
}

function attemptAlone(store: Pick<Store, 'transaction'>, job: Job): Settle {
  try {
    const value = store.transaction((tx) => job.run(tx));
    return () => job.resolve(value);
  } catch (error) {
    return () => job.reject(error);
  }
}

function tooManyRequests(): StatusError {
  return new StatusError(
    'TooManyRequests',
    'the server has received too many requests and has asked us to try again later',
    {
      retryAfterSeconds: 1,
    },
  );
}
