/** Builds `dist/`: the Worker, the command line with the node agent, and the testing library. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { buildWorker } from './build-worker.ts';
import { writeOpenApiAssets } from './generate-openapi.ts';

const root = join(import.meta.dirname, '..');
mkdirSync(join(root, 'dist'), { recursive: true });

await Promise.all([
  buildWorker(),
  writeOpenApiAssets(),
  build({
    absWorkingDir: root,
    entryPoints: { cli: 'cli/main.ts', testing: 'testing/index.ts' },
    outdir: 'dist',
    bundle: true,
    splitting: true,
    chunkNames: 'chunks/[name]-[hash]',
    platform: 'node',
    mainFields: ['module', 'main'],
    target: 'node22',
    minifyWhitespace: true,
    minifySyntax: true,
    format: 'esm',
    sourcemap: 'linked',
    // Packages with native parts or data files of their own stay packages.
    external: ['miniflare', 'workerd'],
    // What dockerode loads for engines behind SSH and for BuildKit: nothing that we do needs it, and it is a tenth of the
    // agent's memory.
    alias: Object.fromEntries(
      ['ssh2', '@grpc/grpc-js', '@grpc/proto-loader', 'protobufjs'].map((name) => [name, './scripts/empty-module.mjs']),
    ),
    banner: {
      js: "import { createRequire as createBundleRequire } from 'node:module'; const require = createBundleRequire(import.meta.url);",
    },
    logLevel: 'warning',
  }),
]);
