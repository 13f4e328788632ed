import { runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { expect, it } from 'vitest';
import type { Store, StoreTransaction } from '../../control-plane/store/store.ts';
import { deleteObject, putObject } from '../../control-plane/store/testing/objects.ts';

/** Rows written by the platform's own counter, index entries included: this is what is billed. */
async function withCosts(test: (cost: (work: (tx: StoreTransaction) => void) => number, store: Store) => void) {
  await runInDurableObject(env.STORE.get(env.STORE.newUniqueId()), ({ store }) => {
    const cost = (work: (tx: StoreTransaction) => void) => {
      const before = store.counters.rowsWritten;
      store.transaction(work);
      return store.counters.rowsWritten - before;
    };
    cost((tx) => putObject(tx, 'first'));
    test(cost, store);
  });
}

const onNode = { nodeName: 'n1', owners: ['o1'] };

it('[S12] a write costs the object and a log row, an owner, a claim and a changed node one row each', () =>
  withCosts((cost) => {
    expect(cost((tx) => putObject(tx, 'plain'))).toBe(2);
    expect(cost((tx) => putObject(tx, 'plain', { content: 'changed' }))).toBe(2);
    expect(cost((tx) => deleteObject(tx, 'plain'))).toBe(2);
    expect(cost((tx) => putObject(tx, 'service', { claims: ['port/1'] }))).toBe(3);
    expect(cost((tx) => putObject(tx, 'pod', { owners: ['o1'] }))).toBe(3);
    expect(cost((tx) => putObject(tx, 'pod', onNode))).toBe(3);
    expect(cost((tx) => putObject(tx, 'pod', { ...onNode, content: 'running' }))).toBe(2);
    expect(cost((tx) => deleteObject(tx, 'pod'))).toBe(3);
  }));

it('[S12] the objects of one transaction share its log row', () =>
  withCosts((cost) => {
    const names = Array.from({ length: 50 }, (_, index) => `pod-${index}`);
    expect(
      cost((tx) => {
        for (const name of names) putObject(tx, name);
      }),
    ).toBe(51);
  }));

it('[S12] compaction costs rows by the segment, not by the entry', () =>
  withCosts((cost, store) => {
    for (let index = 0; index < 1000; index++) cost((tx) => putObject(tx, 'busy', { content: String(index) }));
    const before = store.counters.rowsWritten;
    store.compact({ beforeMs: Date.now() + 1000, keepRows: 0 });
    expect(store.compactedRevision).toBe(store.revision);
    expect(store.counters.rowsWritten - before).toBeLessThanOrEqual(10);
  }));

it('[S12] a point list by node, by owner and a page read only what they return', () =>
  withCosts((cost, store) => {
    cost((tx) => {
      for (let index = 0; index < 300; index++)
        putObject(tx, `p${index}`, { nodeName: `n${index % 100}`, owners: [`o${index % 100}`] });
    });
    const reads = (query: Partial<Parameters<Store['list']>[0]>) => {
      const before = store.counters.rowsRead;
      store.list({ resource: 'pods', ...query });
      return store.counters.rowsRead - before;
    };
    expect(reads({ nodeName: 'n5' })).toBeLessThanOrEqual(9);
    expect(reads({ nodeName: 'n5', namespace: 'default' })).toBeLessThanOrEqual(9);
    expect(reads({ owner: 'o5' })).toBeLessThanOrEqual(9);
    const after = { namespace: 'default', name: 'p98' };
    expect(reads({ after })).toBeLessThanOrEqual(5);
    expect(reads({ after, namespace: 'default' })).toBeLessThanOrEqual(5);
  }));
