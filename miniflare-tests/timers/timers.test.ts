import { evictDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { expect, it, vi } from 'vitest';

const aStub = () => env.TIMERS.get(env.TIMERS.newUniqueId());
type Stub = ReturnType<typeof aStub>;
const untilRan = (stub: Stub, names: string[]) =>
  vi.waitFor(async () => expect(await stub.ran()).toEqual(names), { timeout: 5000, interval: 10 });

/** Past the first alarm of the instance, on which everything runs. */
async function aSettledStub(): Promise<Stub> {
  const stub = aStub();
  await stub.set('volatile', 1);
  await vi.waitFor(async () => expect((await stub.ran()).filter((name) => name === 'again')).toHaveLength(3));
  await vi.waitFor(async () => expect((await stub.ran()).filter((name) => name === 'failing')).toHaveLength(2), {
    timeout: 5000,
  });
  await stub.forget();
  return stub;
}

it('[T1] [T6] timers run on the real alarm, also one that sets itself to now', async () => {
  const stub = await aSettledStub();
  await stub.set('volatile', 60);
  await stub.set('durable', 20, { durable: true });
  await untilRan(stub, ['durable', 'volatile']);
});

it('[T3] [T4] timers of an evicted object run in its successor', async () => {
  const stub = await aSettledStub();
  await stub.set('durable', 300, { durable: true });
  await stub.set('volatile', 200);
  await evictDurableObject(stub);
  await vi.waitFor(async () => expect(await stub.ran()).toEqual(expect.arrayContaining(['volatile', 'durable'])), {
    timeout: 5000,
    interval: 10,
  });
});
