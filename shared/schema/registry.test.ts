import { describe, expect, it } from 'vitest';
import { atomicFields, atomicTypes } from './facts/atomic.ts';
import { defaults } from './facts/defaults.ts';
import { enums } from './facts/enums.ts';
import { lists } from './facts/lists.ts';
import { openFields, quantities } from './facts/scalars.ts';
import type { ArraySchema, MapSchema, ObjectSchema } from './model.ts';
import { hasSchema, openapiNameOf, schemaFor, schemaNames } from './registry.ts';

describe('schemaFor', () => {
  it('builds every type', () => {
    for (const name of schemaNames()) expect(schemaFor(name).name).toBe(name);
  });

  it('gives one node per type, so that recursive types are cycles', () => {
    const properties = schemaFor('V1JSONSchemaProps').fields.properties!.schema as MapSchema;
    expect(properties.type).toBe('map');
    expect(properties.values).toBe(schemaFor('V1JSONSchemaProps'));
    expect((schemaFor('V1Pod').fields.spec!.schema as ObjectSchema).fields).toBe(schemaFor('V1PodSpec').fields);
  });

  it('knows how lists combine', () => {
    const { ports } = schemaFor('V1Container').fields;
    expect(ports).toMatchObject({ patchStrategy: ['merge'], patchMergeKey: 'containerPort' });
    expect(ports!.schema as ArraySchema).toMatchObject({ listType: 'map', listMapKeys: ['containerPort', 'protocol'] });
    expect(schemaFor('V1Container').fields.args!.schema).toEqual({ type: 'array', items: { type: 'string' } });
  });

  it('derives list types', () => {
    expect((schemaFor('V1PodList').fields.items!.schema as ArraySchema).items).toBe(schemaFor('V1Pod'));
    expect(openapiNameOf('CoreV1EventList')).toBe('io.k8s.api.core.v1.EventList');
    expect(hasSchema('V1PodListList')).toBe(false);
  });

  it('refuses names that are not in the tables', () => {
    expect(() => schemaFor('constructor')).toThrow('no schema named constructor');
  });
});

describe('facts', () => {
  const byField = { lists, defaults, quantities: listed(quantities), openFields, atomicFields: listed(atomicFields) };

  it.each(Object.entries(byField))('%s are about fields that exist', (_, facts) => {
    const named = Object.entries(facts).flatMap(([model, fields]) =>
      Object.keys(fields).map((field) => [model, field]),
    );
    expect(named.filter(([model, field]) => !schemaFor(model!).fields[field!])).toEqual([]);
  });

  it('are about types and enum fields that exist', () => {
    for (const model of atomicTypes) expect(schemaFor(model).atomic).toBe(true);
    const fields = enums.flatMap((fact) => fact.fields.map((field) => field.split('.')));
    expect(fields.filter(([model, field]) => !schemaFor(model!).fields[field!])).toEqual([]);
  });

  it('give defaults of the type of their field and, where it is an enum, of its values', () => {
    for (const [model, fields] of Object.entries(defaults)) {
      for (const [field, value] of Object.entries(fields)) {
        const { schema } = schemaFor(model).fields[field]!;
        // A list that Go writes even when it is empty.
        if (value === null) continue;
        expect([model, field, typeof value]).toEqual([
          model,
          field,
          { integer: 'number' }[schema.type as string] ?? schema.type,
        ]);
        if ('enum' in schema && schema.enum) expect(schema.enum).toContain(value);
      }
    }
  });

  function listed(facts: Readonly<Record<string, readonly string[]>>): Record<string, Record<string, true>> {
    return Object.fromEntries(
      Object.entries(facts).map(([model, fields]) => [model, Object.fromEntries(fields.map((field) => [field, true]))]),
    );
  }
});
