import { execFileSync } from 'node:child_process';
import { globSync, statSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../..');
const product = join(root, 'dist/worker.js');
const sources = ['{control-plane,shared,cli,node-agent,testing,scripts}/**/*.{ts,json}', 'package-lock.json'];

const modifiedAt = (path: string) => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;

/** The suites run what `dist/` holds, so it has to be what the sources say. */
export default function buildWhenStale(): void {
  const builtAt = modifiedAt(product);
  const isNewer = (path: string) => !path.endsWith('.test.ts') && modifiedAt(join(root, path)) > builtAt;
  if (globSync(sources, { cwd: root }).some(isNewer)) {
    execFileSync(process.execPath, [join(root, 'scripts/build.ts')], { stdio: 'inherit' });
  }
}
