import { describe, expect, it } from 'vitest';
import { decode } from '../decode.ts';
import { applyDefaults } from '../default.ts';
import { checkStructural, unsupportedPart } from './check-structural.ts';
import { validateEmbedded } from './embedded.ts';
import type { JsonSchema } from './json-schema.ts';
import { validateListTypes } from './list-types.ts';
import { resourceModel } from './to-model.ts';
import { compileValidator } from './validate-value.ts';

function withSpec(spec: JsonSchema): JsonSchema {
  return { type: 'object', properties: { spec } };
}

/** What becomes of a resource with this spec: how it is stored, and what the client is told. */
function read(spec: JsonSchema, value: unknown, raw?: string) {
  const model = resourceModel(withSpec(spec));
  const body = { apiVersion: 'stable.example.com/v1', kind: 'CronTab', metadata: { name: 'c' }, spec: value };
  const decoded = decode(model, structuredClone(body), { kind: 'CronTab', version: 'v1', raw });
  applyDefaults(model, decoded.value);
  return { spec: decoded.value.spec, warnings: decoded.warnings };
}

/** `field: message` of all that is wrong with a spec. */
function findings(spec: JsonSchema, value: unknown, old?: unknown): string[] {
  const before = old === undefined ? {} : { old: { value: { spec: old } } };
  const errors = compileValidator(withSpec(spec)).validate({ spec: value }, before);
  return errors.map(({ field, message }) => `${field}: ${message}`);
}

const object = (properties: Record<string, JsonSchema>, rest: JsonSchema = {}): JsonSchema => ({
  type: 'object',
  properties,
  ...rest,
});
const text: JsonSchema = { type: 'string' };

describe('reading a custom resource', () => {
  it('drops what the schema does not know, and says so', () => {
    const schema = object({ a: text, list: { type: 'array', items: object({ b: text }) } });
    expect(read(schema, { a: 'x', c: 1, list: [{ b: 'y', d: {} }] })).toEqual({
      spec: { a: 'x', list: [{ b: 'y' }] },
      warnings: ['unknown field "spec.c"', 'unknown field "spec.list[0].d"'],
    });
  });

  it('keeps unknown fields where the schema says so, but not below what it names', () => {
    const preserve = { 'x-kubernetes-preserve-unknown-fields': true };
    const schema = object({ known: object({}) }, preserve);
    expect(read(schema, { any: { thing: [null] }, known: { gone: 1 } }).spec).toEqual({
      any: { thing: [null] },
      known: {},
    });
    expect(read(preserve, ['a', { b: 1 }]).spec).toEqual(['a', { b: 1 }]);
  });

  it('reads the metadata of embedded resources like that of any object', () => {
    const schema = object({ spec: object({}) }, { 'x-kubernetes-embedded-resource': true });
    const embedded = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p', nope: 1, labels: null }, spec: { x: 1 } };
    expect(read(schema, embedded)).toEqual({
      spec: { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p' }, spec: {} },
      warnings: ['unknown field "spec.spec.x"', 'unknown field "spec.metadata.nope"'],
    });
    expect(() => read(schema, { ...embedded, metadata: { name: 1 } })).toThrow(
      'CronTab in version "v1" cannot be handled as a CronTab: spec.metadata: Invalid value: {"name":1}: json: cannot',
    );
  });

  it('takes null for absent unless null is allowed', () => {
    const schema = object({
      plain: text,
      nullable: { ...text, nullable: true, default: 'd' },
      defaulted: { ...text, default: 'd' },
    });
    expect(read(schema, { plain: null, nullable: null, defaulted: null }).spec).toEqual({
      nullable: null,
      defaulted: 'd',
    });
  });

  it('fills in defaults, those inside of defaults too', () => {
    const inner = object({ b: { type: 'integer', default: 1 } });
    const schema = object({
      a: { ...inner, default: {} },
      list: { type: 'array', items: { ...inner, default: { b: 2 } } },
      map: { type: 'object', additionalProperties: inner },
    });
    expect(read(schema, { list: [null, {}], map: { x: {} } }).spec).toEqual({
      a: { b: 1 },
      list: [{ b: 2 }, { b: 1 }],
      map: { x: { b: 1 } },
    });
  });

  it('adds no more defaults than an object can hold', () => {
    const schema: JsonSchema = { type: 'array', items: object({ a: { ...text, default: 'x'.repeat(1000) } }) };
    expect(() =>
      read(
        schema,
        Array.from({ length: 10_000 }, () => ({})),
      ),
    ).toThrow(/the defaults of the object have more/);
  });

  it('leaves values of a wrong type to validation', () => {
    expect(read(object({ a: text }), 'text').spec).toBe('text');
    expect(read(text, { a: 1 })).toEqual({ spec: {}, warnings: ['unknown field "spec.a"'] });
  });

  it('finds fields that are given twice, wherever they are', () => {
    const preserve = { 'x-kubernetes-preserve-unknown-fields': true };
    const raw = '{"apiVersion":"stable.example.com/v1","kind":"CronTab","metadata":{"name":"c"},"spec":{"a":1,"a":2}}';
    expect(read(preserve, { a: 2 }, raw).warnings).toEqual(['duplicate field "spec.a"']);
  });
});

describe('validation of values', () => {
  it.each<[string, JsonSchema, unknown, string[]]>([
    ['a wrong type', text, 5, ['spec: Invalid value: "integer": spec in body must be of type string: "integer"']],
    [
      'a wrong type of int-or-string',
      { 'x-kubernetes-int-or-string': true },
      true,
      ['spec: Invalid value: "boolean": spec in body must be of type integer,string: "boolean"'],
    ],
    ['null', text, null, ['spec: Invalid value: "null": spec in body must be of type string: "null"']],
    ['null where it is allowed', { ...text, nullable: true }, null, []],
    ['a required field', object({}, { required: ['a'] }), {}, ['spec.a: Required value']],
    [
      'an enumeration',
      { ...text, enum: ['a', 'b'] },
      'c',
      ['spec: Unsupported value: "c": supported values: "a", "b"'],
    ],
    ['a pattern', { ...text, pattern: '^a$' }, 'b', ['spec: Invalid value: "b": spec in body should match \'^a$\'']],
    ['a long text', { ...text, maxLength: 1 }, 'äö', ['spec: Too long: may not be more than 1 byte']],
    [
      'a short text',
      { ...text, minLength: 2 },
      '😀',
      ['spec: Invalid value: "😀": spec in body should be at least 2 chars long'],
    ],
    [
      'a maximum',
      { type: 'integer', maximum: 3, exclusiveMaximum: true },
      3,
      ['spec: Invalid value: 3: spec in body should be less than 3'],
    ],
    [
      'a minimum',
      { type: 'integer', minimum: 1 },
      0,
      ['spec: Invalid value: 0: spec in body should be greater than or equal to 1'],
    ],
    [
      'a format of integers',
      { type: 'integer', format: 'int32' },
      2 ** 31,
      ['<nil>: Invalid value: "": Checked value must be of type integer with format int32 in spec'],
    ],
    [
      'a format',
      { ...text, format: 'date-time' },
      'today',
      ['spec: Invalid value: "today": spec in body must be of type date-time: "today"'],
    ],
    ['a format that nobody knows', { ...text, format: 'bogus' }, 'x', []],
    [
      'a multiple',
      { type: 'integer', multipleOf: 2 },
      3,
      ['spec: Invalid value: 3: spec in body should be a multiple of 2'],
    ],
    ['too many items', { type: 'array', maxItems: 1 }, [1, 2], ['spec: Too many: 2: must have at most 1 item']],
    [
      'too few properties',
      { type: 'object', minProperties: 1 },
      {},
      ['spec: Invalid value: 0: spec in body should have at least 1 properties'],
    ],
    [
      'the items of a list',
      { type: 'array', items: { type: 'integer' } },
      [1, 'x'],
      ['spec[1]: Invalid value: "string": spec[1] in body must be of type integer: "string"'],
    ],
    [
      'a union that nothing fits, with what is wrong in the best of its branches',
      object({ a: text, b: text }, { anyOf: [{ required: ['a'] }, { required: ['b'] }] }),
      {},
      ['<nil>: Invalid value: "": "spec" must validate at least one schema (anyOf)', 'spec.a: Required value'],
    ],
    [
      'a union of which too much fits',
      object({ a: text, b: text }, { oneOf: [{ required: ['a'] }, { required: ['b'] }] }),
      { a: '', b: '' },
      ['<nil>: Invalid value: "": "spec" must validate one and only one schema (oneOf). Found 2 valid alternatives'],
    ],
    [
      'a negation',
      object({ a: text }, { not: { required: ['a'] } }),
      { a: '' },
      ['<nil>: Invalid value: "": "spec" must not validate the schema (not)'],
    ],
  ])('tells of %s', (_what, schema, value, expected) => {
    expect(findings(schema, value)).toEqual(expected);
  });

  it('forgives what was wrong before an update and did not change', () => {
    const schema = object({ a: { ...text, maxLength: 1 }, b: { ...text, maxLength: 1 } });
    expect(findings(schema, { a: 'long', b: 'long' }, { a: 'long', b: 'x' })).toEqual([
      'spec.b: Too long: may not be more than 1 byte',
    ]);
    const list = { type: 'array', items: { ...text, maxLength: 1 } };
    expect(findings(list, ['long', 'x'], ['long'])).toHaveLength(1);
  });

  it('forgives items with keys one by one', () => {
    const schema: JsonSchema = {
      type: 'array',
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['name'],
      items: object({ name: text, value: { ...text, maxLength: 1 } }),
    };
    const old = [{ name: 'a', value: 'long' }];
    expect(findings(schema, [{ name: 'b', value: 'long' }, ...old], old)).toEqual([
      'spec[0].value: Too long: may not be more than 1 byte',
    ]);
  });

  it('is bounded, whatever schema and value', () => {
    const deep = (depth: number): JsonSchema =>
      depth === 0 ? { minimum: 1 } : { anyOf: [deep(depth - 1), deep(depth - 1), deep(depth - 1)] };
    const errors = findings({ type: 'array', items: deep(8) }, new Array(2000).fill(0));
    expect(errors.at(-1)).toContain('validation takes more than');
  });

  it('is bounded, whatever a pattern asks for', () => {
    let seed = 1;
    const next = () => {
      seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0;
      return 'ab'[seed >>> 31]!;
    };
    const random = Array.from({ length: 100_000 }, next).join('');
    const hostile = { type: 'array', items: { type: 'string', pattern: '(a|b)*a(a|b){900}c' } };
    expect(findings(hostile, [random, 'c'])).toEqual([
      '<nil>: Invalid value: "": validation takes more than 500000 steps',
    ]);
    const properties = Object.fromEntries(
      Array.from({ length: 100 }, (_, index) => [`p${index}`, { ...text, pattern: `${index}${'a{1000}'.repeat(19)}` }]),
    );
    const many = Object.fromEntries(Object.keys(properties).map((name) => [name, 'x']));
    expect(findings({ type: 'object', properties }, many)).toEqual([
      '<nil>: Invalid value: "": validation takes more than 500000 steps',
    ]);
  });

  it('finds items of sets and maps that are there twice', () => {
    const set: JsonSchema = { type: 'array', 'x-kubernetes-list-type': 'set', items: text };
    const map: JsonSchema = {
      type: 'array',
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['a', 'b'],
      items: object({ a: text, b: text }),
    };
    const errors = validateListTypes(object({ set, map }), {
      set: ['x', 'y', 'x', 'x'],
      map: [{ a: '1', b: '2' }, { a: '1' }, { b: '2', a: '1' }],
    });
    expect(errors.map(({ field, message }) => `${field}: ${message}`)).toEqual([
      'set[2]: Duplicate value: "x"',
      'map[2]: Duplicate value: {"a":"1","b":"2"}',
    ]);
  });

  it('checks type and metadata of embedded resources', () => {
    const schema = object({ pod: { type: 'object', 'x-kubernetes-embedded-resource': true } });
    const errors = validateEmbedded(schema, { pod: { kind: 'Foo_', metadata: { labels: { 'a b': 'c' } } } });
    expect(errors.map(({ field }) => field)).toEqual(['pod.apiVersion', 'pod.kind', 'pod.metadata.labels']);
  });
});

describe('a structural schema', () => {
  it.each<[string, JsonSchema, string[]]>([
    ['has a type at the root', {}, ['s.type: Required value: must not be empty at the root']],
    ['is an object', { type: 'array', items: text }, ['s.type: Invalid value: "array": must be object at the root']],
    [
      'says what a list is of',
      withSpec({ type: 'array' }),
      ['s.properties[spec].items: Required value: must be specified'],
    ],
    [
      'has all types outside of unions',
      withSpec({ anyOf: [text, { type: 'boolean' }] }),
      [
        's.properties[spec].anyOf[0].type: Forbidden: must be empty to be structural',
        's.properties[spec].anyOf[1].type: Forbidden: must be empty to be structural',
        's.properties[spec].type: Required value: must not be empty for specified object fields',
      ],
    ],
    [
      'has all fields outside of unions',
      { type: 'object', not: { properties: { a: { minLength: 1 } } } },
      ['s.properties[a]: Required value: because it is defined in s.not.properties[a]'],
    ],
    [
      'may list the two types of int-or-string',
      withSpec({ 'x-kubernetes-int-or-string': true, anyOf: [{ type: 'integer' }, text] }),
      [],
    ],
    [
      'leaves metadata alone',
      object({ metadata: object({ labels: { type: 'object' } }) }),
      [
        's.properties[metadata]: Forbidden: must not specify anything other than name and generateName, but metadata is implicitly specified',
      ],
    ],
    [
      'has patterns that are regular expressions',
      withSpec({ ...text, pattern: '(' }),
      [
        's.properties[spec].pattern: Invalid value: "(": must be a valid regular expression, but isn\'t: error parsing regexp: missing closing ): `(`',
      ],
    ],
  ])('%s', (_what, schema, expected) => {
    expect(checkStructural(schema, 's').map(({ field, message }) => `${field}: ${message}`)).toEqual(expected);
  });

  it('has no references', () => {
    expect(unsupportedPart(withSpec({ $ref: '#/x' }))).toBe("OpenAPIV3Schema '$ref' is not supported");
  });
});
