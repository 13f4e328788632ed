#!/usr/bin/env node
// The `fairlead` command: finds a Node that is recent enough and starts the built command line.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { setFlagsFromString } from 'node:v8';
import { nodeIsRecent, toolchainNode } from './node-version.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const cli = join(root, 'dist', 'cli.js');

if (!existsSync(cli)) {
  console.error('fairlead is not built in this checkout: run `npm run up`, or `node bin/bootstrap.mjs build`.');
  process.exit(1);
}
if (nodeIsRecent(process.version)) {
  // Long-running agents and supervisors allocate little: a young generation that stays small keeps the process small.
  setFlagsFromString('--semi-space-growth-factor=1');
  setFlagsFromString('--optimize-for-size');
  await import(pathToFileURL(cli).href);
} else if (existsSync(toolchainNode(root))) {
  const result = spawnSync(toolchainNode(root), [fileURLToPath(import.meta.url), ...process.argv.slice(2)], {
    stdio: 'inherit',
  });
  process.exit(result.status ?? 1);
} else {
  console.error(
    `fairlead needs Node 22.18 or newer, this is ${process.version}: install Node 24, or run \`npm run up\` in the checkout, which gets one.`,
  );
  process.exit(1);
}
