import { mkdtemp, readdir, readFile, readlink, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type PayloadFile, writeAtomically } from './atomic-writer.ts';

let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'fairlead-writer-'));
});

afterEach(() => rm(directory, { recursive: true }));

const payload = (files: Record<string, string>, mode = 0o644): Map<string, PayloadFile> =>
  new Map(Object.entries(files).map(([path, text]) => [path, { data: Buffer.from(text), mode }]));

const visible = async () => (await readdir(directory)).filter((name) => !name.startsWith('..')).sort();

test('every name leads through ..data to its content, with its mode', async () => {
  expect(await writeAtomically(directory, payload({ a: '1', 'deep/er/b': '2' }, 0o400))).toBe(true);
  expect(await visible()).toEqual(['a', 'deep']);
  expect(await readlink(join(directory, 'a'))).toBe('..data/a');
  expect(await readFile(join(directory, 'deep/er/b'), 'utf8')).toBe('2');
  expect((await stat(join(directory, 'a'))).mode & 0o777).toBe(0o400);
});

test('an update replaces all of it at once and leaves nothing of the old', async () => {
  await writeAtomically(directory, payload({ a: '1', gone: 'x' }));
  const before = await readlink(join(directory, '..data'));
  expect(await writeAtomically(directory, payload({ a: '2', b: '3' }))).toBe(true);
  expect(await visible()).toEqual(['a', 'b']);
  expect(await readFile(join(directory, 'a'), 'utf8')).toBe('2');
  const all = await readdir(directory);
  expect(all).not.toContain(before);
  expect(all).toHaveLength(4);
});

test('the same content is not written again', async () => {
  await writeAtomically(directory, payload({ a: '1' }));
  const before = await readlink(join(directory, '..data'));
  expect(await writeAtomically(directory, payload({ a: '1' }))).toBe(false);
  expect(await readlink(join(directory, '..data'))).toBe(before);
});
