import { beforeEach, expect, test } from 'vitest';
import { createRemembered, type Known, type Remembered } from './remembered.ts';

let now: number;
let asked: PromiseWithResolvers<{ value: string } | { problem: string }>[];
let remembered: Remembered<string>;

beforeEach(() => {
  now = 0;
  asked = [];
  remembered = createRemembered<string>({
    now: () => now,
    ask() {
      const question = Promise.withResolvers<{ value: string } | { problem: string }>();
      asked.push(question);
      return question.promise;
    },
  });
});

async function answered(answer: { value: string } | { problem: string }): Promise<Known<string>> {
  const got = remembered.get();
  await Promise.resolve();
  asked.at(-1)!.resolve(answer);
  return got;
}

test('the first ones wait for one answer together, which then holds for a minute', async () => {
  const both = [remembered.get(), remembered.get()];
  await Promise.resolve();
  asked[0]!.resolve({ value: 'a' });
  expect(await Promise.all(both)).toEqual([{ value: 'a' }, { value: 'a' }]);
  now = 59_999;
  expect(await remembered.get()).toEqual({ value: 'a' });
  expect(asked).toHaveLength(1);
});

test('an old answer is given out while a new one is on its way', async () => {
  await answered({ value: 'a' });
  now = 60_000;
  expect(await remembered.get()).toEqual({ value: 'a' });
  expect(await remembered.get()).toEqual({ value: 'a' });
  expect(asked).toHaveLength(2);
  asked[1]!.resolve({ value: 'b' });
  await Promise.resolve();
  await Promise.resolve();
  expect(await remembered.get()).toEqual({ value: 'b' });
});

test('a failure keeps the last answer, and is not asked about again for a moment that doubles', async () => {
  await answered({ value: 'a' });
  remembered.expire();
  expect(await answered({ problem: 'down' })).toEqual({ value: 'a', problem: 'down' });
  now = 999;
  expect(await remembered.get()).toEqual({ value: 'a', problem: 'down' });
  expect(asked).toHaveLength(2);
  now = 1000;
  await remembered.get();
  expect(asked).toHaveLength(3);
  asked[2]!.resolve({ problem: 'still down' });
  await Promise.resolve();
  await Promise.resolve();
  now = 2999;
  expect(await remembered.get()).toEqual({ value: 'a', problem: 'still down' });
  expect(asked).toHaveLength(3);
  now = 3000;
  await remembered.get();
  expect(asked).toHaveLength(4);
});

test('whoever asks after an expiry waits for an answer that was asked for after it', async () => {
  const before = remembered.get();
  remembered.expire();
  const after = remembered.get();
  await Promise.resolve();
  asked[0]!.resolve({ value: 'before' });
  expect(await before).toEqual({ value: 'before' });
  await expect.poll(() => asked.length).toBe(2);
  asked[1]!.resolve({ value: 'after' });
  expect(await after).toEqual({ value: 'after' });
});
