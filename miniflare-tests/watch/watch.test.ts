import { evictDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { expect, it, vi } from 'vitest';
import { parseFrame } from '../../control-plane/watch/frame.ts';

type Stub = ReturnType<typeof env.WATCH.get>;

/** A client's end of a watch. */
async function watch(stub: Stub, query = '') {
  const response = await stub.fetch(`http://object/?${query}`, { headers: { upgrade: 'websocket' } });
  const socket = response.webSocket;
  if (!socket) throw new Error(`no socket: ${response.status}`);
  const seen: string[] = [];
  const client = { socket, seen, revision: 0, closed: undefined as number | undefined };
  socket.addEventListener('message', ({ data }) => {
    const frame = parseFrame(String(data));
    expect(frame.revision).toBeGreaterThan(client.revision);
    client.revision = frame.revision;
    for (const line of frame.events.split('\n').filter(Boolean)) {
      const { type, object } = JSON.parse(line);
      seen.push(`${type} ${object.metadata.name ?? object.message}@${object.metadata.resourceVersion ?? object.code}`);
    }
  });
  socket.addEventListener('close', ({ code }) => {
    client.closed = code;
  });
  socket.accept();
  return client;
}

const aStub = () => env.WATCH.get(env.WATCH.newUniqueId());
const until = (check: () => void) => vi.waitFor(check, { timeout: 5000, interval: 10 });

it('[W1] [W5] a watch goes on over evictions of its object, without gap or repetition', async () => {
  const stub = aStub();
  const clients = [await watch(stub), await watch(stub, 'name=b')];
  const expected: string[] = [];
  for (let round = 0; round < 4; round++) {
    for (const name of ['a', 'b', 'c']) {
      const revision = await stub.write(name, `round ${round}`);
      expected.push(`${round === 0 ? 'ADDED' : 'MODIFIED'} ${name}@${revision}`);
    }
    // Evicting at once leaves some of it to be sent by the successor.
    if (round % 2 === 0) await until(() => expect(clients[0]?.seen).toEqual(expected));
    await evictDurableObject(stub);
  }
  expect(await stub.watches()).toBe(2);
  await until(() => expect(clients[0]?.seen).toEqual(expected));
  await until(() => expect(clients[1]?.seen).toEqual(expected.filter((event) => event.includes(' b@'))));
});

it('[W6] a quiet watch hears how far things have got, and outlives eviction and compaction', async () => {
  const stub = aStub();
  const quiet = await watch(stub, 'name=quiet');
  for (let index = 0; index < 5; index++) await stub.write('busy', String(index));
  await until(() => expect(quiet.revision).toBe(5));
  await evictDurableObject(stub);
  await stub.compact();
  await stub.write('quiet', 'hello');
  await until(() => expect(quiet.seen).toEqual(['ADDED quiet@6']));
});

it('[W7] a watch from a compacted revision is told 410 and closed', async () => {
  const stub = aStub();
  for (let index = 0; index < 3; index++) await stub.write('a', String(index));
  await stub.compact();
  const late = await watch(stub, 'revision=1');
  await until(() => expect(late.closed).toBe(4410));
  expect(late.seen).toEqual(['ERROR too old resource version: 1 (3)@410']);
});

it('[W9] a closed watch is forgotten', async () => {
  const stub = aStub();
  const client = await watch(stub);
  expect(await stub.watches()).toBe(1);
  client.socket.close(1000, 'done');
  await until(() => expect(client.closed).toBe(1000));
  expect(await stub.watches()).toBe(0);
});
