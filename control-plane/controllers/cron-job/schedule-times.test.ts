import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { CronJob } from '../../../shared/api/object.ts';
import { localTimestamp, scheduleTimes } from './schedule-times.ts';

const at = (text: string) => Date.parse(`${text}Z`);
const times = (schedule: string, begin = '2026-01-01T00:00:00', timeZone?: string) =>
  scheduleTimes({ schedule, timeZone } as NonNullable<CronJob['spec']>, at(begin));
const show = (ms: number | undefined) => (ms === undefined ? undefined : new Date(ms).toISOString().slice(0, 16));

describe('next and last', () => {
  test.each([
    ['*/5 * * * *', '2026-01-02T10:05:00', '2026-01-02T10:10', '2026-01-02T10:05'],
    ['0 0 31 2 *', '2026-01-02T10:05:00', undefined, undefined],
    ['30 6 * * 1-5', '2026-01-03T12:00:00', '2026-01-05T06:30', '2026-01-02T06:30'],
    // Either of the days will do, unless one of them is any day.
    ['0 0 13 * 5', '2026-01-10T00:00:00', '2026-01-13T00:00', '2026-01-09T00:00'],
    ['0 0 13 * *', '2026-01-10T00:00:00', '2026-02-13T00:00', undefined],
    ['@every 90m', '2026-01-01T04:00:00', '2026-01-01T04:30', '2026-01-01T03:00'],
  ])('%s at %s', (schedule, now, next, last) => {
    const found = times(schedule);
    const isFirst = schedule === '0 0 13 * *';
    expect(show(found.next(at(isFirst ? '2026-01-13T00:00:00' : now)))).toBe(next);
    expect(show(found.last(at(now)))).toBe(last);
  });

  test('by the clock of a time zone, which may change twice a year', () => {
    const { next } = times('30 8 * * *', undefined, 'Europe/Berlin');
    expect(show(next(at('2026-03-27T12:00:00')))).toBe('2026-03-28T07:30');
    expect(show(next(at('2026-03-28T12:00:00')))).toBe('2026-03-29T06:30');
  });

  test('the next of the last is after now, and nothing is between them', () => {
    const schedules = fc.constantFrom(
      '* * * * *',
      '*/7 3-9 * * *',
      '0 0 1,15 * 1',
      '@hourly',
      '@every 13m',
      '5 4 * * sun',
    );
    const moments = fc.integer({ min: at('2026-01-02T00:00:00'), max: at('2026-12-01T00:00:00') });
    fc.assert(
      fc.property(schedules, moments, (schedule, nowMs) => {
        const { next, last } = times(schedule, '2025-01-01T00:00:00');
        const before = last(nowMs) as number;
        const after = next(nowMs) as number;
        expect(before).toBeLessThanOrEqual(nowMs);
        expect(after).toBeGreaterThan(nowMs);
        expect(next(before)).toBe(after);
        expect(last(after - 1)).toBe(before);
      }),
      { numRuns: 60 },
    );
  });
});

test('a time is told with the offset of its zone', () => {
  const ms = at('2026-07-01T12:00:00');
  expect(localTimestamp(ms, undefined)).toBe('2026-07-01T12:00:00Z');
  expect(localTimestamp(ms, 'UTC')).toBe('2026-07-01T12:00:00Z');
  expect(localTimestamp(ms, 'Asia/Kolkata')).toBe('2026-07-01T17:30:00+05:30');
  expect(localTimestamp(ms, 'America/New_York')).toBe('2026-07-01T08:00:00-04:00');
});
