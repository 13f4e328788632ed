import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { StatusError } from '../../shared/api/errors.ts';
import { type CommitQueue, createCommitQueue } from './commit-queue.ts';
import { createStore } from './create-store.ts';
import type { Store } from './store.ts';
import { openNodeDatabase } from './testing/node-sqlite.ts';
import { putObject } from './testing/objects.ts';

let store: Store;
let syncs: { resolve(): void; reject(error: Error): void }[];
let queue: CommitQueue;

function aQueue(options: { maxWaiting?: number; maxBatch?: number } = {}): CommitQueue {
  const sync = () => new Promise<void>((resolve, reject) => syncs.push({ resolve, reject }));
  return createCommitQueue({ store, sync, ...options });
}

/** The disk finishes what it is writing. */
async function flush(): Promise<void> {
  syncs.shift()?.resolve();
  await new Promise((resolve) => setImmediate(resolve));
}

const put = (name: string) =>
  queue.submit((tx) => Number(JSON.parse(putObject(tx, name).json).metadata.resourceVersion));
const names = () => store.list({ resource: 'pods' }).items.map(({ key }) => key.name);
const isSettled = (promise: Promise<unknown>) =>
  Promise.race([
    promise.then(
      () => true,
      () => true,
    ),
    Promise.resolve(false),
  ]);

beforeEach(() => {
  store = createStore({ sql: openNodeDatabase(), now: () => 1000 });
  syncs = [];
  queue = aQueue();
});

describe('commit queue', () => {
  it('[Q1] answers only when the commit is on disk', async () => {
    const written = put('a');
    expect(store.revision).toBe(1);
    await new Promise((resolve) => setImmediate(resolve));
    expect(await isSettled(written)).toBe(false);
    await flush();
    expect(await written).toBe(1);
    expect(queue.waiting).toBe(0);
  });

  it('[Q1] rejects everything in a commit that the disk refuses', async () => {
    const written = [put('a'), put('b')];
    const outcomes = Promise.allSettled(written);
    syncs.shift()?.reject(new Error('disk full'));
    await flush();
    await flush();
    expect((await outcomes).map(({ status }) => status)).toEqual(['rejected', 'fulfilled']);
  });

  it('[Q2] what arrives during a sync shares the next transaction', async () => {
    const transactions: number[] = [];
    store.onCommit((changes) => transactions.push(changes.length));
    const written = ['a', 'b', 'c', 'd'].map(put);
    expect(transactions).toEqual([1]);
    await flush();
    expect(transactions).toEqual([1, 3]);
    await flush();
    expect(await Promise.all(written)).toEqual([1, 2, 3, 4]);
  });

  it('[Q3] work that throws before it writes fails alone, in the same transaction', async () => {
    const transactions: number[] = [];
    store.onCommit((changes) => transactions.push(changes.length));
    const first = put('a');
    const failing = queue.submit(() => {
      throw new StatusError('NotFound', 'no');
    });
    const second = put('b');
    const outcome = expect(failing).rejects.toThrow('no');
    await flush();
    await flush();
    await outcome;
    expect(await Promise.all([first, second])).toEqual([1, 2]);
    expect(transactions).toEqual([1, 1]);
  });

  it('[Q4] work that throws after it has written leaves nothing, and the others lose nothing', async () => {
    const first = put('a');
    const before = put('b');
    const failing = queue.submit((tx) => {
      putObject(tx, 'half');
      throw new Error('half-done');
    });
    const after = put('c');
    const outcome = expect(failing).rejects.toThrow('half-done');
    await flush();
    await flush();
    await outcome;
    expect(await Promise.all([first, before, after])).toEqual([1, 2, 3]);
    expect(names()).toEqual(['a', 'b', 'c']);
  });

  it('[Q5] refuses with 429 when too much is waiting, and takes work again afterwards', async () => {
    queue = aQueue({ maxWaiting: 2 });
    const accepted = [put('a'), put('b'), put('c')];
    await expect(put('d')).rejects.toMatchObject({ code: 429, reason: 'TooManyRequests' });
    await flush();
    await flush();
    await Promise.all(accepted);
    const again = put('d');
    await flush();
    expect(await again).toBe(4);
  });

  it('[Q6] a batch has a bound, so that readers get their turn', async () => {
    queue = aQueue({ maxBatch: 2 });
    const written = ['a', 'b', 'c', 'd'].map(put);
    await flush();
    expect(store.revision).toBe(3);
    await flush();
    await flush();
    expect(await Promise.all(written)).toEqual([1, 2, 3, 4]);
  });

  it('[Q1-Q4] whatever mix of good and bad work arrives, exactly the good is there', async () => {
    const kinds = fc.constantFrom('good', 'refused', 'half-done', 'flush');
    const property = fc.asyncProperty(fc.array(kinds, { maxLength: 25 }), async (steps) => {
      store = createStore({ sql: openNodeDatabase(), now: () => 1000 });
      syncs = [];
      queue = aQueue({ maxBatch: 4 });
      const expected: string[] = [];
      const outcomes: Promise<unknown>[] = [];
      for (const [index, step] of steps.entries()) {
        if (step === 'flush') {
          await flush();
          continue;
        }
        const name = `p${String(index).padStart(2, '0')}`;
        if (step === 'good') expected.push(name);
        const work = queue.submit((tx) => {
          if (step !== 'refused') putObject(tx, name);
          if (step !== 'good') throw new Error(step);
          return name;
        });
        outcomes.push(work.catch((error: Error) => error.message));
      }
      while (queue.waiting > 0) await flush();
      expect(await Promise.all(outcomes)).toHaveLength(steps.filter((step) => step !== 'flush').length);
      expect(names()).toEqual(expected);
      expect(store.revision).toBe(expected.length);
    });
    await fc.assert(property, { numRuns: 60 });
  });
});
