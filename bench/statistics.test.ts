import fc from 'fast-check';
import { expect, test } from 'vitest';
import { median, percentile } from './statistics.ts';

test('percentiles are values, by the nearest rank', () => {
  const values = [5, 1, 4, 2, 3];
  expect(median(values)).toBe(3);
  expect(percentile(values, 0)).toBe(1);
  expect(percentile(values, 0.9)).toBe(5);
  expect(percentile(values, 0.2)).toBe(1);
  expect(percentile(values, 0.21)).toBe(2);
  expect(median([1, 2])).toBe(1);
  expect(median([])).toBeNaN();
  expect(values).toEqual([5, 1, 4, 2, 3]);
});

test('at least the share of the values is at or below a percentile, and no smaller value would do', () => {
  const inputs = [fc.array(fc.integer(), { minLength: 1, maxLength: 50 }), fc.integer({ min: 1, max: 100 })] as const;
  fc.assert(
    fc.property(...inputs, (values, percent) => {
      const share = percent / 100;
      const found = percentile(values, share);
      const atOrBelow = values.filter((value) => value <= found).length;
      const below = values.filter((value) => value < found).length;
      expect(atOrBelow).toBeGreaterThanOrEqual(share * values.length);
      expect(below).toBeLessThan(share * values.length);
    }),
  );
});
