import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { generateSchema, serialize } from './generate-schema.ts';

it('the committed type tables are what the client package says', async () => {
  const { tables, descriptions } = await generateSchema();
  expect(serialize({ ...tables })).toBe(committed('kubernetes.generated.json'));
  expect(serialize(descriptions)).toBe(committed('descriptions.generated.json'));
});

function committed(name: string): string {
  return readFileSync(new URL(`../shared/schema/${name}`, import.meta.url), 'utf8');
}
