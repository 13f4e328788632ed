import fc from 'fast-check';
import { beforeEach, expect, test } from 'vitest';
import type { ObjectKey } from '../../shared/api/object.ts';
import { builtInKinds } from '../../shared/kinds/index.generated.ts';
import { KindRegistry } from '../../shared/kinds/registry.ts';
import { createStore } from '../store/create-store.ts';
import type { Store } from '../store/store.ts';
import { openNodeDatabase } from '../store/testing/node-sqlite.ts';
import { aKey, deleteObject } from '../store/testing/objects.ts';
import { ReferenceIndex } from './reference-index.ts';

const kinds = new KindRegistry(builtInKinds);
let store: Store;
let index: ReferenceIndex;
beforeEach(() => {
  store = createStore({ sql: openNodeDatabase(), now: () => 0, segments: { revisions: 50 } });
  index = new ReferenceIndex({ store, kinds });
});

function configMap(name: string): ObjectKey {
  return { resource: 'configmaps', namespace: 'default', name };
}

function putPod(name: string, { node, configMaps }: { node?: string; configMaps: readonly string[] }): void {
  const volumes = configMaps.map((of) => ({ name: of, configMap: { name: of } }));
  const spec = { containers: [{ name: 'a', image: 'b' }], volumes, ...(node ? { nodeName: node } : {}) };
  const json = JSON.stringify({ metadata: { name, namespace: 'default' }, spec });
  const entry = { key: aKey(name), uid: name, json, labels: {}, owners: [], claims: [] };
  store.transaction((tx) => tx.put({ ...entry, nodeName: node }));
}

test('names each node once, and no Pod that is not bound', () => {
  putPod('one', { node: 'n1', configMaps: ['a', 'b'] });
  putPod('two', { node: 'n1', configMaps: ['a'] });
  putPod('pending', { configMaps: ['a'] });
  expect(index.nodesReferring(configMap('a'))).toEqual(['n1']);
  expect(index.nodesReferring(configMap('b'))).toEqual(['n1']);
  expect(index.nodesReferring(configMap('c'))).toEqual([]);
  expect(index.nodesReferring({ ...configMap('a'), namespace: 'other' })).toEqual([]);
  expect(index.nodesReferring({ ...configMap('a'), resource: 'secrets' })).toEqual([]);
});

const pods = ['p1', 'p2', 'p3', 'p4'];
const state = fc.record({
  pod: fc.constantFrom(...pods),
  node: fc.option(fc.constantFrom('n1', 'n2'), { nil: undefined }),
  configMaps: fc.uniqueArray(fc.constantFrom('a', 'b', 'c')),
  isDeleted: fc.boolean(),
  isAsked: fc.boolean(),
  isCompacted: fc.boolean(),
});

test('says what reading all Pods would, whenever it is asked and whatever has been compacted', () => {
  fc.assert(
    fc.property(fc.array(state, { maxLength: 30 }), (states) => {
      store = createStore({ sql: openNodeDatabase(), now: () => 0, segments: { revisions: 3 }, recentUnits: 0 });
      index = new ReferenceIndex({ store, kinds });
      const expected = new Map<string, { node?: string; configMaps: readonly string[] }>();
      for (const { pod, node, configMaps, isDeleted, isAsked, isCompacted } of states) {
        if (!isDeleted) {
          putPod(pod, { ...(node ? { node } : {}), configMaps });
          expected.set(pod, { ...(node ? { node } : {}), configMaps });
        } else if (expected.delete(pod)) {
          store.transaction((tx) => deleteObject(tx, pod));
        }
        if (isCompacted) store.compact({ beforeMs: 1, keepRows: 0 });
        if (!isAsked) continue;
        for (const name of ['a', 'b', 'c']) {
          const referring = [...expected.values()].filter(({ configMaps: names }) => names.includes(name));
          const nodes = new Set(referring.flatMap(({ node: bound }) => bound ?? []));
          expect(new Set(index.nodesReferring(configMap(name)))).toEqual(nodes);
        }
      }
    }),
  );
});

test('reads only what has changed since it was last asked', () => {
  for (let i = 0; i < 600; i++) putPod(`p${i}`, { node: `n${i % 3}`, configMaps: ['a'] });
  let lists = 0;
  const counted = new ReferenceIndex({
    kinds,
    store: {
      get revision() {
        return store.revision;
      },
      changes: (query) => store.changes(query),
      list: (query) => {
        lists++;
        return store.list(query);
      },
    },
  });
  expect(counted.nodesReferring(configMap('a')).sort()).toEqual(['n0', 'n1', 'n2']);
  const afterFirst = lists;
  putPod('late', { node: 'n9', configMaps: ['a'] });
  expect(counted.nodesReferring(configMap('a'))).toContain('n9');
  expect(lists).toBe(afterFirst);
});
