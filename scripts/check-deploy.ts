/** What `wrangler deploy` would upload is complete and within the limits: nothing leaves this machine. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';

const maxGzippedKiB = 3 * 1024;
const root = join(import.meta.dirname, '..');
const scratch = mkdtempSync(join(tmpdir(), 'fairlead-deploy-'));

const result = spawnSync(
  process.execPath,
  [join(root, 'node_modules/wrangler/bin/wrangler.js'), 'deploy', '--dry-run', '--outdir', scratch],
  {
    cwd: root,
    encoding: 'utf8',
    timeout: 120_000,
    env: {
      ...process.env,
      // The build that wrangler starts is to run in this Node.
      PATH: `${dirname(process.execPath)}${delimiter}${process.env.PATH ?? ''}`,
      CI: 'true',
      NO_COLOR: '1',
      WRANGLER_SEND_METRICS: 'false',
      WRANGLER_LOG_PATH: join(scratch, 'logs'),
      // A credential of whoever runs this is of no use to a dry run.
      CLOUDFLARE_API_TOKEN: undefined,
    },
  },
);
rmSync(scratch, { recursive: true, force: true });

const output = `${result.stdout}${result.stderr}${result.error ? `\n${result.error.message}` : ''}`;
const size = /gzip: ([\d.]+) KiB/.exec(output)?.[1];
if (result.status !== 0 || size === undefined) {
  console.error(output);
  console.error(`wrangler deploy --dry-run failed (${result.status ?? result.signal})`);
  process.exit(1);
}
if (Number(size) > maxGzippedKiB) {
  console.error(`the Worker takes ${size} KiB gzipped, more than ${maxGzippedKiB}`);
  process.exit(1);
}
console.log(`wrangler would deploy ${size} KiB gzipped`);
