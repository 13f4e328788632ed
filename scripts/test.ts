/**
 * Everything that proves the project, fast things first. `--only check,unit` runs a part. The last line sums all suites
 * up: `N passed, N failed` and, where there are any, `, N skipped`.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs, styleText } from 'node:util';
import { labPackages, provideCommands, pythonClient, rubyClient } from './system-packages.ts';

interface Outcome {
  passed: number;
  failed: number;
  skipped: number;
}

interface Suite {
  name: string;
  title: string;
  run(): Outcome;
}

const root = join(import.meta.dirname, '..');
const scratch = mkdtempSync(join(tmpdir(), 'fairlead-test-'));
const bin = (name: string) => join(root, 'node_modules', '.bin', name);

function heading(text: string): void {
  console.log(styleText('bold', `\n== ${text}`));
}

function execute(command: string, args: string[]): boolean {
  const result = spawnSync(command, args, { cwd: root, stdio: 'inherit' });
  if (result.error) console.error(result.error.message);
  return result.status === 0;
}

/** One command that either holds or does not. */
function step(title: string, command: string, args: string[]): Outcome {
  const startedAt = Date.now();
  const ok = execute(command, args);
  console.log(`${ok ? 'ok' : 'FAILED'}  ${title} (${((Date.now() - startedAt) / 1000).toFixed(1)} s)`);
  return { passed: ok ? 1 : 0, failed: ok ? 0 : 1, skipped: 0 };
}

function sum(outcomes: Outcome[]): Outcome {
  const add = (a: Outcome, b: Outcome) => ({
    passed: a.passed + b.passed,
    failed: a.failed + b.failed,
    skipped: a.skipped + b.skipped,
  });
  return outcomes.reduce(add, { passed: 0, failed: 0, skipped: 0 });
}

/** Runs vitest and reads its own counts; a run that breaks outside of a test is a failure too. */
function vitest(name: string, args: string[]): Outcome {
  const report = join(scratch, `${name}.json`);
  const ok = execute(bin('vitest'), [
    'run',
    ...args,
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${report}`,
  ]);
  if (!existsSync(report)) return { passed: 0, failed: 1, skipped: 0 };
  const counts = JSON.parse(readFileSync(report, 'utf8')) as {
    numPassedTests: number;
    numFailedTests: number;
    numPendingTests: number;
    numTodoTests: number;
  };
  const failed = counts.numFailedTests + (!ok && counts.numFailedTests === 0 ? 1 : 0);
  return { passed: counts.numPassedTests, failed, skipped: counts.numPendingTests + counts.numTodoTests };
}

const suites: Suite[] = [
  {
    name: 'check',
    title: 'Lint, types, generated files',
    run: () =>
      sum([
        step('lint and format', bin('biome'), ['ci', '--error-on-warnings', '.']),
        step('types of the Worker', bin('tsc'), ['-p', 'tsconfig.worker.json']),
        step('types of everything that runs in Node', bin('tsc'), ['-p', 'tsconfig.node.json']),
        step('types of the tests in workerd', bin('tsc'), ['-p', 'miniflare-tests/tsconfig.json']),
        step('types of the tests that run workerd', bin('tsc'), ['-p', 'miniflare-tests/durability/tsconfig.json']),
        step('wrangler deploy --dry-run', process.execPath, ['scripts/check-deploy.ts']),
      ]),
  },
  { name: 'unit', title: 'Pure cores and Node-side parts', run: () => vitest('unit', []) },
  {
    name: 'workers',
    title: 'In workerd: the store, whole clusters, kills',
    run: () => {
      // Where one cannot be had its test is skipped, and says so; a distribution may have the one and not the other.
      for (const client of [pythonClient, rubyClient]) {
        const missing = provideCommands(client);
        if (missing !== undefined) console.log(missing);
      }
      return vitest('workers', ['--config', 'miniflare-tests/vitest.config.ts']);
    },
  },
  {
    name: 'conformance',
    title: 'Rows of the official conformance suite',
    run: () => vitest('conformance', ['-c', 'conformance/vitest.config.ts']),
  },
  {
    name: 'e2e',
    title: 'Real Docker, real kubectl, several hosts',
    run: () => {
      const missing = provideCommands(labPackages);
      if (missing === undefined) return vitest('e2e', ['-c', 'e2e/vitest.config.ts']);
      console.log(missing);
      return { passed: 0, failed: 1, skipped: 0 };
    },
  },
];

const { values } = parseArgs({ options: { only: { type: 'string' } } });
const wanted = values.only?.split(',');
const unknown = wanted?.filter((name) => !suites.some((suite) => suite.name === name)) ?? [];
if (unknown.length > 0) {
  console.error(`Unknown suite ${unknown.join(', ')}; there are ${suites.map((suite) => suite.name).join(', ')}.`);
  process.exit(2);
}

const startedAt = Date.now();
const outcomes: Outcome[] = [];
const lines: string[] = [];
for (const suite of suites) {
  if (wanted && !wanted.includes(suite.name)) continue;
  heading(suite.title);
  const suiteStartedAt = Date.now();
  const outcome = suite.run();
  outcomes.push(outcome);
  const seconds = Math.round((Date.now() - suiteStartedAt) / 1000);
  lines.push(
    `${suite.name.padEnd(11)} ${outcome.passed} passed, ${outcome.failed} failed, ${outcome.skipped} skipped (${seconds} s)`,
  );
}
rmSync(scratch, { recursive: true, force: true });

const total = sum(outcomes);
heading(`Summary (${Math.round((Date.now() - startedAt) / 1000)} s)`);
for (const line of lines) console.log(`   ${line}`);
console.log(`${total.passed} passed, ${total.failed} failed${total.skipped > 0 ? `, ${total.skipped} skipped` : ''}`);
process.exitCode = total.failed > 0 || total.passed === 0 ? 1 : 0;
