import type { SqlDatabase } from '../store/database.ts';
import { run, sql } from '../store/sql.ts';
import type { TimerStorage } from './timers.ts';

/** Durable timers in a table of the object's database, made on first use. */
export function createSqlTimerStorage(database: SqlDatabase): TimerStorage {
  run(database, sql.createTimers);
  return {
    load: () => new Map(run(database, sql.listTimers).map(({ name, at }) => [name, at])),
    save: (name, atMs) => {
      run(database, sql.writeTimer, name, atMs);
    },
    remove: (name) => {
      run(database, sql.deleteTimer, name);
    },
  };
}
