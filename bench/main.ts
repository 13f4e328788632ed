/**
 * `npm run bench [-- --only api,start] [-o json] [--write-docs]`: every figure beside its floor, measured in one run.
 * All traffic stays on this machine.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs, styleText } from 'node:util';
import { provideCommands } from '../scripts/system-packages.ts';
import { createProgressLine } from './progress.ts';
import { replaceFigures } from './report/docs.ts';
import { jsonReport, markdownReport, textReport } from './report/report.ts';
import { Cleanup } from './setup/cleanup.ts';
import type { Suite, SuiteResult } from './suite.ts';
import { suites } from './suites/index.ts';

const usage = `usage: npm run bench -- [--only ${suites.map(({ name }) => name).join(',')}] [-o table|json] [--write-docs]`;

function fail(sentence: string): never {
  console.error(sentence);
  process.exit(2);
}

function parseCommandLine() {
  try {
    const { values } = parseArgs({
      options: {
        only: { type: 'string' },
        output: { type: 'string', short: 'o', default: 'table' },
        'write-docs': { type: 'boolean', default: false },
      },
    });
    return values;
  } catch (error) {
    return fail(`${(error as Error).message}\n${usage}`);
  }
}

function chosenSuites(only: string | undefined): readonly Suite[] {
  const names = only?.split(',');
  const unknown = names?.find((name) => !suites.some((suite) => suite.name === name));
  if (unknown !== undefined) fail(`There is no suite "${unknown}".\n${usage}`);
  return suites.filter(({ name }) => names?.includes(name) ?? true);
}

const values = parseCommandLine();
if (values.output !== 'table' && values.output !== 'json') fail(`-o takes table or json.\n${usage}`);
const chosen = chosenSuites(values.only);
const missing = provideCommands(Object.assign({}, ...chosen.map(({ needs }) => needs)));
if (missing !== undefined) fail(missing);

const progress = createProgressLine();
const folder = mkdtempSync(join(tmpdir(), 'fairlead-bench-'));
let cleanup = new Cleanup();
let isInterrupted = false;
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.once(signal, () => {
    isInterrupted = true;
    progress.clear();
    console.error('Interrupted; stopping what was started.');
    void cleanup.run().then(() => {
      rmSync(folder, { recursive: true, force: true });
      process.exit(130);
    });
  });
}

/** A suite that fails leaves the others their turn. */
async function runSuite(suite: Suite): Promise<SuiteResult | undefined> {
  cleanup = new Cleanup();
  const show = (what: string) => progress.show(`${suite.name}: ${what}`);
  try {
    return await suite.run({ folder: mkdtempSync(join(folder, `${suite.name}-`)), cleanup, progress: show });
  } catch (error) {
    // What was taken away from under it is no failure.
    if (isInterrupted) return undefined;
    progress.clear();
    console.error(styleText('red', `${suite.name} failed:`, { stream: process.stderr }), error);
    process.exitCode = 1;
    return undefined;
  } finally {
    show('stopping');
    await cleanup.run();
    progress.clear();
  }
}

const results: { suite: Suite; result: SuiteResult }[] = [];
for (const suite of chosen) {
  if (isInterrupted) break;
  const result = await runSuite(suite);
  if (!result) continue;
  results.push({ suite, result });
  if (values.output === 'table') console.log(textReport(suite, result));
}
rmSync(folder, { recursive: true, force: true });

const machine = `${cpus().length} cores (${cpus()[0]?.model.trim() ?? 'unknown'}), Node ${process.version}`;
if (values.output === 'json') console.log(jsonReport(machine, results));
if (values['write-docs']) {
  const file = join(import.meta.dirname, '..', 'docs', 'performance.md');
  writeFileSync(file, replaceFigures(readFileSync(file, 'utf8'), markdownReport(machine, results)));
}
