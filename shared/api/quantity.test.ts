import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  addQuantities,
  canonicalQuantity,
  compareQuantities,
  formatQuantity,
  parseQuantity,
  quantityMilliValue,
  quantityValue,
  subtractQuantities,
} from './quantity.ts';

describe('canonicalQuantity', () => {
  it.each([
    ['0', '0'],
    ['000', '0'],
    ['0.5', '500m'],
    [0.5, '500m'],
    [2, '2'],
    ['1000m', '1'],
    ['1500m', '1500m'],
    ['0.1', '100m'],
    ['1.5Gi', '1536Mi'],
    ['1024Mi', '1Gi'],
    ['0.5Ki', '512'],
    ['0.25Ki', '256'],
    ['8Gi', '8Gi'],
    ['1e3', '1e3'],
    ['1e2', '100'],
    ['1E', '1E'],
    ['1000000', '1M'],
    ['-1500', '-1500'],
    ['-0.5', '-500m'],
    ['0.1n', '1n'],
    ['1.0000000001', '1000000001n'],
    ['1.500', '1.500'],
    ['+1Ki', '+1Ki'],
    ['100Ei', '9223372036854775807'],
    ['1000000E', '1000000E'],
    [' 5 ', '5'],
  ])('writes %j as %s', (text, canonical) => {
    expect(canonicalQuantity(text)).toBe(canonical);
  });

  it.each(['', 'a', '1 0', '1.1.1', '1+1.0M', '0x1', 'aoeu', '9'.repeat(300)])('refuses %j', (text) => {
    expect(() => canonicalQuantity(text)).toThrow(
      "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'",
    );
  });

  it.each(['0.1mi', '1i', '1e', '1Ki3', '1e9999999999'])('refuses the suffix of %j', (text) => {
    expect(() => canonicalQuantity(text)).toThrow("unable to parse quantity's suffix");
  });

  it('keeps the value and is idempotent', () => {
    const suffix = fc.constantFrom('', 'n', 'u', 'm', 'k', 'M', 'G', 'T', 'Ki', 'Mi', 'Gi', 'e3', 'E-6', 'e1');
    const number = fc.tuple(fc.constantFrom('', '-', '+'), fc.nat(), fc.constantFrom('', '.'), fc.nat({ max: 9999 }));
    fc.assert(
      fc.property(number, suffix, ([sign, whole, point, fraction], unit) => {
        const text = `${sign}${whole}${point}${point && fraction}${unit}`;
        const canonical = canonicalQuantity(text);
        expect(canonicalQuantity(canonical)).toBe(canonical);
        expect(parseQuantity(canonical).nano).toBe(parseQuantity(text).nano);
      }),
    );
  });
});

describe('arithmetic', () => {
  it('rounds values away from zero', () => {
    expect(quantityValue(parseQuantity('100m'))).toBe(1);
    expect(quantityValue(parseQuantity('-100m'))).toBe(-1);
    expect(quantityMilliValue(parseQuantity('0.1m'))).toBe(1);
    expect(quantityMilliValue(parseQuantity('2'))).toBe(2000);
    expect(quantityValue(parseQuantity('1.5Gi'))).toBe(1536 * 1024 * 1024);
  });

  it('adds and subtracts in the format of the first that is not zero', () => {
    const total = addQuantities(addQuantities(parseQuantity('0'), parseQuantity('512Mi')), parseQuantity('512M'));
    expect(formatQuantity(total)).toBe('1024288Ki');
    expect(formatQuantity(subtractQuantities(parseQuantity('1'), parseQuantity('250m')))).toBe('750m');
    expect(compareQuantities(parseQuantity('1Ki'), parseQuantity('1k'))).toBeGreaterThan(0);
    expect(compareQuantities(parseQuantity('1000m'), parseQuantity('1'))).toBe(0);
  });
});
