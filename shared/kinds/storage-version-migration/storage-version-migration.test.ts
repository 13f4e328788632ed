import { expect, test } from 'vitest';
import storageVersionMigration from '../storage-version-migration.ts';
import { cells, refusals } from '../testing/submit.ts';

const migration = (resource: object, status: object = {}) => ({ metadata: { name: 'x' }, spec: { resource }, status });

test('a migration is of one resource, for good', () => {
  expect(refusals(storageVersionMigration, migration({}))).toEqual([
    'spec.resource.resource: Required value: resource is required to be set',
  ]);
  const [next, old] = [migration({ resource: 'pods' }), migration({ resource: 'secrets' })];
  expect(refusals(storageVersionMigration, next, { old })[0]).toMatch(/field is immutable$/);
});

test('a migration ends once, in one way', () => {
  const ended = (...types: string[]) => {
    const conditions = types.map((type) => ({
      type,
      status: 'True',
      reason: 'Test',
      message: '',
      lastTransitionTime: '2026-01-01T00:00:00Z',
    }));
    return migration({ group: 'apps', resource: 'deployments' }, { conditions });
  };
  const messages = (next: object, old: object) =>
    storageVersionMigration.strategy.validateStatusUpdate!(next as never, old as never).map(({ message }) => message);
  expect(messages(ended('Succeeded'), ended())).toEqual([]);
  expect(messages(ended('Succeeded', 'Failed'), ended())).toHaveLength(1);
  expect(messages(ended(), ended('Failed'))).toHaveLength(1);
  expect(cells(storageVersionMigration, ended('Running', 'Succeeded'))).toMatchObject({
    Resource: 'deployments.apps',
    Status: 'Succeeded',
  });
});
