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

describe('what a match costs', () => {
  /** Ends a match like a budget does. */
  class Enough extends Error {}

  /** Steps of a match, up to a limit. */
  function stepsOf(run: (onSteps: (steps: number) => void) => unknown, limit = Number.POSITIVE_INFINITY): number {
    let total = 0;
    try {
      run((steps) => {
        total += steps;
        if (total > limit) throw new Enough();
      });
    } catch (error) {
      if (!(error instanceof Enough)) throw error;
    }
    return total;
  }

  const nested = fc.letrec<{ part: string }>((tie) => ({
    part: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      fc.constantFrom('a', 'b', '.', '[ab]', '[^a]', '\\b', '^', '$', '\\w', '(?i)a', 'ä', '\\pL'),
      fc.tuple(tie('part'), tie('part')).map((parts) => parts.join('')),
      fc.tuple(tie('part'), tie('part')).map(([a, b]) => `(${a}|${b})`),
      fc
        .tuple(tie('part'), fc.constantFrom('*', '+', '?', '*?', '{2}', '{0,9}', '{3,}', '{1,30}'))
        .map(([a, count]) => `(?:${a})${count}`),
    ),
  })).part;
  const text = fc.string({ unit: fc.constantFrom('a', 'b', 'A', '\n', ' ', 'ä', '😀'), maxLength: 60 });

  test('is linear in text and pattern, and the same whether the match or only its presence is asked for', () =>
    fc.assert(
      fc.property(nested, text, (pattern, input) => {
        let size = 0;
        let regex: ReturnType<typeof compileRegex>;
        try {
          regex = compileRegex(`${pattern}(?:){0}`, (steps) => {
            size += steps;
          });
        } catch (error) {
          expect(error).toBeInstanceOf(RegexSyntaxError);
          return;
        }
        const bound = 4 * (size + 100) * (input.length + 2);
        expect(stepsOf((onSteps) => regex.test(input, onSteps))).toBeLessThan(bound);
        expect(stepsOf((onSteps) => regex.find(input, 0, onSteps))).toBeLessThan(bound);
        expect(regex.test(input)).toBe(regex.find(input) !== undefined);
      }),
      { numRuns: 500 },
    ));

  test('says of presence what the host says', () =>
    fc.assert(
      fc.property(nested, text, (pattern, input) => {
        fc.pre(!/\(\?i\)|pL|\\[bw]/.test(pattern));
        let regex: ReturnType<typeof compileRegex>;
        try {
          regex = compileRegex(pattern);
        } catch {
          return;
        }
        expect(regex.test(input)).toBe(new RegExp(pattern.replaceAll('.', '[^\n]'), 'u').test(input));
      }),
      { numRuns: 500 },
    ));

  const mega = 'a'.repeat(1_000_000);
  test.each([
    '(a*)*b',
    '(a|a)*b',
    '^(a|aa|a*)*b$',
    '(.*)(.*)(.*)x',
    '(x+x+)+y',
    '((a{1,100}){1,10})b',
    '(a?){900}b',
    '(.{1,300}){3}x',
    '^[a-z0-9]([-a-z0-9]*[a-z0-9])?$',
  ])('%s makes a quarter of a step for each of a million characters, and some to learn them', (pattern) => {
    expect(stepsOf((onSteps) => compileRegex(pattern).test(mega, onSteps))).toBeLessThan(1_750_000);
  });

  test('a text that is new at every turn is bounded by what its asker allows', () => {
    const random = Array.from({ length: 100_000 }, (_, i) => 'ab'[(Math.imul(i, 2_654_435_761) >>> 13) & 1]).join('');
    const regex = compileRegex('(a|b)*a(a|b){900}c');
    const limit = 500_000;
    for (const ask of [regex.test, (input: string, onSteps: (n: number) => void) => regex.find(input, 0, onSteps)]) {
      const steps = stepsOf((onSteps) => ask(random, onSteps), limit);
      expect(steps).toBeGreaterThan(limit);
      expect(steps).toBeLessThan(limit + 50_000);
    }
    expect(regex.test(`${random.slice(0, 1000)}a${'b'.repeat(900)}c`)).toBe(true);
  });

  test('repeated classes are made once, long patterns not at all', () => {
    const started = performance.now();
    compileRegex(`${'\\pL{1000}'.repeat(19)}x`);
    for (const bomb of [
      'a'.repeat(3_000_000),
      `[${'ab'.repeat(500_000)}]`,
      `${'(a|'.repeat(200)}${'a'.repeat(30_000)}`,
    ]) {
      expect(() => compileRegex(bomb)).toThrow('expression too large');
    }
    expect(performance.now() - started).toBeLessThan(2000);
  });
});
