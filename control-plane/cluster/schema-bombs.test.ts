import { beforeAll, expect, it } from 'vitest';
import type { JsonSchema } from '../../shared/schema/structural/json-schema.ts';
import { aDefinition, CustomCluster, cronTab, cronTabsPath, definitionsPath } from './testing/custom-resources.ts';

const text: JsonSchema = { type: 'string' };

const record = (properties: Record<string, JsonSchema>, more: JsonSchema = {}): JsonSchema => ({
  type: 'object',
  properties,
  ...more,
});

const fields = (count: number, of: (index: number) => JsonSchema) =>
  record(Object.fromEntries(Array.from({ length: count }, (_, index) => [`p${index}`, of(index)])));

const ruled = (count: number, rule: (index: number) => string, self: JsonSchema = text) =>
  record(
    { a: self },
    { 'x-kubernetes-validations': Array.from({ length: count }, (_, index) => ({ rule: rule(index) })) },
  );

function nested(depth: number, around: (inner: JsonSchema) => JsonSchema): JsonSchema {
  return depth === 0 ? text : around(nested(depth - 1, around));
}

const wide = (depth: number): JsonSchema =>
  depth === 0 ? { minimum: 1 } : { anyOf: Array.from({ length: 6 }, () => wide(depth - 1)) };

let cluster: CustomCluster;
let round = 0;

beforeAll(async () => {
  cluster = await CustomCluster.create();
});

it.each<[string, JsonSchema, number, RegExp]>([
  ['is nested deeply', nested(200, (a) => record({ a })), 400, /exceeded max depth/],
  ['has lists of lists', nested(90, (items) => ({ type: 'array', items })), 201, /./],
  ['has many fields', fields(5000, () => text), 201, /./],
  ['has more fields than may be', fields(40_000, () => ({})), 422, /must have at most 30000 schemas and rules/],
  ['has many fields that are wrong', fields(5000, () => ({})), 422, /p4999\]\.type: Required value/],
  ['has a huge enum', { ...text, enum: Array.from({ length: 50_000 }, (_, index) => `v${index}`) }, 201, /./],
  ['has thousands of rules', ruled(2000, (index) => `self.a != 'x${index}'`, { ...text, maxLength: 9 }), 201, /./],
  ['has more rules than may be', ruled(40_000, () => ''), 422, /must have at most 30000 schemas and rules/],
  ['has rules that cost too much', ruled(500, () => "self.a.matches('(a*)*b')"), 422, /exceeds budget by factor/],
  [
    'has a rule without end',
    ruled(1, () => 'self.a == "" && '.repeat(20_000).concat('true')),
    422,
    /compilation failed/,
  ],
  ['alternates widely', record({ a: { ...text, ...wide(5) } }), 201, /./],
  [
    'requires what is not there',
    { type: 'object', required: Array.from({ length: 20_000 }, (_, i) => `r${i}`) },
    201,
    /./,
  ],
  ['has patterns that are large', fields(300, (i) => ({ ...text, pattern: `${i}${'a{1000}'.repeat(19)}` })), 201, /./],
  ['has patterns that are too large', { ...text, pattern: 'a{1000}'.repeat(21) }, 422, /expression too large/],
  ['has a pattern that repeats too often', { ...text, pattern: '(a{1,100}){1,100}' }, 422, /invalid repeat count/],
  ['refers to itself', record({ a: { $ref: '#/properties/spec' } }), 422, /\$ref: Forbidden: \$ref is not supported/],
  ['is nothing but a reference', { $ref: '#' }, 422, /\$ref: Forbidden: \$ref is not supported/],
])(
  'a schema that %s is bounded in what it costs',
  async (_what, spec, status, problem) => {
    const plural = `k${++round}s`;
    const kind = `K${round}`;
    const version = { schema: { openAPIV3Schema: { type: 'object', properties: { spec } } } };
    const defined = await cluster.call('POST', definitionsPath, aDefinition(version, { names: { plural, kind } }));
    expect({ status: defined.status, text: defined.text.slice(0, 2_000_000) }).toEqual({
      status,
      text: expect.stringMatching(problem),
    });
    if (status !== 201) return;
    const path = cronTabsPath.replace('crontabs', plural);
    const object = {
      ...cronTab(Object.fromEntries(Array.from({ length: 300 }, (_, index) => [`p${index}`, 'x']))),
      kind,
    };
    for (const reply of [await cluster.call('POST', path, object), await cluster.apply(`${path}/d`, object)]) {
      expect(reply.status, reply.text.slice(0, 500)).toBeLessThan(500);
    }
    expect((await cluster.call('GET', path)).status).toBe(200);
    expect((await cluster.call('DELETE', `${definitionsPath}/${plural}.stable.example.com`)).status).toBe(200);
    expect(cluster.fixture.errors).toEqual([]);
  },
  30_000,
);
