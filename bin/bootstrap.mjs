#!/usr/bin/env node
// Entry of the npm scripts on a fresh checkout. Runs on any Node from 18 on and needs no dependency: it installs the
// project's packages and, where this machine's Node is too old for them, a recent Node from npm, builds, and hands over.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { nodeIsRecent, toolchainNode, toolchainVersion } from './node-version.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const quiet = process.env.FAIRLEAD_BOOTSTRAP_VERBOSE !== '1';

function fail(sentence) {
  console.error(sentence);
  process.exit(1);
}

/** Runs a command; its output is shown only if it fails, since on success it tells a newcomer nothing. */
function run(title, command, args, options = {}) {
  if (process.stdout.isTTY) process.stdout.write(`  ${title} ...\r`);
  const startedAt = Date.now();
  const result = spawnSync(command, args, {
    cwd: root,
    encoding: 'utf8',
    stdio: quiet ? 'pipe' : 'inherit',
    ...options,
  });
  if (result.error || result.status !== 0) {
    console.error(result.stdout ?? '', result.stderr ?? '', result.error?.message ?? '');
    fail(`${title} failed (${command} ${args.join(' ')}); the output above says why.`);
  }
  console.log(`  ${title}: done in ${((Date.now() - startedAt) / 1000).toFixed(1)} s`);
}

function installPackages() {
  const wanted = createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex');
  const marker = join(root, 'node_modules', '.fairlead-lock');
  if (existsSync(marker) && readFileSync(marker, 'utf8') === wanted) return;
  // Install scripts are not needed: esbuild and workerd ship their binaries as packages. `npm ci` would refuse a lock file
  // that lacks the optional binaries of some other platform; this installs the locked versions and leaves the file alone.
  run('Installing the npm packages', 'npm', [
    'install',
    '--no-save',
    '--ignore-scripts',
    '--no-audit',
    '--no-fund',
    '--loglevel=error',
  ]);
  writeFileSync(marker, wanted);
}

function provideNode() {
  if (nodeIsRecent(process.version)) return process.execPath;
  const binary = toolchainNode(root);
  if (!existsSync(binary)) {
    if (process.platform !== 'linux')
      fail(`Node ${process.version} is too old here: install Node 24 and run this again.`);
    const prefix = join(root, '.fairlead', 'toolchain');
    mkdirSync(prefix, { recursive: true });
    const pkg = `node-linux-${process.arch}@${toolchainVersion}`;
    run(`Getting Node ${toolchainVersion} (this machine has ${process.version})`, 'npm', [
      'install',
      '--prefix',
      prefix,
      '--no-save',
      '--no-audit',
      '--no-fund',
      '--loglevel=error',
      pkg,
    ]);
  }
  return binary;
}

const entries = {
  up: ['bin/fairlead.mjs', 'up'],
  down: ['bin/fairlead.mjs', 'down'],
  test: ['scripts/test.ts'],
  check: ['scripts/test.ts', '--only', 'check,unit,workers'],
  bench: ['bench/main.ts'],
  conformance: ['scripts/conformance.ts'],
  generate: ['scripts/generate.ts'],
  build: [],
};

const [task = 'build', ...args] = process.argv.slice(2);
const entry = entries[task];
if (!entry) fail(`Unknown task "${task}"; the tasks are ${Object.keys(entries).join(', ')}.`);

// Stopping a cluster must not install anything first.
if (task === 'down' && !existsSync(join(root, 'dist', 'cli.js'))) {
  console.log('Nothing to stop: this checkout has not been built yet.');
  process.exit(0);
}

let node = process.execPath;
if (task === 'down') {
  if (!nodeIsRecent(process.version)) node = toolchainNode(root);
} else {
  installPackages();
  node = provideNode();
  run('Building', node, ['scripts/build.ts']);
}
if (entry.length > 0) {
  const env = { ...process.env, PATH: `${dirname(node)}:${process.env.PATH}` };
  const result = spawnSync(node, [...entry, ...args], { cwd: root, stdio: 'inherit', env });
  process.exit(result.status ?? 1);
}
