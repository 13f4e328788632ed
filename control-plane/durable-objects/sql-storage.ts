import type { SqlDatabase, SqlResult, SqlValue } from '../store/database.ts';

/** The SQLite of a Durable Object as a `SqlDatabase`. */
export function sqlStorageDatabase(storage: DurableObjectStorage): SqlDatabase {
  return {
    exec<Row extends object>(statement: string, ...params: SqlValue[]): SqlResult<Row> {
      const cursor = storage.sql.exec(statement, ...params);
      // The counters are complete once all rows are out.
      const rows = cursor.toArray() as unknown as Row[];
      return { rows, rowsRead: cursor.rowsRead, rowsWritten: cursor.rowsWritten };
    },
    transactionSync: (work) => storage.transactionSync(work),
  };
}
