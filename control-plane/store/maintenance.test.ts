import { expect, it } from 'vitest';
import { createTimers } from '../timers/timers.ts';
import { createStore } from './create-store.ts';
import { startMaintenance } from './maintenance.ts';
import { openNodeDatabase } from './testing/node-sqlite.ts';
import { deleteObject, putObject } from './testing/objects.ts';

function aCluster() {
  const world = { time: 0, alarmAt: null as number | null, alarms: 0, batches: [] as number[] };
  const store = createStore({ sql: openNodeDatabase(), now: () => world.time });
  const timers = createTimers({
    alarm: {
      get: async () => world.alarmAt,
      set: async (atMs) => {
        world.alarmAt = atMs;
        world.alarms++;
      },
    },
    now: () => world.time,
    onError: (error) => {
      throw error;
    },
  });
  startMaintenance({
    store,
    timers,
    now: () => world.time,
    expiringResources: () => ['events'],
    remove: async (expired) => {
      world.batches.push(expired.length);
      store.transaction((tx) => {
        for (const { key } of expired) deleteObject(tx, key.name, key);
      });
    },
    options: { expiryBatch: 3 },
  });
  /** Rings every alarm until none is set; bounded. */
  const runDown = async () => {
    for (let rings = 0; rings < 50; rings++) {
      await timers.settled();
      if (world.alarmAt === null) return;
      world.time = Math.max(world.time, world.alarmAt);
      world.alarmAt = null;
      await timers.run();
    }
    throw new Error('the alarm keeps ringing');
  };
  return { world, store, timers, runDown };
}

const minute = 60_000;

it('[S8] five minutes after its last write a cluster has compacted its history and sets no more alarms', async () => {
  const { world, store, timers, runDown } = aCluster();
  store.transaction((tx) => putObject(tx, 'a'));
  world.time = 4 * minute;
  store.transaction((tx) => putObject(tx, 'b'));
  await timers.settled();
  expect([world.alarmAt, world.alarms]).toEqual([5 * minute, 1]);
  await runDown();
  expect(store.compactedRevision).toBe(2);
  expect(world.time).toBeGreaterThanOrEqual(9 * minute);
  expect(store.hasHistory).toBe(false);
});

it('[S13] expired objects go in batches, as deletions with revisions, and the last one takes the alarm with it', async () => {
  const { world, store, runDown } = aCluster();
  const deleted: string[] = [];
  store.onCommit((changes) =>
    deleted.push(...changes.filter(({ type }) => type === 'DELETED').map(({ key }) => key.name)),
  );
  store.transaction((tx) => {
    for (const name of ['a', 'b', 'c', 'd', 'e', 'f', 'g']) {
      putObject(tx, name, { key: { resource: 'events' }, expiresAtMs: 60 * minute });
    }
    putObject(tx, 'later', { key: { resource: 'events' }, expiresAtMs: 90 * minute });
  });
  await runDown();
  expect(deleted).toEqual(['a', 'b', 'c', 'd', 'e', 'f', 'g', 'later']);
  expect(world.batches).toEqual([3, 3, 1, 1]);
  expect(store.revision).toBe(16);
  expect(world.time).toBeLessThan(110 * minute);
});
