/** What SQLite columns of this project hold. Integers stay below 2^53: a Durable Object returns them as doubles. */
export type SqlValue = string | number | null;

/** Rows are read at once; statements that could return very many carry a LIMIT. */
export interface SqlResult<Row> {
  rows: Row[];
  /** Rows, index entries included, as the platform bills them. */
  rowsRead: number;
  rowsWritten: number;
}

/**
 * A synchronous SQLite database: a Durable Object's own (`durable-objects/sql-storage.ts`) or `node:sqlite` in tests
 * (`testing/node-sqlite.ts`).
 */
export interface SqlDatabase {
  exec<Row extends object>(statement: string, ...params: SqlValue[]): SqlResult<Row>;
  /** Runs `work` as one transaction, or as a savepoint inside another. What it throws undoes it and passes through. */
  transactionSync<T>(work: () => T): T;
}

export interface SqlCounters {
  rowsRead: number;
  rowsWritten: number;
}

/** Adds up what every statement costs. */
export function countingDatabase(database: SqlDatabase): SqlDatabase & { readonly counters: SqlCounters } {
  const counters: SqlCounters = { rowsRead: 0, rowsWritten: 0 };
  return {
    counters,
    exec<Row extends object>(statement: string, ...params: SqlValue[]): SqlResult<Row> {
      const result = database.exec<Row>(statement, ...params);
      counters.rowsRead += result.rowsRead;
      counters.rowsWritten += result.rowsWritten;
      return result;
    },
    transactionSync: (work) => database.transactionSync(work),
  };
}
