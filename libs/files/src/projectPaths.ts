import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

/**
 * Root of the project, whatever the working directory is: the nearest folder with nx.json above.
 */
export const PROJECT_ROOT = findRoot(import.meta.dirname);

/** Where the experiment files are. */
export const EXPERIMENTS_DIRECTORY = resolve(PROJECT_ROOT, 'experiments');

/** Where results go. */
export const RESULTS_DIRECTORY = resolve(PROJECT_ROOT, 'results');

function findRoot(folder: string): string {
  if (existsSync(join(folder, 'nx.json'))) return folder;
  const above = dirname(folder);
  if (above === folder) throw new Error('internal: the project has no nx.json above its libraries');
  return findRoot(above);
}
