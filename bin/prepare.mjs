// npm's `prepare`: builds `dist/` when the package is packed or installed from git. A checkout that is built already, as
// when `npx` links it, is left as it is; its own scripts build it.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { nodeIsRecent } from './node-version.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
if (!existsSync(join(root, 'dist', 'cli.js'))) {
  if (!nodeIsRecent(process.version)) {
    console.error(
      `Building fairlead needs Node 22.18 or newer, this is ${process.version}: install Node 24 and try again.`,
    );
    process.exit(1);
  }
  process.exit(spawnSync(process.execPath, ['scripts/build.ts'], { cwd: root, stdio: 'inherit' }).status ?? 1);
}
