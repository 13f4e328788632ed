import type { SqlDatabase } from './database.ts';
import { migrations, run, sql } from './sql.ts';

/** Brings the schema up to date, each step in a transaction of its own. Writes nothing when it already is. */
export function migrate(database: SqlDatabase): void {
  run(database, sql.createMeta);
  const from = run(database, sql.readMeta, 'schema')[0]?.value ?? 0;
  for (let version = from; version < migrations.length; version++) {
    database.transactionSync(() => {
      for (const text of migrations[version] ?? []) database.exec(text);
      run(database, sql.writeMeta, 'schema', version + 1);
    });
  }
}
