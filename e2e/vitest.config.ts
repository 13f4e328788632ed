import { defineConfig } from 'vitest/config';

/** Real engines, real kernels: needs root, Docker and nftables. One file at a time, since they share the machine. */
export default defineConfig({
  test: {
    root: import.meta.dirname,
    include: ['**/*.test.ts'],
    fileParallelism: false,
    testTimeout: 60_000,
    hookTimeout: 180_000,
  },
});
