import { fileURLToPath } from 'node:url';
import { cloudflareTest } from '@cloudflare/vitest-plugin';
import { defineConfig } from 'vitest/config';

const root = fileURLToPath(new URL('..', import.meta.url));

/**
 * What needs the real workerd: suites that run inside it, and suites in Node that run it as a server of its own (`server`:
 * the store alone; `cluster`: the whole control plane, from outside, as its clients see it).
 * `vitest run --config miniflare-tests/vitest.config.ts [--project workerd|server|cluster]`
 */
export default defineConfig({
  root,
  test: {
    projects: [
      {
        root,
        plugins: [
          cloudflareTest({
            main: './miniflare-tests/workers/main.ts',
            miniflare: {
              compatibilityDate: '2026-11-01',
              durableObjects: {
                STORE: { className: 'StoreObject', useSQLite: true },
                TIMERS: { className: 'TimersObject', useSQLite: true },
                WATCH: { className: 'WatchObject', useSQLite: true },
              },
            },
          }),
        ],
        test: {
          name: 'workerd',
          include: ['miniflare-tests/**/*.test.ts'],
          exclude: ['miniflare-tests/{durability,cluster}/**'],
          testTimeout: 30_000,
        },
      },
      { root, test: { name: 'server', include: ['miniflare-tests/durability/**/*.test.ts'] } },
      {
        root,
        test: {
          name: 'cluster',
          include: ['miniflare-tests/cluster/**/*.test.ts'],
          globalSetup: ['miniflare-tests/cluster/build-when-stale.ts'],
          testTimeout: 30_000,
          hookTimeout: 30_000,
          // Each file starts a whole control plane.
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
