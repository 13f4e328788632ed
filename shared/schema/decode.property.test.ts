import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { StatusError } from '../api/errors.ts';
import { pathText } from './check-types.ts';
import { decode } from './decode.ts';
import { applyDefaults } from './default.ts';
import { findDuplicates, hasDuplicates } from './duplicates.ts';
import type { Schema } from './model.ts';
import { schemaFor } from './registry.ts';

const kinds = [
  'V1Pod',
  'V1Node',
  'V1Service',
  'V1Secret',
  'CoreV1Event',
  'V1ReplicationController',
  'V1JSONSchemaProps',
];

/** Documents that mostly follow a schema: right names, often right types. */
function documentOf(schema: Schema, depth: number): fc.Arbitrary<unknown> {
  const anything = fc.jsonValue({ maxDepth: 1 });
  if (depth === 0) return anything;
  return fc.oneof({ arbitrary: fitting(schema, depth), weight: 12 }, { arbitrary: anything, weight: 1 });
}

function fitting(schema: Schema, depth: number): fc.Arbitrary<unknown> {
  switch (schema.type) {
    case 'object': {
      const fields = Object.entries(schema.fields);
      if (fields.length === 0) return fc.constant({});
      return fc
        .subarray(fields, { maxLength: Math.min(4, fields.length) })
        .chain((some) =>
          fc.record(Object.fromEntries(some.map(([name, field]) => [name, documentOf(field.schema, depth - 1)]))),
        );
    }
    case 'array':
      return fc.array(documentOf(schema.items, depth - 1), { maxLength: 2 });
    case 'map':
      return fc.dictionary(fc.string({ maxLength: 5 }), documentOf(schema.values, depth - 1), { maxKeys: 2 });
    case 'boolean':
      return fc.boolean();
    case 'integer':
      return fc.integer();
    default:
      return fc.oneof(
        fc.constantFrom('1', '64Mi', 'YQ==', '2026-01-02T03:04:05Z', '2026-01-02T03:04:05.000001Z'),
        fc.string({ maxLength: 5 }),
      );
  }
}

describe('decode', () => {
  it.each(kinds)('answers any %s with an object or a 400, and changes nothing the second time', (kind) => {
    const schema = schemaFor(kind);
    fc.assert(
      fc.property(documentOf(schema, 5), (document) => {
        const raw = JSON.stringify(document);
        const first = attempt(() => decode(schema, JSON.parse(raw), { raw }));
        if (!first) return;
        applyDefaults(schema, first.value);
        const text = JSON.stringify(first.value);
        const second = decode(schema, JSON.parse(text), { raw: text, fieldValidation: 'Strict' });
        applyDefaults(schema, second.value);
        expect(JSON.stringify(second.value)).toBe(text);
      }),
      { numRuns: 150 },
    );
  });
});

describe('findDuplicates', () => {
  const schema: Schema = { type: 'map', values: { type: 'map', values: { type: 'any' } } };
  const key = fc.oneof(fc.constantFrom('a', 'b', 'c"', '\\', ':', '{'), fc.string({ maxLength: 3 }));

  it('finds exactly the keys that a text repeats', () => {
    const members = fc.array(fc.tuple(key, fc.array(fc.tuple(key, fc.jsonValue({ maxDepth: 2 })), { maxLength: 4 })), {
      maxLength: 4,
    });
    fc.assert(
      fc.property(members, fc.boolean(), (outer, spaced) => {
        const gap = spaced ? ' \n' : '';
        const write = (pairs: (readonly [string, string])[]): string =>
          `{${gap}${pairs.map(([name, text]) => `${JSON.stringify(name)}${gap}:${gap}${text}`).join(`${gap},${gap}`)}${gap}}`;
        const text = write(
          outer.map(
            ([name, inner]) => [name, write(inner.map(([sub, value]) => [sub, JSON.stringify(value)]))] as const,
          ),
        );
        const paths = [
          ...repeats(outer.map(([name]) => name)).map((name) => [name]),
          ...outer.flatMap(([name, inner]) => repeats(inner.map(([sub]) => sub)).map((sub) => [name, sub])),
        ];
        const expected = new Set(paths.map((path) => `duplicate field "${pathText(path)}"`));
        expect(new Set(findDuplicates(schema, text))).toEqual(expected);
        expect(hasDuplicates(text, JSON.parse(text))).toBe(expected.size > 0);
      }),
    );
  });
});

function repeats(keys: string[]): string[] {
  return keys.filter((key, index) => keys.indexOf(key) !== index);
}

function attempt<T>(run: () => T): T | undefined {
  try {
    return run();
  } catch (error) {
    if (error instanceof StatusError && error.code === 400) return undefined;
    throw error;
  }
}
