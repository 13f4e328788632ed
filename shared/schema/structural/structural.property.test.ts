import fc from 'fast-check';
import { expect, it } from 'vitest';
import { applyDefaults } from '../default.ts';
import { checkStructural } from './check-structural.ts';
import type { JsonSchema } from './json-schema.ts';
import { validateListTypes } from './list-types.ts';
import { pruneResource } from './prune.ts';
import { resourceModel } from './to-model.ts';
import { compileValidator } from './validate-value.ts';

const names = fc.constantFrom('a', 'b', 'c', 'constructor');
const values = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.constantFrom<unknown>(null, true, 0, 1.5, -3, '', 'a', '2026-01-01'),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(names, tie('value'), { maxKeys: 3 }),
  ),
})).value;
const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined, freq: 1 });

const schemas = fc.letrec<{ schema: JsonSchema; restriction: JsonSchema }>((tie) => {
  const restrictions = {
    format: maybe(fc.constantFrom('date', 'int32', 'bogus')),
    enum: maybe(fc.constantFrom([1, 'a'], [null])),
    minimum: maybe(fc.constantFrom(-1, 0.5)),
    multipleOf: maybe(fc.constantFrom(0, 0.1, 2)),
    maxLength: maybe(fc.constant(0)),
    pattern: maybe(fc.constantFrom('^(a+)+$', '(')),
    maxItems: maybe(fc.constant(1)),
    required: maybe(fc.constant(['a'])),
  };
  const common = { nullable: maybe(fc.boolean()), default: maybe(fc.constantFrom(null, 1, 'a', { a: 1 }, [null])) };
  return {
    restriction: fc.oneof(
      { depthSize: 'small' },
      fc.record(restrictions),
      fc.record({ anyOf: fc.array(tie('restriction'), { maxLength: 2 }), not: maybe(tie('restriction')) }),
      fc.record({ items: tie('restriction'), properties: fc.dictionary(names, tie('restriction'), { maxKeys: 2 }) }),
    ),
    schema: fc.oneof(
      { depthSize: 'small' },
      fc.record({ type: fc.constantFrom('string', 'integer', 'number', 'boolean'), ...common, ...restrictions }),
      fc.record({ 'x-kubernetes-int-or-string': fc.constant(true), ...restrictions }),
      fc.record({
        type: fc.constant('array'),
        items: maybe(tie('schema')),
        'x-kubernetes-list-type': maybe(fc.constantFrom('set', 'map', 'atomic')),
        'x-kubernetes-list-map-keys': maybe(fc.constant(['a'])),
        ...common,
      }),
      fc.record({
        type: maybe(fc.constant('object')),
        properties: maybe(fc.dictionary(names, tie('schema'), { maxKeys: 3 })),
        additionalProperties: maybe(fc.oneof(fc.boolean(), tie('schema'))),
        'x-kubernetes-preserve-unknown-fields': maybe(fc.constant(true)),
        'x-kubernetes-embedded-resource': maybe(fc.constant(true)),
        oneOf: maybe(fc.array(tie('restriction'), { maxLength: 2 })),
        ...common,
      }),
    ),
  };
}).schema;

const resources = fc.dictionary(names, values, { maxKeys: 3 });

/** The resource as it is read, or undefined if its metadata cannot be. */
function pruned(schema: JsonSchema, resource: Record<string, unknown>): Record<string, unknown> | undefined {
  const value = structuredClone(resource);
  try {
    pruneResource(resourceModel(schema), value);
    return value;
  } catch (error) {
    if (error instanceof Error && error.name === 'TypeMismatch') return undefined;
    throw error;
  }
}

it('pruning a second time changes nothing, and finds nothing unknown', () => {
  fc.assert(
    fc.property(schemas, resources, (schema, resource) => {
      const once = pruned(schema, resource);
      if (!once) return;
      const again = structuredClone(once);
      expect(pruneResource(resourceModel(schema), again).unknown).toEqual([]);
      expect(again).toEqual(once);
    }),
  );
});

it('defaulting a second time changes nothing', () => {
  fc.assert(
    fc.property(schemas, resources, (schema, resource) => {
      const once = pruned(schema, resource);
      if (!once) return;
      const model = resourceModel(schema);
      applyDefaults(model, once);
      const again = structuredClone(once);
      applyDefaults(model, again);
      expect(again).toEqual(once);
    }),
  );
});

it('validation never throws, and finds the same every time', () => {
  fc.assert(
    fc.property(schemas, values, values, (schema, value, old) => {
      checkStructural(schema, 's');
      const validator = compileValidator(schema);
      const errors = validator.validate(value);
      expect(validator.validate(value)).toEqual(errors);
      validator.validate(value, { old: { value: old } });
      validateListTypes(schema, value);
    }),
  );
});
