import { resolve } from 'node:path';

/** Root of the project, whatever the working directory is. */
export const PROJECT_ROOT = resolve(import.meta.dirname, '../../..');

/** Where the experiment files are. */
export const EXPERIMENTS_DIRECTORY = resolve(PROJECT_ROOT, 'experiments');

/** Where results go. */
export const RESULTS_DIRECTORY = resolve(PROJECT_ROOT, 'results');
