import fc from 'fast-check';
import { expect, it } from 'vitest';
import { isJsonObject } from '../../shared/api/json.ts';
import { aDefinition, CustomCluster, cronTab, cronTabsPath, definitionsPath } from './testing/custom-resources.ts';

const keywords = fc.constantFrom(
  ...['type', 'properties', 'additionalProperties', 'items', 'default', 'nullable', 'enum', 'required', 'pattern'],
  ...['format', 'anyOf', 'allOf', 'not', 'maxLength', 'minimum', 'multipleOf', 'x-kubernetes-list-type', '$ref'],
  ...['x-kubernetes-list-map-keys', 'x-kubernetes-map-type', 'x-kubernetes-validations', 'x-kubernetes-int-or-string'],
  ...['x-kubernetes-preserve-unknown-fields', 'x-kubernetes-embedded-resource', 'spec', 'metadata', 'status', 'a'],
);
const words = fc.constantFrom(
  ...[
    'object',
    'array',
    'string',
    'integer',
    'boolean',
    'map',
    'set',
    'atomic',
    'date-time',
    '^a+$',
    '(',
    '',
    'a',
    'spec',
  ],
  ...['self.a == oldSelf.a', 'self', 'size(self) > 1'],
);
const scalar = fc.oneof(words, fc.boolean(), fc.constantFrom(0, 1, -1, 1.5, null));

/** Anything that looks a little like a schema. */
const schemaLike = fc.letrec((tie) => ({
  node: fc.oneof(
    { maxDepth: 5, withCrossShrink: true },
    scalar,
    fc.dictionary(keywords, tie('node'), { maxKeys: 4 }),
    fc.array(tie('node'), { maxLength: 2 }),
    fc.record({ rule: words, message: words }, { requiredKeys: ['rule'] }),
    fc.record(
      { type: fc.constantFrom('object', 'array', 'string'), properties: tie('members'), items: tie('node') },
      { requiredKeys: ['type'] },
    ),
  ),
  members: fc.dictionary(keywords, tie('node'), { maxKeys: 3 }),
})).node;

/** Mostly accepted: what it says of values is of the right form. */
const soundSchema = fc.letrec((tie) => {
  const node = tie('node');
  return {
    node: fc.oneof(
      { maxDepth: 4, withCrossShrink: true },
      fc.record(
        {
          type: fc.constantFrom('string', 'integer', 'boolean'),
          nullable: fc.boolean(),
          format: fc.constantFrom('date', 'x'),
        },
        { requiredKeys: ['type'] },
      ),
      fc.constant({ 'x-kubernetes-int-or-string': true }),
      fc.constant({ 'x-kubernetes-preserve-unknown-fields': true }),
      fc.record({ type: fc.constant('array'), items: node, maxItems: fc.nat(3) }, { requiredKeys: ['type', 'items'] }),
      fc.record({ type: fc.constant('object'), additionalProperties: node }),
      fc.record(
        {
          type: fc.constant('object'),
          properties: fc.dictionary(fc.constantFrom('a', 'spec', 'type'), node, { maxKeys: 2 }),
          required: fc.constant(['a']),
          'x-kubernetes-validations': fc.constantFrom([{ rule: 'has(self.a)' }], [{ rule: 'self == oldSelf' }], []),
        },
        { requiredKeys: ['type', 'properties'] },
      ),
    ),
  };
}).node;

const fields = fc.constantFrom('group', 'scope', 'names', 'versions', 'conversion', 'preserveUnknownFields');

it('no definition and no custom resource is an error of the server', async () => {
  const cluster = await CustomCluster.create();
  let round = 0;
  let accepted = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.oneof(schemaLike, { arbitrary: soundSchema, weight: 3 }),
      fc.option(fc.tuple(fields, schemaLike), { freq: 1 }),
      schemaLike,
      async (spec, damage, value) => {
        const plural = `k${++round}s`;
        const openAPIV3Schema = { type: 'object', properties: { spec } };
        const names = { plural, kind: `K${round}` };
        const body = aDefinition({ schema: { openAPIV3Schema } }, { names }) as { spec: Record<string, unknown> };
        if (damage) body.spec[damage[0]] = damage[1];
        const created = await cluster.call('POST', definitionsPath, body);
        expect(created.status, created.text).toBeLessThan(500);
        if (created.status !== 201) return;
        accepted++;
        const path = cronTabsPath.replace('crontabs', plural);
        const object = { ...cronTab(value as never), kind: `K${round}` };
        for (const query of ['', '?fieldValidation=Strict']) {
          const reply = await cluster.call('POST', path + query, object);
          expect(reply.status, reply.text).toBeLessThan(500);
        }
        const patched = await cluster.merge(`${path}/c`, { spec: value });
        expect(patched.status, patched.text).toBeLessThan(500);
        const applied = await cluster.apply(`${path}/c`, { ...object, spec: isJsonObject(value) ? value : {} });
        expect(applied.status, applied.text).toBeLessThan(500);
        const document = await cluster.call('GET', path);
        expect(document.status, document.text).toBe(200);
        await cluster.call('DELETE', `${definitionsPath}/${plural}.stable.example.com`);
      },
    ),
    { numRuns: 80 },
  );
  expect(accepted).toBeGreaterThan(5);
  expect(cluster.fixture.errors).toEqual([]);
}, 120_000);
