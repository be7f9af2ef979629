/**
 * @file All of the code that makes numbers, as one module: data, training and prediction, tests,
 *   classical methods, scores, the rows and verdicts of tables. `codeHash` hashes it; nothing
 *   imports it. What looks at results, judges, draws or tells is left out: it may change and leaves
 *   every result proved.
 */
export { prepareDataset } from './dataset/prepareDataset.ts';
export { prepareTestVolumes } from './dataset/prepareTestVolumes.ts';
export { makeRun } from './run/makeRun.ts';
export { scoreRun } from './run/scoreRun.ts';
export { completeScores, makeScores, scoreEstimate } from './scores/scorePredictions.ts';
export { tabulate } from './table/tabulate.ts';
export { computeClassical } from './test/computeClassical.ts';
export { testRun } from './test/testRun.ts';
