import { describe, expect, test } from 'vitest';
import {
  CelCostError,
  compileExpression,
  createEnvironment,
  estimateCost,
  evaluate,
  fromJson,
  schemaType,
  type TypedSchema,
} from '../cel.ts';

const schema: TypedSchema = {
  type: 'object',
  properties: {
    text: { type: 'string' },
    short: { type: 'string', maxLength: 10 },
    count: { type: 'integer' },
    flag: { type: 'boolean' },
    names: { type: 'array', maxItems: 10, items: { type: 'string', maxLength: 5 } },
    all: { type: 'array', items: { type: 'string' } },
    numbers: { type: 'object', maxProperties: 7, additionalProperties: { type: 'integer' } },
    inner: {
      type: 'object',
      properties: {
        list: {
          type: 'array',
          items: { type: 'object', required: ['name'], properties: { name: { type: 'string' } } },
        },
      },
    },
  },
};

const json = {
  text: 'rook takes queen',
  short: 'abc',
  count: 7,
  flag: true,
  names: ['a', 'b', 'cc'],
  all: ['x', 'yy'],
  numbers: { k1: 1, k2: 2 },
  inner: { list: [{ name: 'x' }, { name: 'y' }] },
};

const { type } = schemaType(schema, { name: 'Self' })!;
const environment = createEnvironment({ variables: { self: type } });
const variables = { self: fromJson(json, type) };

/** What Kubernetes 1.36 charges for evaluating these, and estimates that they cost at least and at most. */
const known: readonly (readonly [string, number, number, number])[] = [
  ['self.text', 2, 2, 2],
  ["self.text.startsWith('r')", 4, 3, 3],
  ["self.names.all(x, x.startsWith('a'))", 15, 3, 53],
  ["self.names.exists(x, x == 'a')", 12, 3, 63],
  ["self.names.exists_one(x, x == 'a')", 12, 4, 44],
  ["self.names.map(x, x + 'b').size() == 3", 47, 15, 175],
  ["self.names.filter(x, x == 'a').size() == 1", 24, 15, 165],
  ['self.numbers.all(k, self.numbers[k] > 0)', 17, 3, 59],
  ['self.inner.list.all(x, self.inner.list.exists(y, x.name.size() == y.name.size()))', 46, 4, 644088571174],
  ["self.flag ? self.text == 'a' : self.short == 'b'", 5, 5, 5],
  ['has(self.inner.list) && self.count in [1, 2]', 4, 2, 16],
  ["self.text.replace('o', 'xx').split(' ').size() == 3", 12, 4, 1887441],
];

describe('costs', () => {
  test.each(known)('%s costs %i', (text, cost, min, max) => {
    const program = compileExpression(text, environment);
    expect(evaluate(program, variables).cost).toBe(cost);
    expect(estimateCost(program, type)).toEqual({ min, max });
  });

  test.each([
    'lists.range(100000).all(x, lists.range(1000).all(y, x + y >= 0))',
    "lists.range(1000).map(x, 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa').join(',').replace('', 'bbbbbbbbbbbbbbbbbbbbbbbbbbbb').replace('', 'cccccccccccccccccccc').replace('', 'ddddddddddddddddd').size() > 0",
    "lists.range(9000).map(x, 'aaaaaaaaaaaaaaaaaaaaa').join('').matches('(((a{10}){10}){10}b?)*c')",
    'lists.range(10000).map(x, [x]).distinct().size() > 1',
    'lists.range(2000).filter(x, lists.range(2000).filter(y, false).size() > 1).size() > 1',
  ])('%s runs out of budget', (text) => {
    const program = compileExpression(text, environment);
    const started = performance.now();
    expect(() => evaluate(program, variables)).toThrow(CelCostError);
    expect(performance.now() - started).toBeLessThan(2000);
  });

  test('values that share their parts are not compared without end', () => {
    const doubled = Array.from({ length: 40 }, (_item, depth) => `.map(x${depth}, [x${depth}, x${depth}])`).join('');
    const program = compileExpression(`[dyn([1])]${doubled} == [dyn([1])]${doubled}`, environment);
    expect(() => evaluate(program, variables)).toThrow(CelCostError);
  });
});
