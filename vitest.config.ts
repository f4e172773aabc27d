import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    // Worker threads share one address space with the addon: a fork a file keeps a crash in its own file.
    pool: 'forks',
    maxWorkers: 2,
  },
});
