import fc from 'fast-check';
import { expect, test } from 'vitest';
import { IndexSet } from './index-set.ts';

const limit = 20;
const indexes = fc.uniqueArray(fc.nat({ max: limit - 1 }));
const sorted = (set: Iterable<number>) => [...set].sort((a, b) => a - b);

test('an index set is a set of numbers, whatever its form', () => {
  fc.assert(
    fc.property(indexes, indexes, fc.nat({ max: limit }), (left, right, count) => {
      const [a, b] = [IndexSet.of(left), IndexSet.of(right)];
      const all = [...Array(limit).keys()];
      expect(all.filter((index) => a.has(index))).toEqual(sorted(left));
      expect(a.size).toBe(left.length);
      expect(String(IndexSet.parse(String(a), limit))).toBe(String(a));
      expect(all.filter((index) => a.union(b).has(index))).toEqual(sorted(new Set([...left, ...right])));
      expect(a.overlap(b)).toBe(left.filter((index) => right.includes(index)).length);
      expect(a.firstMissing(count, limit)).toEqual(all.filter((index) => !left.includes(index)).slice(0, count));
    }),
  );
});

test.each([
  ['1,3-5,7', 100, '1,3-5,7'],
  ['1-2', 100, '1,2'],
  ['0-9', 5, '0-4'],
  ['7,9', 5, ''],
  ['1,x,3', 5, '1,3'],
])('%j below %i is %j', (text, completions, canonical) => {
  expect(String(IndexSet.parse(text, completions))).toBe(canonical);
});
