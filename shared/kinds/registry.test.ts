import { describe, expect, it } from 'vitest';
import type { ObjectSchema } from '../schema/model.ts';
import { schemaFor, schemaOf } from '../schema/registry.ts';
import type { KindDefinition } from './define-kind.ts';
import { builtInKinds } from './index.generated.ts';
import { KindRegistry } from './registry.ts';

const schema: ObjectSchema = { type: 'object', fields: {} };

function aKind(overrides: Partial<KindDefinition> = {}): KindDefinition {
  return {
    group: 'stable.example.com',
    version: 'v1',
    kind: 'CronTab',
    plural: 'crontabs',
    singular: 'crontab',
    scope: 'Namespaced',
    schema,
    strategy: { validate: () => [] },
    columns: [],
    ...overrides,
  };
}

describe('a registry of kinds', () => {
  it('finds a kind that was added by all of its names, and none that was removed', () => {
    const kinds = new KindRegistry(builtInKinds);
    const kind = aKind();
    kinds.add(kind);
    expect(kinds.byResource('crontabs.stable.example.com')).toBe(kind);
    expect(kinds.byPath('stable.example.com', 'v1', 'crontabs')).toBe(kind);
    expect(kinds.byKind('stable.example.com/v1', 'CronTab')).toBe(kind);
    expect(kinds.all()).toContain(kind);
    kinds.remove(kind);
    expect(kinds.byResource('crontabs.stable.example.com')).toBeUndefined();
    expect(kinds.byPath('stable.example.com', 'v1', 'crontabs')).toBeUndefined();
    expect(kinds.all()).toHaveLength(builtInKinds.length);
  });

  it('tells of a replacement once, and keeps what has taken the place of a removed kind', () => {
    const kinds = new KindRegistry([]);
    const [first, second] = [aKind(), aKind({ shortNames: ['ct'] })];
    kinds.add(first);
    let changes = 0;
    kinds.onChange(() => changes++);
    kinds.replace([first], [second]);
    kinds.remove(first);
    expect(changes).toBe(2);
    expect(kinds.all()).toEqual([second]);
  });

  it('gives the schema of a kind whether it has its own or names one', () => {
    expect(schemaOf(aKind())).toBe(schema);
    expect(schemaOf(aKind({ schema: 'V1Pod' }))).toBe(schemaFor('V1Pod'));
  });
});
