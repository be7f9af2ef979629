import { defineConfig } from 'vitest/config';

/** Tests of minutes, `npm run test:long`: what only shows after thousands of repetitions. */
export default defineConfig({
  test: {
    include: ['**/test/**/*.long.test.ts'],
    exclude: ['**/node_modules/**'],
    testTimeout: 1_800_000,
    pool: 'forks',
    passWithNoTests: false,
  },
});
