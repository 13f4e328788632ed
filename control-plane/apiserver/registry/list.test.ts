import { beforeEach, describe, expect, test } from 'vitest';
import { encodeList } from './encoding.ts';
import { RegistryFixture, refusal } from './testing/fixture.ts';
import { testKinds } from './testing/kinds.ts';
import { configMap, pod } from './testing/objects.ts';

let cluster: RegistryFixture;
beforeEach(() => {
  cluster = new RegistryFixture(testKinds);
  cluster.create('namespaces', { metadata: { name: 'default' } });
});

describe('list', () => {
  beforeEach(() => {
    for (const name of ['a', 'b', 'c', 'd', 'e']) cluster.create('configmaps', configMap(name));
  });

  test('is put together from stored texts, items without their type', () => {
    const answer = JSON.parse(encodeList(cluster.list('configmaps', { limit: 2 })));
    expect(answer).toMatchObject({ kind: 'ConfigMapList', apiVersion: 'v1' });
    const { kind: _kind, apiVersion: _apiVersion, ...first } = cluster.get('configmaps', 'a');
    expect(answer.items[0]).toEqual(first);
  });

  test('pages show one revision, whatever happens between them', () => {
    const first = cluster.list('configmaps', { limit: 2 });
    expect(first.metadata).toMatchObject({ resourceVersion: String(cluster.revision), remainingItemCount: 3 });
    cluster.delete('configmaps', 'c');
    cluster.create('configmaps', configMap('cc'));
    const second = cluster.list('configmaps', { limit: 2, continue: first.metadata.continue });
    expect(second.items.map(({ key }) => key.name)).toEqual(['c', 'd']);
    expect(second.metadata).toMatchObject({ resourceVersion: first.metadata.resourceVersion, remainingItemCount: 1 });
    const third = cluster.list('configmaps', { limit: 2, continue: second.metadata.continue });
    expect(third.metadata).toEqual({ resourceVersion: first.metadata.resourceVersion });
    expect(third.items.map(({ key }) => key.name)).toEqual(['e']);
  });

  test('a page of a list that has been compacted away: 410 with a token that goes on', () => {
    const { metadata } = cluster.list('configmaps', { limit: 2 });
    cluster.create('configmaps', configMap('cc'));
    cluster.nowMs += 3_600_000;
    cluster.create('configmaps', configMap('z'));
    cluster.store.compact({ beforeMs: cluster.nowMs, keepRows: 0 });
    const status = refusal(() => cluster.list('configmaps', { limit: 2, continue: metadata.continue })).toStatus();
    expect(status).toMatchObject({ code: 410, reason: 'Expired', metadata: { continue: expect.any(String) } });
    const token = (status.metadata as { continue?: string }).continue;
    expect(cluster.names('configmaps', { continue: token })).toEqual(['c', 'cc', 'd', 'e', 'z']);
  });

  test('selectors', () => {
    cluster.create('pods', pod('p1', { nodeName: 'n1' }));
    cluster.create('pods', { ...pod('p2'), metadata: { name: 'p2', labels: { app: 'x' } } });
    expect(cluster.names('pods', { fieldSelector: 'spec.nodeName=n1' })).toEqual(['p1']);
    expect(cluster.names('pods', { fieldSelector: 'spec.nodeName=' })).toEqual(['p2']);
    expect(cluster.names('pods', { fieldSelector: 'spec.nodeName=n1,status.phase!=Pending' })).toEqual([]);
    expect(cluster.names('pods', { fieldSelector: 'metadata.name=p2', namespace: '' })).toEqual(['p2']);
    expect(cluster.names('pods', { fieldSelector: 'metadata.name=p2,status.phase=Running' })).toEqual([]);
    expect(cluster.names('pods', { fieldSelector: 'metadata.namespace=other', namespace: '' })).toEqual([]);
    expect(cluster.names('pods', { labelSelector: 'app in (x)' })).toEqual(['p2']);
    expect(cluster.list('pods', { labelSelector: '!none', limit: 1 }).metadata).not.toHaveProperty(
      'remainingItemCount',
    );
  });

  test.each([
    [
      { fieldSelector: 'data.a=1' },
      400,
      '"data.a" is not a known field selector: only "metadata.name", "metadata.namespace"',
    ],
    [{ resourceVersion: 'abc' }, 400, /^invalid resource version: .*parsing "abc": invalid syntax$/],
    [{ resourceVersion: '999999' }, 504, /^Timeout: Too large resource version: 999999, current: \d+$/],
    [
      { resourceVersionMatch: 'Exact' },
      422,
      'ListOptions.meta.k8s.io "" is invalid: resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden unless resourceVersion is provided',
    ],
    [{ continue: 'garbage' }, 400, /^invalid continue token: continue key is not valid/],
    [{ continue: btoa('{"v":"meta.k8s.io/v1","rv":0}') }, 400, /^invalid continue token/],
  ])('refuses %j', (query, code, message) => {
    const error = refusal(() => cluster.list('configmaps', query));
    expect(error.code).toBe(code);
    expect(error.message).toMatch(message);
  });

  test('an exact revision shows the past', () => {
    const then = cluster.revision;
    cluster.delete('configmaps', 'a');
    const past = { resourceVersion: String(then), resourceVersionMatch: 'Exact' };
    expect(cluster.names('configmaps', past)).toContain('a');
    expect(cluster.names('configmaps', { resourceVersion: String(then) })).not.toContain('a');
  });
});
