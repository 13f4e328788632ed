import fc from 'fast-check';
import { expect, test } from 'vitest';
import { addAmounts, amountsOf, mostOf, sameAmounts, subtractAmounts, textsOf } from './amounts.ts';

const names = fc.constantFrom('cpu', 'memory', 'constructor', 'toString', 'hasOwnProperty', 'example.com/gpu');
const amounts = fc.dictionary(names, fc.nat(1000).map(String)).map(amountsOf);

test('amounts of any names add up, and taking them away again leaves what was there', () =>
  fc.assert(
    fc.property(amounts, amounts, (a, b) => {
      const sum = addAmounts(a, b);
      expect(Object.keys(sum).sort()).toEqual([...new Set([...Object.keys(a), ...Object.keys(b)])].sort());
      const left = subtractAmounts(sum, b);
      for (const name of Object.keys(a)) expect(left[name]!.nano).toBe(a[name]!.nano);
      expect(sameAmounts(addAmounts(b, a), sum)).toBe(true);
      expect(textsOf(mostOf(a, a))).toEqual(textsOf(a));
    }),
  ));
