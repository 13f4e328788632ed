import { describe, expect, it } from 'vitest';
import { createStore, type StoreOptions } from './create-store.ts';
import type { SqlDatabase } from './database.ts';
import { type Change, ClaimTaken, type Store } from './store.ts';
import { aKey, anObject, deleteObject, lastState, putObject } from './testing/objects.ts';

/** Runs a test with an empty database of the kind under test. */
export type WithDatabase = (test: (database: SqlDatabase) => void | Promise<void>) => Promise<void>;

/** The rules of SPEC.md that hold on every database. */
export function storeContract(withDatabase: WithDatabase): void {
  let time = 1_000_000;
  const open = (sql: SqlDatabase, options: Partial<StoreOptions> = {}) =>
    createStore({ sql, now: () => time, ...options });
  const names = (store: Store, query: Partial<Parameters<Store['list']>[0]> = {}) =>
    store.list({ resource: 'pods', ...query }).items.map(({ key }) => key.name);
  const check = (title: string, test: (database: SqlDatabase) => void) => it(title, () => withDatabase(test));

  describe('revisions', () => {
    check('[S1] every put and delete takes the next revision, and a reopened store goes on from the last', (sql) => {
      const store = open(sql);
      expect(store.revision).toBe(0);
      store.transaction((tx) => putObject(tx, 'a'));
      store.transaction((tx) => {
        expect(tx.nextRevision).toBe(2);
        putObject(tx, 'b');
        deleteObject(tx, 'a');
      });
      expect(store.revision).toBe(3);
      expect(store.get(aKey('b'))).toEqual({ key: aKey('b'), uid: 'uid-b', revision: 2, json: anObject('b', 2).json });
      expect(store.get(aKey('a'))).toBeUndefined();
      const reopened = open(sql);
      expect(reopened.revision).toBe(3);
      reopened.transaction((tx) => putObject(tx, 'c'));
      expect(reopened.get(aKey('c'))?.revision).toBe(4);
    });

    check('[S2] a transaction that throws leaves nothing behind and uses no revision', (sql) => {
      const store = open(sql);
      const heard: Change[] = [];
      store.onCommit((changes) => heard.push(...changes));
      store.transaction((tx) => putObject(tx, 'a', { claims: ['port/1'], owners: ['o'] }));
      const failing = () =>
        store.transaction((tx) => {
          putObject(tx, 'b', { claims: ['port/2'] });
          putObject(tx, 'a', { content: 'changed', owners: ['p'] });
          deleteObject(tx, 'a');
          throw new Error('no');
        });
      expect(failing).toThrow('no');
      expect(store.revision).toBe(1);
      expect(heard).toHaveLength(1);
      expect(names(store)).toEqual(['a']);
      expect(store.owned('o', 9)).toEqual([aKey('a')]);
      expect(store.claimant('port/2')).toBeUndefined();
      expect(store.transaction((tx) => tx.nextRevision)).toBe(2);
      expect(open(sql).changes({ after: 0 }).changes).toHaveLength(1);
    });

    check('[S2] a transaction that changes nothing writes nothing', (sql) => {
      const store = open(sql);
      const { rowsWritten } = store.counters;
      expect(store.transaction((tx) => tx.list({ resource: 'pods' }).items)).toEqual([]);
      expect(store.counters.rowsWritten).toBe(rowsWritten);
    });

    check('[S3] reads of a transaction see its own writes, also at the revisions in between', (sql) => {
      const store = open(sql);
      store.transaction((tx) => putObject(tx, 'a'));
      store.transaction((tx) => {
        putObject(tx, 'b');
        deleteObject(tx, 'a');
        expect(tx.revision).toBe(3);
        expect(tx.list({ resource: 'pods' }).items.map(({ key }) => key.name)).toEqual(['b']);
        const between = tx.list({ resource: 'pods', atRevision: 2 });
        expect(between.items.map(({ key }) => key.name)).toEqual(['a', 'b']);
        const before = tx.list({ resource: 'pods', atRevision: 1 });
        expect(before.items.map(({ key }) => key.name)).toEqual(['a']);
      });
    });

    check('[S3] a transaction refuses work after its end, asynchronous work, and to be nested', (sql) => {
      const store = open(sql);
      const leaked = store.transaction((tx) => tx);
      expect(() => putObject(leaked, 'a')).toThrow('the transaction is over');
      expect(() => store.transaction(async (tx) => putObject(tx, 'a'))).toThrow('must be synchronous');
      expect(() => store.transaction(() => store.transaction(() => 1))).toThrow('do not nest');
      expect(store.revision).toBe(0);
    });
  });

  describe('lists', () => {
    check('[S4] lists are in key order, cut by limit, and say how many remain', (sql) => {
      const store = open(sql);
      store.transaction((tx) => {
        for (const name of ['c', 'a', 'b']) putObject(tx, name);
        putObject(tx, 'z', { key: { namespace: 'abc' } });
        putObject(tx, 'n', { key: { resource: 'nodes', namespace: '' } });
      });
      expect(names(store)).toEqual(['z', 'a', 'b', 'c']);
      const first = store.list({ resource: 'pods', limit: 2, counts: true });
      expect(first).toMatchObject({ revision: 5, next: { namespace: 'default', name: 'a' }, remaining: 2 });
      const second = store.list({ resource: 'pods', limit: 2, counts: true, after: first.next });
      expect(second.items.map(({ key }) => key.name)).toEqual(['b', 'c']);
      expect(second.next).toBeUndefined();
      expect(names(store, { namespace: 'default', after: { namespace: 'default', name: 'a' } })).toEqual(['b', 'c']);
    });

    check('[S4] how many remain follows what is committed, and nothing else', (sql) => {
      const store = open(sql);
      const remaining = (namespace?: string, reader: Pick<Store, 'list'> = store) => {
        const query = { resource: 'pods', limit: 1, counts: true, ...(namespace ? { namespace } : {}) };
        return reader.list(query).remaining;
      };
      store.transaction((tx) => {
        for (const name of ['a', 'b', 'c', 'd']) putObject(tx, name);
        for (const name of ['a', 'b']) putObject(tx, name, { key: { namespace: 'other' } });
      });
      expect([remaining(), remaining('default'), remaining('other'), remaining('none')]).toEqual([5, 3, 1, undefined]);
      store.transaction((tx) => {
        putObject(tx, 'e');
        putObject(tx, 'a', { content: 'again' });
        expect(remaining(undefined, tx)).toBe(6);
        expect(remaining()).toBe(6);
      });
      store.transaction((tx) => deleteObject(tx, 'b'));
      expect(() =>
        store.transaction((tx) => {
          putObject(tx, 'f');
          throw new Error('undone');
        }),
      ).toThrow('undone');
      expect([remaining(), remaining('default')]).toEqual([5, 3]);
      expect(open(sql).list({ resource: 'pods', limit: 1, counts: true }).remaining).toBe(5);
    });

    check('[S5] the pages of a list stay on the revision of its first page', (sql) => {
      const store = open(sql);
      store.transaction((tx) => {
        for (const name of ['a', 'b', 'c', 'd']) putObject(tx, name, { labels: { v: 'old' } });
      });
      const before = store.list({ resource: 'pods' }).items;
      store.transaction((tx) => deleteObject(tx, 'c'));
      store.transaction((tx) => {
        putObject(tx, 'd', { labels: { v: 'new' } });
        putObject(tx, 'bb');
        putObject(tx, 'd', { labels: { v: 'newer' } });
      });
      const page = store.list({ resource: 'pods', limit: 1, counts: true, after: before[0]!.key, atRevision: 4 });
      expect(page).toEqual({
        items: [before[1]],
        revision: 4,
        next: { namespace: 'default', name: 'b' },
        remaining: 2,
      });
      expect(store.list({ resource: 'pods', after: page.next, atRevision: 4 }).items).toEqual(before.slice(2));
      expect(names(store, { atRevision: 4, labels: ({ v }) => v === 'old' })).toEqual(['a', 'b', 'c', 'd']);
      expect(names(store, { atRevision: 0 })).toEqual([]);
      expect(() => names(store, { atRevision: 9 })).toThrow('Too large resource version: 9, current: 8');
    });

    check('[S5] however much has changed since, bounded pages of the past miss and repeat nothing', (sql) => {
      const store = open(sql);
      const all = Array.from({ length: 40 }, (_, index) => `o${String(index).padStart(2, '0')}`);
      store.transaction((tx) => {
        for (const name of all) putObject(tx, name, { content: 'before'.repeat(200) });
      });
      const before = store.list({ resource: 'pods' });
      for (let round = 0; round < 3; round++) {
        for (const name of [...all].reverse()) store.transaction((tx) => putObject(tx, name, { content: `${round}` }));
        store.transaction((tx) => putObject(tx, `o${round}-new`));
      }
      store.transaction((tx) => {
        for (const name of all.filter((_, index) => index % 3 === 0)) deleteObject(tx, name);
      });
      for (const bounds of [{ units: 4000 }, { units: 1 }, { limit: 3, counts: true }, { limit: 7, units: 3000 }]) {
        const found: unknown[] = [];
        const query = { resource: 'pods', atRevision: before.revision, ...bounds };
        let page = store.list(query);
        for (; ; page = store.list({ ...query, after: page.next! })) {
          found.push(...page.items);
          if (page.remaining !== undefined) expect(page.remaining).toBe(all.length - found.length);
          if (!page.next) break;
        }
        expect(found).toEqual(before.items);
        const odd = { ...query, filter: ({ key }: { key: { name: string } }) => /[13579]$/.test(key.name) };
        const last = store.list({ ...odd, limit: 30 });
        expect(last.items.map(({ key }) => key.name)).toEqual(
          all.filter((name) => /[13579]$/.test(name)).slice(0, last.items.length),
        );
      }
    });

    check('[S6] lists select by namespace, labels, node, owner and filter, now and in the past', (sql) => {
      const store = open(sql);
      store.transaction((tx) => {
        putObject(tx, 'a', { nodeName: 'n1', owners: ['o1', 'o2'], labels: { app: 'x' } });
        putObject(tx, 'b', { nodeName: 'n2', owners: ['o2'], labels: { app: 'y' } });
        putObject(tx, 'c', { key: { namespace: 'other' }, nodeName: 'n1', labels: { app: 'x' } });
      });
      const past = store.revision;
      store.transaction((tx) => {
        putObject(tx, 'a', { nodeName: 'n2', owners: ['o1'], labels: { app: 'y' } });
        deleteObject(tx, 'b');
        putObject(tx, 'd', { nodeName: 'n2' });
      });
      const app = (value: string) => (labels: Readonly<Record<string, string>>) => labels.app === value;
      const now = [{ nodeName: 'n2' }, { owner: 'o2' }, { owner: 'o1' }, { labels: app('y') }, { namespace: 'other' }];
      expect(now.map((query) => names(store, query))).toEqual([['a', 'd'], [], ['a'], ['a'], ['c']]);
      const then = now.map((query) => names(store, { ...query, atRevision: past }));
      expect(then).toEqual([['b'], ['a', 'b'], ['a'], ['b'], ['c']]);
      expect(names(store, { nodeName: 'n1', namespace: 'default', atRevision: past })).toEqual(['a']);
      expect(names(store, { filter: ({ json }) => json.includes('"name":"d"') })).toEqual(['d']);
      expect(store.owned('o1', 9)).toEqual([aKey('a')]);
    });

    check('[S6] a filter and a limit together find all matches, however sparse', (sql) => {
      const store = open(sql);
      store.transaction((tx) => {
        for (let index = 0; index < 2500; index++)
          putObject(tx, `p${String(index).padStart(4, '0')}`, { labels: { third: String(index % 3) } });
      });
      const found: string[] = [];
      let after: { namespace: string; name: string } | undefined;
      do {
        const query = {
          resource: 'pods',
          limit: 7,
          after,
          labels: (l: Readonly<Record<string, string>>) => l.third === '0',
        };
        const page = store.list({ ...query, filter: ({ key }) => key.name.endsWith('8') });
        found.push(...page.items.map(({ key }) => key.name));
        after = page.next;
      } while (after);
      const expected = Array.from({ length: 2500 }, (_, index) => index).filter(
        (index) => index % 3 === 0 && index % 10 === 8,
      );
      expect(found).toEqual(expected.map((index) => `p${String(index).padStart(4, '0')}`));
    });
  });

  describe('the log', () => {
    const sources = [
      ['from memory', (store: Store, _sql: SqlDatabase) => store],
      ['from disk', (_store: Store, sql: SqlDatabase) => open(sql)],
    ] as const;
    for (const [source, choose] of sources) {
      check(`[S7] changes come in order, whole transactions, with the states before and after, ${source}`, (sql) => {
        const writer = open(sql);
        writer.transaction((tx) => {
          putObject(tx, 'a');
          putObject(tx, 'n', { key: { resource: 'nodes', namespace: '' } });
        });
        time += 5;
        writer.transaction((tx) => putObject(tx, 'a', { content: 'ü\u{1F600}' }));
        writer.transaction((tx) => deleteObject(tx, 'a'));
        const store = choose(writer, sql);
        const { changes, revision } = store.changes({ after: 0 });
        expect(revision).toBe(4);
        const a = [anObject('a', 1).json, anObject('a', 3, { content: 'ü\u{1F600}' }).json, lastState('a', 4)] as const;
        expect(changes).toMatchObject([
          { revision: 1, at: time - 5, type: 'ADDED', key: aKey('a'), json: a[0] },
          { revision: 2, at: time - 5, type: 'ADDED', key: { resource: 'nodes' } },
          { revision: 3, at: time, type: 'MODIFIED', key: aKey('a'), json: a[1], previous: a[0] },
          { revision: 4, at: time, type: 'DELETED', key: aKey('a'), json: a[2], previous: a[1] },
        ]);
        expect(changes[0]!.previous).toBeUndefined();
        const revisions = (query: Parameters<Store['changes']>[0]) => {
          const batch = store.changes(query);
          return [batch.changes.map((change) => change.revision), batch.revision];
        };
        expect(revisions({ after: 0, limit: 1 })).toEqual([[1, 2], 2]);
        expect(revisions({ after: 1, limit: 1 })).toEqual([[2], 2]);
        expect(revisions({ after: 0, resources: ['pods'], limit: 2 })).toEqual([[1, 3], 3]);
        expect(revisions({ after: 2, resources: ['nodes'] })).toEqual([[], 4]);
        expect(revisions({ after: 9 })).toEqual([[], 9]);
      });
    }

    check('[S7] large objects come a few at a time', (sql) => {
      const writer = open(sql);
      const content = 'x'.repeat(1_000_000);
      for (let n = 0; n < 12; n++) writer.transaction((tx) => putObject(tx, `o${n}`, { content }));
      const store = open(sql);
      const batches: number[] = [];
      for (let after = 0; after < store.revision; ) {
        const { changes, revision } = store.changes({ after });
        expect(changes[0]!.revision).toBe(after + 1);
        batches.push(changes.length);
        after = revision;
      }
      expect(batches).toEqual([5, 5, 2]);
    });

    check('[S7] a transaction larger than a row is read back whole', (sql) => {
      const store = open(sql);
      const content = '\u{1F600}ä'.repeat(90_000);
      store.transaction((tx) => {
        for (const name of ['a', 'b', 'c', 'd', 'e', 'f']) putObject(tx, name, { content });
      });
      store.transaction((tx) => putObject(tx, 'g'));
      const { changes } = open(sql).changes({ after: 0 });
      expect(changes.map(({ key }) => key.name)).toEqual(['a', 'b', 'c', 'd', 'e', 'f', 'g']);
      expect(changes[5]!.json).toBe(anObject('f', 6, { content }).json);
    });

    check('[S8] compaction drops old segments, and what is older than the log is Expired', (sql) => {
      const store = open(sql, { segments: { revisions: 2 }, recentUnits: 0 });
      for (const name of ['a', 'b', 'c', 'd', 'e']) {
        time += 1000;
        store.transaction((tx) => putObject(tx, name));
      }
      store.compact({ beforeMs: time - 1500, keepRows: 1000 });
      expect(store.compactedRevision).toBe(2);
      const message = 'too old resource version: 1 (2)';
      expect(() => store.changes({ after: 1 })).toThrow(
        expect.objectContaining({ reason: 'Expired', code: 410, message }),
      );
      expect(() => store.list({ resource: 'pods', atRevision: 1 })).toThrow(message);
      expect(store.changes({ after: 2 }).changes).toHaveLength(3);
      expect(names(store)).toHaveLength(5);
      store.compact({ beforeMs: 0, keepRows: 1 });
      expect(store.compactedRevision).toBe(4);
      const reopened = open(sql);
      expect([reopened.compactedRevision, reopened.revision]).toEqual([4, 5]);
    });

    check('[S8] a fully compacted store remembers its revision, and compacting it again writes nothing', (sql) => {
      const store = open(sql);
      store.transaction((tx) => putObject(tx, 'a'));
      expect(store.hasHistory).toBe(true);
      store.compact({ beforeMs: time + 1, keepRows: 1000 });
      expect([store.compactedRevision, store.revision, store.hasHistory]).toEqual([1, 1, false]);
      const { rowsWritten } = store.counters;
      store.compact({ beforeMs: time + 1, keepRows: 0 });
      expect(store.counters.rowsWritten).toBe(rowsWritten);
      const reopened = open(sql);
      reopened.transaction((tx) => putObject(tx, 'b'));
      expect(reopened.revision).toBe(2);
      expect(reopened.changes({ after: 1 }).changes).toHaveLength(1);
    });
  });

  describe('claims', () => {
    check('[S9] a claim has one holder until it lets go, and a refused put leaves nothing', (sql) => {
      const store = open(sql);
      store.transaction((tx) => putObject(tx, 'a', { claims: ['port/1', 'port/2'] }));
      store.transaction((tx) => {
        expect(() => putObject(tx, 'b', { claims: ['port/3', 'port/2'] })).toThrow(ClaimTaken);
        expect(tx.mutations).toBe(0);
        putObject(tx, 'b', { claims: ['port/3'] });
      });
      expect(store.claimant('port/2')).toEqual(aKey('a'));
      store.transaction((tx) => putObject(tx, 'a', { claims: ['port/1'] }));
      store.transaction((tx) => putObject(tx, 'b', { claims: ['port/2', 'port/3'] }));
      expect(store.claimant('port/2')).toEqual(aKey('b'));
      store.transaction((tx) => deleteObject(tx, 'b'));
      expect(['port/1', 'port/2', 'port/3'].map((claim) => store.claimant(claim)?.name)).toEqual([
        'a',
        undefined,
        undefined,
      ]);
    });
  });

  describe('listeners', () => {
    check('[S10] hear each transaction once, in order, even when one of them writes or throws', (sql) => {
      const errors: unknown[] = [];
      const store = open(sql, { onListenerError: (error) => errors.push(error) });
      const heard: number[][] = [];
      store.onCommit(([change]) => {
        if (change?.key.name === 'a') store.transaction((tx) => putObject(tx, 'follow-up'));
        throw new Error('listener');
      });
      store.onCommit((changes) => heard.push(changes.map(({ revision }) => revision)));
      store.transaction((tx) => {
        putObject(tx, 'a');
        putObject(tx, 'b');
      });
      expect(heard).toEqual([[1, 2], [3]]);
      expect(errors).toHaveLength(2);
    });
  });

  describe('limits', () => {
    check(
      '[S11] an object over 1.5 MiB is refused as etcd refuses it; one just below can be written and rewritten',
      (sql) => {
        const store = open(sql);
        const content = 'x'.repeat(1.5 * 1024 * 1024 - 200);
        store.transaction((tx) => putObject(tx, 'a', { content }));
        store.transaction((tx) => putObject(tx, 'a', { content: content.replace('x', 'y') }));
        expect(open(sql).changes({ after: 1 }).changes[0]?.previous).toContain(content);
        const tooMuch = () =>
          store.transaction((tx) => putObject(tx, 'b', { content: `${content}${'ü'.repeat(100)}` }));
        expect(tooMuch).toThrow(expect.objectContaining({ code: 413, message: 'etcdserver: request is too large' }));
      },
    );

    check('[S13] expired objects are found per resource, earliest first to come due', (sql) => {
      const store = open(sql);
      const key = { resource: 'events' };
      store.transaction((tx) => {
        putObject(tx, 'late', { key, expiresAtMs: 300 });
        putObject(tx, 'soon', { key, expiresAtMs: 200 });
        putObject(tx, 'never', { key });
        putObject(tx, 'pod', { expiresAtMs: 100 });
      });
      const resources = ['events'];
      expect(store.nextExpiry(resources)).toBe(200);
      expect(store.nextExpiry(['nodes'])).toBeUndefined();
      const found = (nowMs: number, limit = 10) =>
        store.expired({ resources, nowMs, limit }).map((object) => object.key.name);
      expect([found(199), found(200), found(400), found(400, 1)]).toEqual([[], ['soon'], ['late', 'soon'], ['late']]);
    });
  });
}
