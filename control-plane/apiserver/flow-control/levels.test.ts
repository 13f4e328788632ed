import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import type { PriorityLevelConfiguration } from './config.ts';
import { createLevels, type Level } from './levels.ts';
import { NoSeat, type Release } from './priority-level.ts';

type Limited = NonNullable<PriorityLevelConfiguration['spec']['limited']>;

const configuration = (name: string, limited: Limited): PriorityLevelConfiguration => ({
  metadata: { name, uid: name },
  spec: { type: 'Limited', limited: { limitResponse: { type: 'Queue', queuing: { handSize: 2 } }, ...limited } },
});

function fixture(configurations: PriorityLevelConfiguration[], options = { totalSeats: 16, startsInTurn: 1000 }) {
  const timers = new Set<{ run: () => void; delayMs: number }>();
  const levels = createLevels({
    ...options,
    startTimer(run, delayMs) {
      const timer = { run, delayMs };
      timers.add(timer);
      return () => void timers.delete(timer);
    },
  });
  levels.configure(configurations);
  /** What the event loop would do next. */
  const nextTurn = async () => {
    for (const timer of [...timers].filter(({ delayMs }) => delayMs === 0)) {
      timers.delete(timer);
      timer.run();
    }
    // A promise of a promise: three steps of the queue of microtasks.
    for (let step = 0; step < 4; step += 1) await Promise.resolve();
  };
  return { levels, timers, nextTurn, find: (name: string) => levels.find(name) as Level };
}

describe('a level', () => {
  const idle = configuration('idle', { nominalConcurrencyShares: 3, lendablePercent: 50 });
  const busy = configuration('busy', { nominalConcurrencyShares: 1, lendablePercent: 0 });

  /** As many as are let in at once. */
  function fill(levels: ReturnType<typeof fixture>['levels'], level: Level): Release[] {
    const held: Release[] = [];
    for (let count = 0; count < 100; count += 1) {
      const entered = levels.enter(level, `flow-${count}`, 1);
      if (entered instanceof Promise) {
        entered.catch(() => undefined);
        break;
      }
      held.push(entered);
    }
    return held;
  }

  it('borrows what another lends, and gives it back to who is below its part', async () => {
    const { levels, find, nextTurn } = fixture([idle, busy]);
    // Of 16 seats 4 are its own, and half of the other 12 are lent.
    const borrowed = fill(levels, find('busy'));
    expect(borrowed).toHaveLength(10);
    expect(fill(levels, find('idle'))).toHaveLength(6);
    const order: string[] = [];
    for (const name of ['busy', 'idle', 'busy', 'idle']) {
      void Promise.resolve(levels.enter(find(name), 'late', 1)).then(() => order.push(name));
    }
    borrowed[0]!();
    await nextTurn();
    borrowed[1]!();
    await nextTurn();
    expect(order).toEqual(['idle']);
    expect(find('idle').account.taken).toBe(8);
  });

  it('borrows no more than its limit', () => {
    const bounded = configuration('busy', { nominalConcurrencyShares: 1, borrowingLimitPercent: 50 });
    const { levels, find } = fixture([idle, bounded]);
    expect(fill(levels, find('busy'))).toHaveLength(6);
  });

  it('lends nothing unless it says so', () => {
    const { levels, find } = fixture([configuration('idle', { nominalConcurrencyShares: 3 }), busy]);
    expect(fill(levels, find('busy'))).toHaveLength(4);
  });

  it('that refuses whom it cannot seat borrows as well', () => {
    const refusing = configuration('busy', { nominalConcurrencyShares: 1, limitResponse: { type: 'Reject' } });
    const { levels, find } = fixture([idle, refusing]);
    expect(fill(levels, find('busy'))).toHaveLength(10);
  });
});

const level = fc.record({
  nominalConcurrencyShares: fc.integer({ min: 1, max: 10 }),
  lendablePercent: fc.integer({ min: 0, max: 100 }),
  borrowingLimitPercent: fc.option(fc.integer({ min: 0, max: 300 })),
});
const step = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      what: fc.constant('enter' as const),
      who: fc.nat(3),
      width: fc.integer({ min: 1, max: 5 }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ what: fc.constant('leave' as const), who: fc.nat(20), width: fc.constant(0) }) },
  {
    weight: 2,
    arbitrary: fc.record({ what: fc.constant('turn' as const), who: fc.constant(0), width: fc.constant(0) }),
  },
);

test('no level that wants seats is kept below its minimum, no seat is idle for nothing, and everybody is served', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(level, { minLength: 1, maxLength: 4 }),
      fc.array(step, { maxLength: 60 }),
      async (all, steps) => {
        const { levels, timers, nextTurn, find } = fixture(
          all.map((limited, index) => configuration(`${index}`, limited)),
        );
        const held: Release[] = [];
        let asked = 0;
        let ended = 0;
        const enter = (index: number, width: number) => {
          const one = find(`${index}`);
          asked += 1;
          const entered = levels.enter(one, `flow-${asked % 7}`, Math.min(width, one.widest));
          const seated = (release: Release) => void held.push(release);
          if (!(entered instanceof Promise)) return seated(entered);
          entered.then(seated, (error) => {
            expect(error).toBeInstanceOf(NoSeat);
            ended += 1;
          });
        };
        for (const { what, who, width } of steps) {
          if (what === 'enter') enter(who % all.length, width);
          if (what === 'leave' && held.length > 0) {
            held.splice(who % held.length, 1)[0]!();
            ended += 1;
          }
          if (what === 'turn') await nextTurn();
        }
        await nextTurn();
        for (const index of all.keys()) {
          const { seats, account } = find(`${index}`);
          // Those who wait have been looked at: one seat of its own would have been taken.
          if (seats.waiting > 0) expect(account.fits(1, 'minimum') && account.fits(5, 'minimum')).toBe(false);
        }
        for (let turn = 0; ended < asked && turn < 500; turn += 1) {
          for (const release of held.splice(0)) {
            release();
            ended += 1;
          }
          await nextTurn();
        }
        expect([ended, timers.size]).toEqual([asked, 0]);
        for (const index of all.keys()) expect(find(`${index}`).account.taken).toBe(0);
      },
    ),
    { numRuns: 200 },
  );
});
