import { beforeEach, describe, expect, it } from 'vitest';
import { openNodeDatabase } from '../store/testing/node-sqlite.ts';
import { createSqlTimerStorage } from './sql-timer-storage.ts';
import { createTimers, type TimerStorage, type Timers } from './timers.ts';

let time: number;
let alarmAt: number | null;
let alarmsSet: number[];
let ran: string[];
let errors: string[];

function aTimers(storage?: TimerStorage): Timers {
  const alarm = {
    get: async () => alarmAt,
    set: async (atMs: number) => {
      alarmAt = atMs;
      alarmsSet.push(atMs);
    },
  };
  const timers = createTimers({ alarm, now: () => time, storage, onError: (_error, name) => errors.push(name) });
  for (const name of ['a', 'b', 'c']) timers.handle(name, () => void ran.push(name));
  return timers;
}

/** Time goes on to the alarm, which rings; false when none is set. */
async function ring(timers: Timers): Promise<boolean> {
  await timers.settled();
  if (alarmAt === null) return false;
  time = Math.max(time, alarmAt);
  alarmAt = null;
  await timers.run();
  return true;
}

beforeEach(() => {
  time = 1000;
  alarmAt = null;
  alarmsSet = [];
  ran = [];
  errors = [];
});

describe('timers', () => {
  it('[T1] run when due, in order, on one alarm', async () => {
    const timers = aTimers();
    // The first alarm of an instance runs everything; see below.
    await timers.run();
    ran = [];
    timers.set('a', 3000);
    timers.set('b', 2000);
    expect(await ring(timers)).toBe(true);
    expect([time, ran]).toEqual([2000, ['b']]);
    expect(await ring(timers)).toBe(true);
    expect([time, ran]).toEqual([3000, ['b', 'a']]);
    expect(await ring(timers)).toBe(false);
  });

  it('[T2] the alarm is moved only for a timer that is due before it', async () => {
    const timers = aTimers();
    timers.set('a', 2000);
    await timers.settled();
    timers.set('b', 3000);
    timers.set('a', 2500);
    timers.setNoLater('a', 2600);
    timers.clear('b');
    await timers.settled();
    expect(alarmsSet).toEqual([2000]);
    timers.setNoLater('a', 1500);
    await timers.settled();
    expect(alarmsSet).toEqual([2000, 1500]);
  });

  it('[T3] an instance that inherits an alarm runs every volatile timer once, since it cannot know which was due', async () => {
    const predecessor = aTimers();
    predecessor.set('a', 2000);
    await predecessor.settled();
    const successor = aTimers();
    successor.set('b', 9000);
    await ring(successor);
    expect([time, ran]).toEqual([2000, ['a', 'b', 'c']]);
    successor.set('c', 5000);
    ran = [];
    await ring(successor);
    await ring(successor);
    expect([time, ran]).toEqual([9000, ['c', 'b']]);
  });

  it('[T4] a durable timer survives the instance, and is stored only when it changes', async () => {
    const database = openNodeDatabase();
    const storage = createSqlTimerStorage(database);
    let saves = 0;
    const save = (name: string, atMs: number) => {
      saves++;
      storage.save(name, atMs);
    };
    const counting = { ...storage, save };
    const first = aTimers(counting);
    first.set('a', 5000, { durable: true });
    first.set('a', 5000, { durable: true });
    expect(saves).toBe(1);
    const second = aTimers(createSqlTimerStorage(database));
    expect(second.dueAt('a')).toBe(5000);
    second.set('b', 2000);
    await ring(second);
    expect(ran).not.toContain('a');
    await ring(second);
    expect(ran).toContain('a');
    expect(storage.load().size).toBe(0);
  });

  it('[T5] a handler that throws runs again, later and later, and the others run', async () => {
    const timers = aTimers();
    await timers.run();
    let failures = 3;
    timers.handle('a', () => {
      if (failures-- > 0) throw new Error('not yet');
      ran.push('a');
    });
    ran = [];
    timers.set('a', 2000);
    timers.set('b', 2000);
    const rang: number[] = [];
    while (await ring(timers)) rang.push(time);
    expect(rang).toEqual([2000, 3000, 5000, 9000]);
    expect(ran).toEqual(['b', 'a']);
    expect(errors).toEqual(['a', 'a', 'a']);
  });

  it('[T6] a handler that sets its timer to now runs again on an alarm of its own, never at the present moment', async () => {
    const timers = aTimers();
    await timers.run();
    let rounds = 0;
    timers.handle('a', (now) => {
      if (++rounds < 3) timers.set('a', now);
    });
    timers.set('a', 2000);
    while (await ring(timers)) expect(alarmAt ?? Infinity).toBeGreaterThan(time);
    expect(rounds).toBe(3);
  });

  it('[T7] an alarm that never rang is set again', async () => {
    const timers = aTimers();
    timers.set('a', 2000);
    await timers.settled();
    time = 200_000;
    timers.set('b', 300_000);
    await timers.settled();
    expect(alarmsSet).toEqual([2000, 200_001]);
  });
});
