import { describe, expect, it } from 'vitest';
import { warningHeaders } from './warnings.ts';

describe('warnings', () => {
  it('are quoted, and free of what a header cannot carry', () => {
    expect(warningHeaders(['mind the "gap"\n\\'])).toEqual(['299 - "mind the \\"gap\\" \\\\"']);
  });

  it('are told once, and not when they are empty', () => {
    expect(warningHeaders(['a', '', 'b', 'a'])).toEqual(['299 - "a"', '299 - "b"']);
  });

  it('are whole as long as there is room for all of them', () => {
    const text = 'x'.repeat(4096);
    expect(warningHeaders([text])).toEqual([`299 - "${text}"`]);
  });

  it('are shortened where there is not, and left out at the end', () => {
    const texts = Array.from({ length: 20 }, (_, index) => `${index}`.padEnd(300, '.'));
    const headers = warningHeaders(texts);
    expect(headers).toHaveLength(16);
    expect(headers[0]).toBe(`299 - "${'0'.padEnd(256, '.')}"`);
  });
});
