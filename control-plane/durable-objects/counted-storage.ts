import type { StorageCounters } from '../apiserver/http/counters.ts';
import { countingDatabase, type SqlDatabase } from '../store/database.ts';
import type { Alarm } from '../timers/timers.ts';
import { sqlStorageDatabase } from './sql-storage.ts';
import { storageAlarm } from './storage-alarm.ts';

/** The storage of an object through adapters that count all that is billed: each of these writes is a row or more. */
export interface CountedStorage {
  sql: SqlDatabase;
  kv: Pick<DurableObjectStorage['kv'], 'get' | 'put'>;
  alarm: Alarm;
  /** Since the object was last loaded. */
  counters(): StorageCounters;
}

export function countedStorage(storage: DurableObjectStorage): CountedStorage {
  const sql = countingDatabase(sqlStorageDatabase(storage));
  const alarm = storageAlarm(storage);
  let keyValueWrites = 0;
  let alarmsSet = 0;
  return {
    sql,
    kv: {
      get: (key: string) => storage.kv.get(key),
      put: (key: string, value: unknown) => {
        keyValueWrites++;
        storage.kv.put(key, value);
      },
    } as CountedStorage['kv'],
    alarm: {
      get: () => alarm.get(),
      set: (atMs) => {
        alarmsSet++;
        return alarm.set(atMs);
      },
    },
    counters: () => ({ ...sql.counters, keyValueWrites, alarmsSet }),
  };
}
