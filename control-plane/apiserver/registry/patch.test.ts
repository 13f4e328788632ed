import { beforeEach, describe, expect, test } from 'vitest';
import type { Pod } from '../../../shared/api/object.ts';
import { RegistryFixture, refusal } from './testing/fixture.ts';
import { testKinds } from './testing/kinds.ts';
import { pod } from './testing/objects.ts';

let cluster: RegistryFixture;
beforeEach(() => {
  cluster = new RegistryFixture(testKinds);
  cluster.create('namespaces', { metadata: { name: 'default' } });
});

describe('patch', () => {
  beforeEach(() => cluster.create('pods', { ...pod('p1'), metadata: { name: 'p1', labels: { a: '1' } } }));

  test('each type', () => {
    const json = [{ op: 'add', path: '/metadata/labels/j', value: 'v' }];
    expect(cluster.patch('pods', 'p1', 'json', json).body.metadata.labels).toEqual({ a: '1', j: 'v' });
    const merge = { metadata: { labels: { j: null, m: '1' } } };
    expect(cluster.patch('pods', 'p1', 'merge', merge).body.metadata.labels).toEqual({ a: '1', m: '1' });
    const strategic = { spec: { containers: [{ name: 'c', image: 'busybox:2' }] } };
    const { spec } = cluster.patch('pods', 'p1', 'strategic', strategic).body as Pod;
    expect(spec?.containers).toMatchObject([{ name: 'c', image: 'busybox:2' }]);
  });

  test.each([
    [
      'merge',
      { metadata: { name: 'other' } },
      400,
      'the name of the object (other) does not match the name on the URL (p1)',
    ],
    ['merge', { kind: 'ConfigMap' }, 422, /^ "" is invalid: patch: Invalid value: .*unknown conversion$/],
    ['merge', { spec: { containers: 'x' } }, 422, /^ "" is invalid: patch: Invalid value: /],
    ['merge', { metadata: { resourceVersion: '1' } }, 409, /the object has been modified/],
    ['json', { not: 'list' }, 400, /^error decoding patch/],
    ['json', [{ op: 'test', path: '/metadata/name', value: 'x' }], 422, /^the server rejected our request/],
  ] as const)('refuses %s %j', (type, body, code, message) => {
    const before = cluster.revision;
    const error = refusal(() => cluster.patch('pods', 'p1', type, body));
    expect(error.code).toBe(code);
    expect(error.message).toMatch(message);
    expect(cluster.revision).toBe(before);
  });

  test('nothing to patch is 404, whatever the patch', () => {
    expect(refusal(() => cluster.patch('pods', 'none', 'json', { not: 'list' })).code).toBe(404);
  });
});
