import { defineConfig } from 'vitest/config';

/** The suites that need neither workerd nor Docker: pure cores and Node-side parts, seconds in all. */
export default defineConfig({
  test: {
    include: ['{shared,control-plane,node-agent,cli,testing,scripts,bench,conformance}/**/*.test.ts'],
    testTimeout: 20_000,
    // Files keep no state to themselves: loading the tables of the schema anew for each of them took most of the time.
    isolate: false,
    maxWorkers: 2,
  },
});
