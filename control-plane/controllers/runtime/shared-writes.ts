import type { ClusterClient, WriteOperation, WriteResult } from '../../client.ts';

interface Waiting {
  operations: readonly WriteOperation[];
  resolve(results: WriteResult[]): void;
  reject(error: unknown): void;
}

/**
 * A client whose writes are gathered until the end of the turn and go out as one: what one change makes several
 * reconciles write (Endpoints, the status of an owner) is then one transaction and one log row. Atomic writes are no part
 * of this: they fail as a whole, which must not be anybody else's failure.
 *
 * `soon` runs a function after everything that can go on without waiting for I/O.
 */
export function shareWrites(client: ClusterClient, soon: (run: () => void) => void): ClusterClient {
  const waiting: Waiting[] = [];

  async function flush(): Promise<void> {
    for (const batch of cut(waiting.splice(0))) await write(batch);
  }

  async function write(batch: readonly Waiting[]): Promise<void> {
    try {
      const results = await client.write(batch.flatMap(({ operations }) => operations));
      let from = 0;
      for (const { operations, resolve } of batch) {
        resolve(results.slice(from, from + operations.length));
        from += operations.length;
      }
    } catch (error) {
      for (const { reject } of batch) reject(error);
    }
  }

  return {
    get: (key) => client.get(key),
    list: (query) => client.list(query),
    changes: (query) => client.changes(query),
    isAllowed: (user, attributes) => client.isAllowed(user, attributes),
    sign: (statement) => client.sign(statement),
    clientAuthorities: () => client.clientAuthorities(),
    checkApi: (apiService) => client.checkApi(apiService),
    context: (query) => client.context(query),
    locate: (destination) => client.locate(destination),
    write(operations, options) {
      if (options?.atomic) return client.write(operations, options);
      return new Promise((resolve, reject) => {
        waiting.push({ operations, resolve, reject });
        if (waiting.length === 1) soon(() => void flush());
      });
    },
  };
}

/** A transaction is one entry of the log, which is in memory as a whole. */
const maximumOperations = 1000;

/** In the order in which they came, as few batches as do not become too large. */
function cut(all: readonly Waiting[]): Waiting[][] {
  const batches: Waiting[][] = [];
  let room = 0;
  for (const waiting of all) {
    room -= waiting.operations.length;
    if (batches.length === 0 || room < 0) {
      batches.push([]);
      room = maximumOperations - waiting.operations.length;
    }
    batches.at(-1)!.push(waiting);
  }
  return batches;
}
