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

/** Directory of a table or figure. */
export function experimentDirectory(resultsDir: string, profile: string, experiment: string): string {
  return join(resultsDir, profile, experiment);
}
