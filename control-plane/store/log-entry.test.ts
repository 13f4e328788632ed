import fc from 'fast-check';
import { expect, it } from 'vitest';
import { splitText } from './log-entry.ts';

it('[S7] a log body is cut into parts that fit and never inside a character', () => {
  const text = fc.string({ unit: fc.constantFrom('a', 'ü', '\u{1F600}'), maxLength: 40 });
  const property = fc.property(text, fc.integer({ min: 2, max: 9 }), (whole, size) => {
    const parts = splitText(whole, size);
    expect(parts.join('')).toBe(whole);
    for (const part of parts) {
      expect(part.length).toBeLessThanOrEqual(size);
      expect(part.isWellFormed()).toBe(true);
    }
  });
  fc.assert(property);
});
