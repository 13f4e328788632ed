import { defineConfig } from 'vitest/config';

/**
 * The rows of the official conformance suite, all against one control plane with test nodes: most of a test is waiting,
 * so many run at a time, each in a namespace of its own.
 */
export default defineConfig({
  test: {
    root: import.meta.dirname,
    include: ['{tests,recorded}/**/*.conformance.ts'],
    globalSetup: ['harness/server.ts'],
    testTimeout: 60_000,
    hookTimeout: 30_000,
    isolate: false,
    maxWorkers: 2,
    maxConcurrency: 6,
    sequence: { concurrent: true },
  },
});
