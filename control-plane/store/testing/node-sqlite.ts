import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';
import type { SqlDatabase, SqlResult, SqlValue } from '../database.ts';

/** Prepared statements kept; log segments come and go, and each brings texts of its own. */
const maxStatements = 200;

/**
 * `SqlDatabase` on `node:sqlite`, for tests outside workerd. It counts a changed row as one row written, without index
 * entries, and no rows read: costs are tested where they are billed.
 */
export function openNodeDatabase(path = ':memory:'): SqlDatabase & { close(): void } {
  const database = new DatabaseSync(path);
  const statements = new Map<string, StatementSync>();
  let depth = 0;

  const prepare = (text: string) => {
    let prepared = statements.get(text);
    if (!prepared) {
      if (statements.size >= maxStatements) statements.clear();
      prepared = database.prepare(text);
      statements.set(text, prepared);
    }
    return prepared;
  };

  return {
    exec<Row extends object>(text: string, ...params: SqlValue[]): SqlResult<Row> {
      const prepared = prepare(text);
      const values: SQLInputValue[] = params;
      if (prepared.columns().length > 0) return { rows: prepared.all(...values) as Row[], rowsRead: 0, rowsWritten: 0 };
      return { rows: [], rowsRead: 0, rowsWritten: Number(prepared.run(...values).changes) };
    },
    transactionSync<T>(work: () => T): T {
      const savepoint = `nested_${depth}`;
      database.exec(`SAVEPOINT ${savepoint}`);
      depth++;
      try {
        const result = work();
        database.exec(`RELEASE ${savepoint}`);
        return result;
      } catch (error) {
        database.exec(`ROLLBACK TO ${savepoint}`);
        database.exec(`RELEASE ${savepoint}`);
        throw error;
      } finally {
        depth--;
      }
    },
    close: () => database.close(),
  };
}
