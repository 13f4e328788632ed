import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  CelError,
  compileExpression,
  createEnvironment,
  evaluate,
  fromJson,
  schemaType,
  type TypedSchema,
} from './cel.ts';
import { estimateCost } from './cost/estimate.ts';

const schema: TypedSchema = {
  type: 'object',
  properties: {
    s: { type: 'string' },
    n: { type: 'integer' },
    d: { type: 'number' },
    b: { type: 'boolean' },
    l: { type: 'array', items: { type: 'string' } },
    m: { type: 'object', additionalProperties: { type: 'integer' } },
    any: { 'x-kubernetes-int-or-string': true },
  },
};

const { type } = schemaType(schema)!;
const environment = createEnvironment({ variables: { self: type }, jsonPatch: true });
const self = fromJson({ s: 'text', n: 3, d: 1.5, b: true, l: ['a', 'b'], m: { k: 1 }, any: '5%' }, type);

/** Compiles, estimates and evaluates; nothing but the errors of the language may come of it. */
function runs(text: string): 'done' | CelError {
  try {
    const program = compileExpression(text, environment);
    const { min, max } = estimateCost(program, type);
    expect(min).toBeLessThanOrEqual(max);
    const { cost } = evaluate(program, { self }, { costLimit: 10_000 });
    expect(cost).toBeGreaterThanOrEqual(0);
    return 'done';
  } catch (error) {
    if (error instanceof CelError) return error;
    throw error;
  }
}

const leaf = fc.constantFrom(
  ...['self.s', 'self.n', 'self.d', 'self.b', 'self.l', 'self.m', 'self.any', 'self.?l', 'x', '1', '-1', '2u', '1.5'],
  ...[
    "'a'",
    "'[a-z]+'",
    "''",
    'true',
    'null',
    '[]',
    '{}',
    '[1, 2]',
    "['b', 'a']",
    "{'k': 1}",
    'self.none',
    'optional.none()',
  ],
);

const { expression } = fc.letrec<{ expression: string }>((tie) => ({
  expression: fc.oneof(
    { maxDepth: 5, withCrossShrink: true },
    leaf,
    fc
      .tuple(
        tie('expression'),
        fc.constantFrom('+', '-', '*', '/', '%', '==', '!=', '<', 'in', '&&', '||'),
        tie('expression'),
      )
      .map(([a, operator, b]) => `(${a} ${operator} ${b})`),
    fc
      .tuple(
        tie('expression'),
        fc.constantFrom('all', 'exists', 'exists_one', 'map', 'filter', 'sortBy', 'optMap'),
        tie('expression'),
      )
      .map(([range, macro, body]) => `${range}.${macro}(x, ${body})`),
    fc
      .tuple(
        tie('expression'),
        fc.constantFrom(
          'size()',
          'sum()',
          'sort()',
          'distinct()',
          'value()',
          'upperAscii()',
          'flatten()',
          'first()',
          's',
          '?k',
        ),
      )
      .map(([target, member]) => `${target}.${member}`),
    fc
      .tuple(
        tie('expression'),
        fc.constantFrom('matches', 'find', 'split', 'join', 'indexOf', 'contains', 'format', 'orValue', 'replace'),
        tie('expression'),
      )
      .map(([target, name, argument]) => `${target}.${name}(${argument})`),
    fc
      .tuple(
        fc.constantFrom(
          'size',
          'int',
          'string',
          'type',
          'dyn',
          'duration',
          'timestamp',
          'quantity',
          'ip',
          'url',
          'semver',
          'lists.range',
        ),
        tie('expression'),
      )
      .map(([name, argument]) => `${name}(${argument})`),
    fc.tuple(tie('expression'), tie('expression'), tie('expression')).map(([a, b, c]) => `(${a} ? ${b} : ${c})`),
    fc.tuple(tie('expression'), tie('expression')).map(([a, b]) => `${a}[${b}]`),
    fc.array(tie('expression'), { maxLength: 3 }).map((items) => `[${items.join(', ')}]`),
    fc.tuple(tie('expression'), tie('expression')).map(([key, value]) => `{${key}: ${value}}`),
  ),
}));

const seed = Date.now() % 2 ** 31;

describe(`hostile expressions (seed ${seed})`, () => {
  test('any text is an expression or is refused', () => {
    const token = fc.constantFrom(
      ...'self . , ( ) [ ] { } ? : ! - + * / % == < && || in has all map "a" \' 1 1.5 0x b r ` \\ \n if x \u{1f600}'.split(
        ' ',
      ),
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: 'binary' }),
          fc.array(token).map((tokens) => tokens.join('')),
        ),
        (text) => void runs(text),
      ),
      { seed, numRuns: 600 },
    );
  });

  test('any expression ends in a value or in an error of the language, within its limits', () => {
    fc.assert(
      fc.property(expression, (text) => void runs(text)),
      { seed, numRuns: 1500 },
    );
  });

  test('the same expression costs the same', () => {
    fc.assert(
      fc.property(expression, (text) => {
        const [first, second] = [runs(text), runs(text)];
        expect(second instanceof CelError ? second.message : second).toBe(
          first instanceof CelError ? first.message : first,
        );
      }),
      { seed, numRuns: 300 },
    );
  });
});

describe('bombs', () => {
  const many = 99_000;
  test.each([
    ['parentheses', '('.repeat(many)],
    ['lists', '['.repeat(many / 2) + ']'.repeat(many / 2)],
    ['signs', `${'!'.repeat(many)}true`],
    ['a chain of sums', `${'1+'.repeat(40_000)}1`],
    ['a chain of fields', `self${'.a'.repeat(40_000)}`],
    ['a chain of indexes', `self${'[0]'.repeat(30_000)}`],
    ['conditionals', `${'true?1:'.repeat(14_000)}1`],
    ['comparisons', `${'1==1&&'.repeat(5_000)}true`],
    ['quotes', "'".repeat(many)],
    ['digits', '9'.repeat(many)],
    ['a long text', ' '.repeat(10 * many)],
    ['nested groups of a pattern', `'a'.matches('${'('.repeat(40_000)}')`],
    ['repetitions of a pattern', "'a'.matches('((a{1000}){1000}){1000}')"],
    ['names that nobody knows', Array.from({ length: 5_000 }, (_item, index) => `v${index}`).join('&&')],
    ['nested loops', `${'lists.range(100).all(x,'.repeat(100)}true${')'.repeat(100)}`],
    ['texts that double', `['a']${'.map(x, x + x)'.repeat(200)}`],
    ['lists that double', `[[1]]${'.map(x, x + x)'.repeat(200)}`],
    ['a pattern that tries everything', `'${'a'.repeat(5_000)}'.matches('(a*)*(a*)*(a*)*b')`],
  ])('%s', (_what, text) => {
    const started = performance.now();
    runs(text);
    expect(performance.now() - started).toBeLessThan(3_000);
  });
});
