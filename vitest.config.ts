import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['**/test/**/*.test.ts'],
    // Those of minutes: vitest.long.config.ts.
    exclude: ['**/node_modules/**', '**/*.long.test.ts'],
    testTimeout: 60_000,
    pool: 'forks',
    passWithNoTests: false,
  },
});
