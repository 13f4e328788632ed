import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { ObjectKey } from '../../shared/api/object.ts';
import { createStore } from './create-store.ts';
import type { SqlDatabase } from './database.ts';
import type { WithDatabase } from './store.contract.ts';
import type { Store, StoreListQuery } from './store.ts';
import { ModelStore } from './testing/model.ts';
import { aKey, anObject, lastState } from './testing/objects.ts';

interface Write {
  name: string;
  namespace: string;
  resource: string;
  app: string;
  nodeName?: string;
  owners: string[];
  claim?: string;
  isDelete: boolean;
}

export type ModelStep =
  | { type: 'commit'; writes: Write[] }
  | { type: 'abort'; writes: Write[] }
  | { type: 'reopen' }
  | { type: 'wait'; ms: number }
  | { type: 'compact'; ageMs: number; keepRows: number }
  | { type: 'check'; query: StoreListQuery; back: number; limit: number };

const names = fc.constantFrom('a', 'b', 'c', 'd', 'e');
const namespaces = fc.constantFrom('n1', 'n2');
const resources = fc.constantFrom('pods', 'services');
const nodeNames = fc.option(fc.constantFrom('x', 'y'), { nil: undefined });
const write: fc.Arbitrary<Write> = fc.record({
  name: names,
  namespace: namespaces,
  resource: resources,
  app: fc.constantFrom('red', 'blue'),
  nodeName: nodeNames,
  owners: fc.uniqueArray(fc.constantFrom('o1', 'o2'), { maxLength: 2 }),
  claim: fc.option(fc.constantFrom('k1', 'k2'), { nil: undefined }),
  isDelete: fc.boolean(),
});
const writes = fc.array(write, { minLength: 1, maxLength: 4 });
const query: fc.Arbitrary<StoreListQuery> = fc
  .record({
    resource: resources,
    namespace: fc.option(namespaces, { nil: undefined }),
    nodeName: nodeNames,
    owner: fc.option(fc.constantFrom('o1', 'o2'), { nil: undefined }),
    app: fc.option(fc.constantFrom('red', 'blue'), { nil: undefined }),
  })
  .map(({ app, ...rest }) => ({ ...rest, ...(app ? { labels: (labels) => labels.app === app } : {}) }));

const commit = fc.record({ type: fc.constant('commit' as const), writes });
const check = fc.record({
  type: fc.constant('check' as const),
  query,
  back: fc.nat({ max: 8 }),
  limit: fc.integer({ min: 1, max: 3 }),
});

export const modelSteps: fc.Arbitrary<ModelStep[]> = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: commit },
    { weight: 4, arbitrary: check },
    { weight: 1, arbitrary: fc.record({ type: fc.constant('abort' as const), writes }) },
    { weight: 1, arbitrary: fc.record({ type: fc.constant('reopen' as const) }) },
    { weight: 1, arbitrary: fc.record({ type: fc.constant('wait' as const), ms: fc.nat({ max: 300 }) }) },
    {
      weight: 1,
      arbitrary: fc.record({
        type: fc.constant('compact' as const),
        ageMs: fc.nat({ max: 200 }),
        keepRows: fc.integer({ min: 1, max: 20 }),
      }),
    },
  ),
  { maxLength: 40 },
);

/** Random histories: whatever the store answers, the model answers. */
export function storeModelContract(withDatabase: WithDatabase, { runs }: { runs: number }): void {
  it('[S1-S9] agrees with a plain model over random histories', async () => {
    const property = fc.asyncProperty(modelSteps, (steps) => withDatabase((sql) => runHistory(sql, steps)));
    await fc.assert(property, { numRuns: runs });
  });
}

function runHistory(sql: SqlDatabase, steps: readonly ModelStep[]): void {
  let time = 1000;
  const open = () => createStore({ sql, now: () => time, segments: { revisions: 5, ageMs: 100 }, recentUnits: 600 });
  const model = new ModelStore();
  let store = open();
  for (const step of steps) {
    if (step.type === 'commit') store.transaction((tx) => apply(step.writes, model, tx));
    else if (step.type === 'abort') abort(store, step.writes);
    else if (step.type === 'reopen') store = open();
    else if (step.type === 'wait') time += step.ms;
    else if (step.type === 'compact') store.compact({ beforeMs: time - step.ageMs, keepRows: step.keepRows });
    else compareStores(store, model, step);
  }
}

/** Applies to the store what the model allows, and to the model. */
function apply(
  writes: readonly Write[],
  model: ModelStore,
  tx: Parameters<Parameters<Store['transaction']>[0]>[0],
): void {
  for (const { name, namespace, resource, app, nodeName, owners, claim, isDelete } of writes) {
    const key: ObjectKey = aKey(name, { namespace, resource });
    if (isDelete) {
      if (!model.has(key)) continue;
      tx.delete(key, lastState(name, tx.nextRevision));
      model.delete(key, lastState(name, model.revision + 1));
      continue;
    }
    const claims = claim ? [claim] : [];
    const input = anObject(name, tx.nextRevision, { key, labels: { app }, nodeName, owners, claims });
    const holder = claim ? model.claimant(claim) : undefined;
    if (holder && (holder.name !== name || holder.namespace !== namespace || holder.resource !== resource)) {
      expect(() => tx.put(input)).toThrow(`claim ${claim}`);
      continue;
    }
    tx.put(input);
    model.put(input);
  }
}

function abort(store: Store, writes: readonly Write[]): void {
  const failing = () =>
    store.transaction((tx) => {
      for (const { name, namespace, resource, owners } of writes) {
        tx.put(anObject(name, tx.nextRevision, { key: { namespace, resource }, owners }));
      }
      throw new Error('abort');
    });
  expect(failing).toThrow('abort');
}

function compareStores(store: Store, model: ModelStore, { query, back, limit }: ModelStep & { type: 'check' }): void {
  expect(store.revision).toBe(model.revision);
  const atRevision = Math.max(0, model.revision - back);
  if (atRevision < store.compactedRevision) {
    expect(() => store.list({ ...query, atRevision })).toThrow('too old resource version');
    expect(() => store.changes({ after: atRevision })).toThrow('too old resource version');
    return;
  }
  expect(pagesOf(store, { ...query, atRevision, limit })).toEqual(model.list({ ...query, atRevision }));
  expect(store.list(query).items).toEqual(model.list(query));
  const changes = model.changes.filter(({ revision }) => revision > atRevision);
  expect(changesOf(store, atRevision, limit)).toEqual(changes);
  for (const claim of ['k1', 'k2']) expect(store.claimant(claim)).toEqual(model.claimant(claim));
  for (const owner of ['o1', 'o2']) expect(store.owned(owner, 100)).toEqual(model.owned(owner));
}

function pagesOf(store: Store, query: StoreListQuery) {
  const items = [];
  for (let after = query.after; ; ) {
    const page = store.list({ ...query, after });
    items.push(...page.items);
    expect(page.items.length).toBeLessThanOrEqual(query.limit ?? 0);
    if (!page.next) return items;
    after = page.next;
  }
}

function changesOf(store: Store, after: number, limit: number) {
  const all = [];
  for (let position = after; position < store.revision; ) {
    const { changes, revision } = store.changes({ after: position, limit });
    for (const { at: _at, type, key, json, previous, revision: own } of changes) {
      all.push({ revision: own, type, key, json, ...(previous === undefined ? {} : { previous }) });
    }
    expect(revision).toBeGreaterThan(position);
    position = revision;
  }
  return all;
}
