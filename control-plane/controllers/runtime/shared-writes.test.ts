import { expect, it } from 'vitest';
import type { ClusterClient, WriteOperation, WriteResult } from '../../client.ts';
import { shareWrites } from './shared-writes.ts';

const named = (name: string): WriteOperation => ({
  verb: 'create',
  resource: 'configmaps',
  object: { metadata: { name } },
});

function fixture(answer: (name: string) => WriteResult | Error) {
  const calls: string[][] = [];
  const turns: (() => void)[] = [];
  const client = {
    async write(operations: readonly WriteOperation[]) {
      const names = operations.map((operation) =>
        'object' in operation ? (operation.object.metadata.name ?? '') : '',
      );
      calls.push(names);
      return names.map((name) => {
        const result = answer(name);
        if (result instanceof Error) throw result;
        return result;
      });
    },
  } as unknown as ClusterClient;
  return { calls, shared: shareWrites(client, (run) => void turns.push(run)), turn: () => turns.shift()?.() };
}

it('writes of one turn are one, and each gets its own results', async () => {
  const { calls, shared, turn } = fixture((name) => ({ error: { code: 409, reason: name, message: '' } }));
  const first = shared.write([named('a'), named('b')]);
  const second = shared.write([named('c')]);
  expect(calls).toEqual([]);
  turn();
  const reasons = (results: WriteResult[]) => results.map(({ error }) => error?.reason);
  expect(reasons(await first)).toEqual(['a', 'b']);
  expect(reasons(await second)).toEqual(['c']);
  expect(calls).toEqual([['a', 'b', 'c']]);
  const third = shared.write([named('d')]);
  turn();
  await third;
  expect(calls).toHaveLength(2);
});

it('what would be a large transaction is several', async () => {
  const { calls, shared, turn } = fixture(() => ({}));
  const some = (count: number) => Array.from({ length: count }, (_, index) => named(`o${index}`));
  const all = [shared.write(some(600)), shared.write(some(400)), shared.write([]), shared.write(some(1))];
  turn();
  expect((await Promise.all(all)).map((results) => results.length)).toEqual([600, 400, 0, 1]);
  expect(calls.map((names) => names.length)).toEqual([1000, 1]);
});

it('a call that fails fails for all that shared it; an atomic write shares with nobody', async () => {
  const { calls, shared, turn } = fixture((name) => (name === 'bad' ? new Error('no disk') : {}));
  const outcomes = Promise.allSettled([shared.write([named('a')]), shared.write([named('bad')])]);
  await shared.write([named('alone')], { atomic: true });
  expect(calls).toEqual([['alone']]);
  turn();
  expect((await outcomes).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
});
