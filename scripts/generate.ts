/** Writes every generated file that is committed, in the order in which they need each other. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

for (const script of [
  'generate-schema.ts',
  'generate-column-descriptions.ts',
  'generate-indexes.ts',
  'compatibility-table.ts',
]) {
  const { status } = spawnSync(process.execPath, [join(import.meta.dirname, script)], { stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}
