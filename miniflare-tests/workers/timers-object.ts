import { DurableObject } from 'cloudflare:workers';
import { sqlStorageDatabase } from '../../control-plane/durable-objects/sql-storage.ts';
import { storageAlarm } from '../../control-plane/durable-objects/storage-alarm.ts';
import { createSqlTimerStorage } from '../../control-plane/timers/sql-timer-storage.ts';
import { createTimers, type Timers } from '../../control-plane/timers/timers.ts';

/** Timers on a real alarm. What ran is stored, so that it can be asked for after an eviction. */
export class TimersObject extends DurableObject<Cloudflare.Env> {
  readonly timers: Timers;

  constructor(ctx: DurableObjectState, env: Cloudflare.Env) {
    super(ctx, env);
    ctx.storage.sql.exec('CREATE TABLE IF NOT EXISTS ran (id INTEGER PRIMARY KEY, name TEXT)');
    this.timers = createTimers({
      alarm: storageAlarm(ctx.storage),
      now: Date.now,
      storage: createSqlTimerStorage(sqlStorageDatabase(ctx.storage)),
      onError: () => undefined,
    });
    for (const name of ['durable', 'volatile']) this.timers.handle(name, () => this.#record(name));
    this.timers.handle('again', (nowMs) => {
      this.#record('again');
      if (this.ran().filter((name) => name === 'again').length < 3) this.timers.set('again', nowMs);
    });
    let failures = 1;
    this.timers.handle('failing', () => {
      this.#record('failing');
      if (failures-- > 0) throw new Error('once');
    });
  }

  async set(name: string, inMs: number, options?: { durable?: boolean }): Promise<void> {
    this.timers.set(name, Date.now() + inMs, options);
    await this.timers.settled();
  }

  ran(): string[] {
    return this.ctx.storage.sql
      .exec<{ name: string }>('SELECT name FROM ran ORDER BY id')
      .toArray()
      .map(({ name }) => name);
  }

  forget(): void {
    this.ctx.storage.sql.exec('DELETE FROM ran');
  }

  override alarm(): Promise<void> {
    return this.timers.run();
  }

  #record(name: string): void {
    this.ctx.storage.sql.exec('INSERT INTO ran (name) VALUES (?)', name);
  }
}
