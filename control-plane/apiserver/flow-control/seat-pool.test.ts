import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { createSeatPool, type SeatAccount, type SeatBound, type SeatShare } from './seat-pool.ts';

const share = fc
  .record({ nominal: fc.integer({ min: 0, max: 12 }), lent: fc.nat(12), borrowed: fc.nat(30) })
  .map(({ nominal, lent, borrowed }): SeatShare => {
    return { minimum: Math.max(0, nominal - lent), nominal, maximum: nominal + borrowed };
  });
const step = fc.record({
  who: fc.nat(4),
  seats: fc.integer({ min: 1, max: 4 }),
  upTo: fc.constantFrom<SeatBound>('minimum', 'nominal', 'maximum'),
  gives: fc.boolean(),
});

test('whatever is asked for: nobody is below its minimum against its will, nobody above its maximum, no seat is there twice', () =>
  fc.assert(
    fc.property(fc.array(share, { minLength: 1, maxLength: 5 }), fc.array(step, { maxLength: 80 }), (shares, steps) => {
      const pool = createSeatPool();
      const levels = shares.map((one) => ({ share: one, account: pool.join(one), held: [] as number[] }));
      expect(pool.total).toBe(shares.reduce((sum, { nominal }) => sum + nominal, 0));
      for (const { who, seats, upTo, gives } of steps) {
        const level = levels[who % levels.length]!;
        if (gives) level.account.give(level.held.pop() ?? 0);
        else if (level.account.fits(seats, upTo)) {
          level.account.take(seats);
          level.held.push(seats);
        }
        const taken = levels.reduce((sum, { account }) => sum + account.taken, 0);
        expect(taken).toBeLessThanOrEqual(pool.total);
        for (const { account, share: own } of levels) {
          expect(account.taken).toBeLessThanOrEqual(own.maximum);
          if (account.taken < own.minimum) expect(account.fits(1, 'minimum')).toBe(true);
        }
        const reserved = levels.reduce(
          (sum, { account, share: own }) => sum + Math.max(0, own.minimum - account.taken),
          0,
        );
        // No seat is idle that somebody may have.
        for (const { account, share: own } of levels) {
          if (account.taken < own.maximum && !account.fits(1, 'maximum')) expect(taken + reserved).toBe(pool.total);
        }
      }
    }),
  ));

describe('lending', () => {
  const take = (account: SeatAccount, upTo: SeatBound) => {
    let count = 0;
    for (; account.fits(1, upTo); count += 1) account.take(1);
    return count;
  };

  it('is for who has nothing to do: the minimum is kept back', () => {
    const pool = createSeatPool();
    const lender = pool.join({ minimum: 2, nominal: 10, maximum: 20 });
    const borrower = pool.join({ minimum: 5, nominal: 5, maximum: 100 });
    expect(take(borrower, 'maximum')).toBe(13);
    expect(take(lender, 'nominal')).toBe(2);
    borrower.give(3);
    expect(take(lender, 'nominal')).toBe(3);
  });

  it('has a limit where there is one', () => {
    const pool = createSeatPool();
    pool.join({ minimum: 0, nominal: 10, maximum: 10 });
    expect(take(pool.join({ minimum: 5, nominal: 5, maximum: 7 }), 'maximum')).toBe(7);
  });

  it('is less while those who never wait are many', () => {
    const pool = createSeatPool();
    const exempt = pool.join({ minimum: 0, nominal: 0, maximum: 0 });
    const level = pool.join({ minimum: 4, nominal: 10, maximum: 10 });
    exempt.take(50);
    expect(take(level, 'maximum')).toBe(4);
    exempt.give(50);
    expect(take(level, 'maximum')).toBe(6);
  });

  it('follows the shares', () => {
    const pool = createSeatPool();
    const one = pool.join({ minimum: 4, nominal: 4, maximum: 4 });
    const other = pool.join({ minimum: 4, nominal: 4, maximum: 8 });
    expect(take(other, 'maximum')).toBe(4);
    one.leave();
    expect(pool.total).toBe(4);
    expect(take(other, 'maximum')).toBe(0);
    other.setShare({ minimum: 8, nominal: 8, maximum: 8 });
    expect(take(other, 'maximum')).toBe(4);
  });
});
