/**
 * Runs the conformance tests and prints how many rows of the official suite pass, by area and in all.
 * `npm run conformance -- [--needs A|F|K|N] [--area NAME] [-o json] [--write-docs]`
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs, styleText } from 'node:util';
import { type Needs, needs, rows } from '../conformance/rows.ts';
import {
  type Choice,
  isChosen,
  type Paint,
  type Result,
  renderMarkdown,
  renderText,
  score,
  totalLines,
} from '../conformance/scoreboard.ts';

const root = join(import.meta.dirname, '..');
const docsFile = join(root, 'docs', 'conformance.md');
const begin = '<!-- scoreboard: written by npm run conformance -- --write-docs -->';
const end = '<!-- end of scoreboard -->';

function fail(sentence: string): never {
  console.error(sentence);
  process.exit(2);
}

function options() {
  try {
    return parseArgs({
      options: {
        needs: { type: 'string' },
        area: { type: 'string' },
        output: { type: 'string', short: 'o' },
        'write-docs': { type: 'boolean' },
      },
    }).values;
  } catch (error) {
    return fail(error instanceof Error ? error.message : String(error));
  }
}

interface VitestReport {
  testResults: Array<{
    message: string;
    assertionResults: Array<{ title: string; status: string; failureMessages: string[] }>;
  }>;
}

/** Runs the tests of the chosen rows; what vitest says on the way goes to stderr. */
function runTests({ needs: need, area }: Choice): { results: Result[]; broken: string[] } {
  const scratch = mkdtempSync(join(tmpdir(), 'fairlead-conformance-'));
  const report = join(scratch, 'report.json');
  // The title of a test begins with what it needs and its area.
  const pattern = `^${need ?? '.'} \\| ${area ? escapePattern(area) : '[^|]+'} \\|`;
  const reporter = process.stderr.isTTY ? ['--reporter=dot'] : [];
  const vitest = join(root, 'node_modules', '.bin', 'vitest');
  const args = ['run', '-c', 'conformance/vitest.config.ts', '-t', pattern];
  spawnSync(vitest, [...args, ...reporter, '--reporter=json', `--outputFile.json=${report}`], {
    cwd: root,
    stdio: ['ignore', 2, 2],
  });
  try {
    if (!existsSync(report))
      return { results: [], broken: ['the tests could not be started; the output above says why'] };
    const { testResults } = JSON.parse(readFileSync(report, 'utf8')) as VitestReport;
    const ran = testResults.flatMap((file) => file.assertionResults).filter(({ status }) => status !== 'skipped');
    return {
      results: ran.map(({ title, status, failureMessages: [error] }) => ({
        title,
        passed: status === 'passed',
        ...(error ? { error: error.split('\n')[0]! } : {}),
      })),
      broken: testResults.filter((file) => file.assertionResults.length === 0).map(({ message }) => message),
    };
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

function escapePattern(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

const styles = { good: 'green', partial: 'yellow', bad: 'red', quiet: 'dim' } as const;
const paint: Paint = (tone, text) => styleText(styles[tone], text);

const { output, area, ...values } = options();
const need = values.needs as Needs | undefined;
if (need !== undefined && !needs.includes(need)) fail(`--needs is one of ${needs.join(', ')}.`);
if (output !== undefined && output !== 'json') fail('-o is json, or absent for a table.');
const areas = [...new Set(rows.map((row) => row.area))];
const namedArea = area && areas.find((name) => name.toLowerCase() === area.toLowerCase());
if (area && !namedArea) fail(`There is no area ${area}; there are ${areas.join(', ')}.`);
if (values['write-docs'] && (need || area))
  fail('The documentation has all rows: --write-docs goes without --needs and --area.');

const choice: Choice = { needs: need, area: namedArea };
const { results, broken } = runTests(choice);
const chosen = rows.filter((row) => isChosen(row, choice));
const board = score(chosen, results);

if (output === 'json') {
  console.log(JSON.stringify({ ...board, broken }, null, 2));
} else {
  console.log(`\n${renderText(board, paint)}\n`);
  for (const { row, error } of board.failed) console.log(`${paint('bad', 'FAILED')}  ${row}: ${error}`);
  for (const message of broken) console.log(`${paint('bad', 'BROKEN')}  ${message}`);
  for (const line of totalLines(board)) console.log(line);
}
if (values['write-docs']) {
  const [before, rest] = readFileSync(docsFile, 'utf8').split(begin);
  const after = rest?.split(end)[1];
  if (after === undefined) fail(`${docsFile} lacks its markers.`);
  writeFileSync(docsFile, `${before}${begin}\n\n${renderMarkdown(board)}\n\n${end}${after}`);
}
process.exitCode = board.failed.length > 0 || broken.length > 0 ? 1 : 0;
