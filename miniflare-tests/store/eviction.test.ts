import { evictDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import fc from 'fast-check';
import { expect, it } from 'vitest';

const steps = fc.array(
  fc.oneof(
    {
      weight: 5,
      arbitrary: fc.record({ name: fc.constantFrom('a', 'b', 'c'), content: fc.string({ maxLength: 20 }) }),
    },
    { weight: 1, arbitrary: fc.constant('evict' as const) },
  ),
  { minLength: 3, maxLength: 25 },
);

it('[S1] [S7] an object evicted in the middle of anything goes on where it was', async () => {
  const property = fc.asyncProperty(steps, async (history) => {
    const stub = env.STORE.get(env.STORE.newUniqueId());
    const written: { name: string; content: string }[] = [];
    for (const step of history) {
      if (step === 'evict') {
        await stub.statistics();
        await evictDurableObject(stub);
        continue;
      }
      written.push(step);
      expect(await stub.write(step.name, step.content)).toBe(written.length);
    }
    const { changes, revision } = await stub.changes(0);
    expect(revision).toBe(written.length);
    const contents = changes.map(({ key, json }) => ({ name: key.name, content: JSON.parse(json).content as string }));
    expect(contents).toEqual(written);
    for (const { key } of (await stub.list({})).items) {
      const last = written.findLast(({ name }) => name === key.name);
      expect(JSON.parse((await stub.read(key.name))?.json ?? '{}')).toMatchObject({ content: last?.content });
    }
  });
  await fc.assert(property, { numRuns: 8 });
});

it('[Q2] requests that are in flight together share transactions, and each gets its own revision', async () => {
  const stub = env.STORE.get(env.STORE.newUniqueId());
  const revisions = await Promise.all(Array.from({ length: 200 }, (_, index) => stub.write(`p${index}`, 'x')));
  expect([...revisions].sort((a, b) => a - b)).toEqual(Array.from({ length: 200 }, (_, index) => index + 1));
  const { transactions } = await stub.statistics();
  expect(transactions).toBeLessThan(100);
});
