import { join } from 'node:path';

/** Directory of a training run. */
export function runDirectory(resultsDir: string, profile: string, runId: string): string {
  return join(resultsDir, profile, 'runs', runId);
}

/** Directory of a table or figure. */
export function experimentDirectory(resultsDir: string, profile: string, experiment: string): string {
  return join(resultsDir, profile, experiment);
}
