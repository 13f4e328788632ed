import { fileURLToPath } from 'node:url';
import { cloudflareTest } from '@cloudflare/vitest-plugin';
import { defineConfig } from 'vitest/config';

/** The suites that run inside workerd: `vitest run --config miniflare-tests/vitest.config.ts`. */
export default defineConfig({
  root: fileURLToPath(new URL('..', import.meta.url)),
  plugins: [
    cloudflareTest({
      main: './miniflare-tests/workers/main.ts',
      miniflare: {
        compatibilityDate: '2026-11-01',
        compatibilityFlags: ['nodejs_compat'],
        durableObjects: { STORE: { className: 'StoreObject', useSQLite: true } },
      },
    }),
  ],
  test: {
    include: ['miniflare-tests/**/*.test.ts'],
    exclude: ['miniflare-tests/durability/**'],
    testTimeout: 30_000,
  },
});
