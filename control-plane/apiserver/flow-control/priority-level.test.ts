import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { createPriorityLevel, hand, maxWaitMs, NoSeat, type Queuing, type Release } from './priority-level.ts';
import { createSeatPool } from './seat-pool.ts';

const queuing = { queues: 16, handSize: 3, queueLengthLimit: 50 };

function fixture({ seats, queuing: given }: { seats: number; queuing?: Queuing }) {
  const timers = new Set<() => void>();
  let drains = 0;
  const account = createSeatPool().join({ minimum: seats, nominal: seats, maximum: seats });
  const level = createPriorityLevel(given, {
    account,
    isAnyoneWaiting: () => level.waiting > 0,
    startTimer(run) {
      timers.add(run);
      return () => void timers.delete(run);
    },
    drainLater: () => {
      drains += 1;
    },
  });
  const under = {
    account,
    tryAcquire: () => level.tryAcquire(1),
    acquire: (flow: string, width = 1) => level.acquire(flow, width),
    setQueuing: level.setQueuing,
    /** Seats those who wait, at most `count` of them. */
    drain(count: number) {
      let seated = 0;
      while (seated < count && level.seatNext('maximum') > 0) seated += 1;
      return seated;
    },
    get waiting() {
      return level.waiting;
    },
  };
  return { level: under, timers, drains: () => drains };
}

test('a hand has as many different queues as asked for, always the same ones', () =>
  fc.assert(
    fc.property(fc.string(), fc.integer({ min: 1, max: 64 }), fc.integer({ min: 1, max: 8 }), (flow, queues, size) => {
      const dealt = hand(flow, queues, size);
      expect(new Set(dealt).size).toBe(Math.min(size, queues));
      expect(dealt.every((index) => index >= 0 && index < queues)).toBe(true);
      expect(hand(flow, queues, size)).toEqual(dealt);
    }),
  ));

test('there are never more on their seats than there are seats, and everyone gets one', async () => {
  const step = fc.oneof(fc.nat({ max: 3 }).map(String), fc.constant('release'), fc.constant('drain'));
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 4 }), fc.array(step, { maxLength: 40 }), async (seats, steps) => {
      const { level, timers } = fixture({ seats, queuing });
      const held: Release[] = [];
      let asked = 0;
      let served = 0;
      const take = (release: Release) => {
        served += 1;
        held.push(release);
      };
      for (const what of steps) {
        if (what === 'release') held.shift()?.();
        else if (what === 'drain') level.drain(Infinity);
        else {
          asked += 1;
          const now = level.tryAcquire();
          if (now) take(now);
          else void level.acquire(what).then(take);
        }
        await Promise.resolve();
        expect(level.account.taken).toBeLessThanOrEqual(seats);
      }
      while (served < asked) {
        held.shift()?.();
        level.drain(1);
        await Promise.resolve();
        await Promise.resolve();
      }
      expect({ waiting: level.waiting, timers: timers.size }).toEqual({ waiting: 0, timers: 0 });
    }),
  );
});

describe('fairness', () => {
  it('one request of a flow is served beside the many of another', async () => {
    const { level } = fixture({ seats: 1, queuing });
    const release = level.tryAcquire()!;
    const order: string[] = [];
    const ask = (flow: string) =>
      void level.acquire(flow).then((done) => {
        order.push(flow);
        done();
      });
    for (let count = 0; count < 100; count++) ask('greedy');
    ask('modest');
    release();
    for (let turn = 0; turn < 10; turn++) {
      level.drain(1);
      await Promise.resolve();
      await Promise.resolve();
    }
    expect(order).toContain('modest');
    // The greedy one fills a hand of three queues: it gets as many turns before the other's.
    expect(order.indexOf('modest')).toBeLessThanOrEqual(queuing.handSize);
  });

  it('nobody passes those who wait', () => {
    const { level } = fixture({ seats: 2, queuing });
    const releases = [level.tryAcquire(), level.tryAcquire()];
    void level.acquire('a');
    releases[0]!();
    expect(level.tryAcquire()).toBeUndefined();
    expect(level.drain(9)).toBe(1);
  });
});

describe('who gets no seat', () => {
  it('is refused at once where nobody may wait', async () => {
    const { level } = fixture({ seats: 1 });
    level.tryAcquire();
    await expect(level.acquire('a')).rejects.toThrow(NoSeat);
  });

  it('is refused when the queues of the flow are full', async () => {
    const { level } = fixture({ seats: 1, queuing: { queues: 4, handSize: 2, queueLengthLimit: 3 } });
    level.tryAcquire();
    const all = Array.from({ length: 7 }, () => level.acquire('a').then(() => undefined));
    await expect(all[6]).rejects.toThrow(NoSeat);
    expect(level.waiting).toBe(6);
  });

  it('is refused after its time, and leaves its place', async () => {
    const { level, timers } = fixture({ seats: 1, queuing });
    level.tryAcquire();
    const waiting = level.acquire('a');
    expect(timers.size).toBe(1);
    for (const run of timers) run();
    await expect(waiting).rejects.toThrow(NoSeat);
    expect(level.waiting).toBe(0);
    expect(maxWaitMs).toBe(15_000);
  });
});

it('new queues are for what comes; who waits keeps the place', async () => {
  const { level } = fixture({ seats: 1, queuing });
  const release = level.tryAcquire()!;
  const first = level.acquire('a');
  level.setQueuing({ queues: 2, handSize: 1, queueLengthLimit: 1 });
  const second = level.acquire('b');
  release();
  expect(level.drain(9)).toBe(1);
  (await Promise.race([first, second]))();
  expect(level.drain(9)).toBe(1);
  await Promise.all([first, second]);
});

it('who takes many seats waits for all of them, and nobody passes meanwhile', async () => {
  const { level } = fixture({ seats: 4, queuing: { queues: 1, handSize: 1, queueLengthLimit: 9 } });
  const releases = [level.tryAcquire()!, level.tryAcquire()!];
  const wide = level.acquire('a', 3);
  expect(level.drain(9)).toBe(0);
  expect(level.tryAcquire()).toBeUndefined();
  releases[0]!();
  expect(level.drain(9)).toBe(1);
  expect(level.account.taken).toBe(4);
  (await wide)();
  expect(level.account.taken).toBe(1);
});
