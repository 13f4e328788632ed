/** Bundles the control plane into `dist/worker.js`: one ES module that workerd and Cloudflare run as it is. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';

const root = join(import.meta.dirname, '..');
const outfile = join(root, 'dist/worker.js');

/** Cloudflare's limit for a Worker of the free plan; staying below it keeps cold starts short. */
const maxGzippedBytes = 3 * 1024 * 1024;

/** Writes `dist/worker.js` and its source map. Throws when the bundle has outgrown what may be deployed. */
export async function buildWorker(): Promise<{ bytes: number; gzippedBytes: number }> {
  await build({
    absWorkingDir: root,
    entryPoints: ['control-plane/worker.ts'],
    outfile,
    bundle: true,
    format: 'esm',
    target: 'es2024',
    platform: 'neutral',
    mainFields: ['module', 'main'],
    conditions: ['workerd', 'worker', 'browser', 'import'],
    external: ['cloudflare:*', 'node:*'],
    minify: true,
    // Class names are the names of Durable Object classes and of errors.
    keepNames: true,
    sourcemap: 'linked',
    legalComments: 'none',
    logLevel: 'warning',
  });
  const bundle = readFileSync(outfile);
  const gzippedBytes = gzipSync(bundle).byteLength;
  if (gzippedBytes > maxGzippedBytes) {
    throw new Error(`the Worker takes ${gzippedBytes} bytes gzipped, more than ${maxGzippedBytes}`);
  }
  return { bytes: bundle.byteLength, gzippedBytes };
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const { bytes, gzippedBytes } = await buildWorker();
  console.log(`dist/worker.js: ${Math.round(bytes / 1024)} KiB, ${Math.round(gzippedBytes / 1024)} KiB gzipped`);
}
