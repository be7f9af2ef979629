import { join } from 'node:path';

/** Directory of a training run. */
export function runDirectory(resultsDir: string, profile: string, runId: string): string {
  return join(resultsDir, profile, 'runs', runId);
}

/**
 * Directory of the predictions that a trained model made of other test volumes than its own.
 *
 * @param key - `testKey` of the data set and the condition.
 */
export function testDirectory(resultsDir: string, profile: string, runId: string, key: string): string {
  return join(runDirectory(resultsDir, profile, runId), 'tests', key);
}

/**
 * Directory of what a classical method made of test volumes.
 *
 * @param key - Key of the run.
 */
export function classicalDirectory(resultsDir: string, profile: string, method: string, key: string): string {
  return join(resultsDir, profile, 'classical', `${method}-${key.slice(0, 12)}`);
}

/** Directory of a table or figure. */
export function experimentDirectory(resultsDir: string, profile: string, experiment: string): string {
  return join(resultsDir, profile, experiment);
}
