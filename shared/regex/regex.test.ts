import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compileRegex, findAll, RegexSyntaxError } from './regex.ts';

const first = (pattern: string, text: string) => {
  const span = compileRegex(pattern).find(text);
  return span && text.slice(span.start, span.end);
};

describe('matching', () => {
  test.each([
    ['^[a-z0-9]([-a-z0-9]*[a-z0-9])?$', 'my-name', true],
    ['^[a-z0-9]([-a-z0-9]*[a-z0-9])?$', 'my-name-', false],
    ['b', 'abc', true],
    ['^b', 'abc', false],
    ['(?i)^HELLO$', 'heLLo', true],
    ['(?m)^b$', 'a\nb\nc', true],
    ['a.c', 'a\nc', false],
    ['(?s)a.c', 'a\nc', true],
    ['^\\pL+$', 'Ärger', true],
    ['^\\p{Greek}+$', 'αβγ', true],
    ['^\\P{Greek}+$', 'αβγ', false],
    ['^[[:alpha:]]{3}$', 'abc', true],
    ['^[^[:alpha:]]{3}$', '123', true],
    ['^\\x{1F600}$', '😀', true],
    ['^.$', '😀', true],
    ['\\bfoo\\b', 'a foo b', true],
    ['\\bfoo\\b', 'afoob', false],
    ['^\\Qa.b\\E$', 'a.b', true],
    ['^\\Qa.b\\E$', 'axb', false],
    ['^a{,2}$', 'a{,2}', true],
    ['^(?P<x>a)(?<y>b)$', 'ab', true],
    ['^[\\d-]+$', '1-2', true],
    ['^[]a]+$', ']a', true],
    ['(?i)[^k]', 'K', false],
  ])('%s on %s: %s', (pattern, text, expected) => {
    expect(compileRegex(pattern).test(text)).toBe(expected);
  });

  test('takes the leftmost match, and of those what comes first in the pattern', () => {
    expect(first('a|ab', 'xab')).toBe('a');
    expect(first('ab|a', 'xab')).toBe('ab');
    expect(first('a+?', 'aaa')).toBe('a');
    expect(first('(?U)a+', 'aaa')).toBe('a');
    expect(first('[0-9]*', 'abc 123')).toBe('');
    expect(first('x*', 'aaa')).toBe('');
  });

  test('finds all matches as Go does', () => {
    expect(findAll(compileRegex('[0-9]+'), '123 abc 456')).toEqual(['123', '456']);
    expect(findAll(compileRegex('[0-9]+'), '123 abc 456', { limit: 1 })).toEqual(['123']);
    expect(findAll(compileRegex('a*'), 'baaac')).toEqual(['', 'aaa', '']);
  });

  test('a pattern that ruins backtracking takes linear time', () => {
    const text = 'a'.repeat(50_000);
    const started = performance.now();
    expect(compileRegex('^(a|aa|a*)*b$').test(text)).toBe(false);
    expect(compileRegex('(x+x+)+y').test('x'.repeat(50_000))).toBe(false);
    expect(performance.now() - started).toBeLessThan(5000);
  });

  test('agrees with the host on what both can do', () => {
    const pattern = fc
      .array(
        fc.constantFrom('a', 'b', '.', '(a|b)', 'a*', 'b+', '(ab)?', '[ab]', '[^a]', 'a{1,2}', 'b*?', '\\w', '^', '$'),
        {
          maxLength: 6,
        },
      )
      .map((parts) => parts.join(''));
    const text = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 8 });
    fc.assert(
      fc.property(pattern, text, (source, input) => {
        expect(first(source, input)).toBe(new RegExp(source, 's').exec(input)?.[0].replace('\n', ''));
      }),
      { numRuns: 1000 },
    );
  });
});

describe('patterns that are none', () => {
  test.each([
    ['(', 'missing closing ): `(`'],
    [')', 'unexpected ): `)`'],
    ['[a', 'missing closing ]: `[a`'],
    ['a**', 'invalid nested repetition operator: `**`'],
    ['*a', 'missing argument to repetition operator: `*`'],
    ['[b-a]', 'invalid character class range: `b-a`'],
    ['a{1001}', 'invalid repeat count: `{1001}`'],
    ['(?=a)', 'invalid or unsupported Perl syntax: `(?=`'],
    ['\\1', 'invalid escape sequence: `\\1`'],
    ['a\\', 'trailing backslash at end of expression: ``'],
    ['\\p{Klingon}', 'invalid character class range: `\\p{Klingon}`'],
  ])('%s', (pattern, message) => {
    expect(() => compileRegex(pattern)).toThrow(`error parsing regexp: ${message}`);
  });

  test('throw nothing else, and cost little, whatever they are', () => {
    const fragment = fc.constantFrom(
      '(',
      ')',
      '[',
      ']',
      '{',
      '}',
      '9',
      '1000',
      ',',
      '*',
      '+',
      '?',
      '|',
      '\\',
      'p',
      'x',
      '-',
      '^',
      '(?',
      ':',
      'i',
      'a',
    );
    fc.assert(
      fc.property(fc.array(fragment, { maxLength: 30 }), fc.string({ maxLength: 50 }), (parts, text) => {
        try {
          compileRegex(parts.join('')).test(text);
        } catch (error) {
          expect(error).toBeInstanceOf(RegexSyntaxError);
        }
      }),
      { numRuns: 2000 },
    );
    for (const bomb of ['((a{100}){100}){100}', '('.repeat(100_000), '(?i'.repeat(1000), 'a{1000}'.repeat(1000)]) {
      expect(() => compileRegex(bomb)).toThrow(RegexSyntaxError);
    }
  });
});
