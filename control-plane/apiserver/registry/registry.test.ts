import { beforeEach, describe, expect, test } from 'vitest';
import configMap from '../../../shared/kinds/config-map.ts';
import namespace from '../../../shared/kinds/namespace.ts';
import serviceAccount from '../../../shared/kinds/service-account.ts';
import { RegistryFixture, refusal } from './testing/fixture.ts';

let cluster: RegistryFixture;
beforeEach(() => {
  cluster = new RegistryFixture([namespace, configMap, serviceAccount]);
  cluster.create('namespaces', { metadata: { name: 'default' } });
});

describe('create', () => {
  test('stamps the object and stores exactly what it answers', () => {
    const { code, body } = cluster.create('configmaps', { metadata: { name: 'c1' }, data: { a: '1' } });
    expect(code).toBe(201);
    expect(body).toMatchObject({
      kind: 'ConfigMap',
      apiVersion: 'v1',
      metadata: { name: 'c1', namespace: 'default', resourceVersion: '2', creationTimestamp: '2026-01-02T03:04:05Z' },
    });
    expect(cluster.get('configmaps', 'c1')).toEqual(body);
  });
});
