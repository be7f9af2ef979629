// Runs the tests of the WebGPU programs without vitest, in the archive of pack.mjs: twins and
// gradients. Prints what passed, failed or was skipped as JSON.
import { startTests } from '@vitest/runner';

const files = process.argv.slice(2);
const results = await startTests(files, {
  config: /** @type {never} */ ({
    root: import.meta.dirname,
    setupFiles: [],
    passWithNoTests: false,
    sequence: { seed: 0, hooks: 'stack', setupFiles: 'list' },
    maxConcurrency: 1,
    testTimeout: 120_000,
    hookTimeout: 120_000,
    retry: 0,
    includeTaskLocation: false,
    tags: [],
    tagsFilter: undefined,
    strictTags: false,
  }),
  importFile: (file) => import(file),
});

/** @param {import('@vitest/runner').Task} task @returns {import('@vitest/runner').Task[]} */
const leaves = (task) => ('tasks' in task ? task.tasks.flatMap(leaves) : [task]);
const tests = results.flatMap(leaves);
const inState = (/** @type {string} */ state) =>
  tests.filter(({ mode, result }) => (result?.state ?? mode) === state);
const failed = [...inState('fail'), ...results.filter(({ result }) => result?.state === 'fail')];
const report = {
  passed: inState('pass').length,
  skipped: inState('skip').length,
  failed: failed.map(({ name, result }) => ({
    name,
    errors: result?.errors?.map(({ message }) => message) ?? [],
  })),
};
console.log(JSON.stringify(report, null, 2));
process.exitCode = failed.length === 0 && report.passed > 0 ? 0 : 1;
