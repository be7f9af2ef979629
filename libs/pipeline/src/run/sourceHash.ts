import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PROJECT_ROOT } from '@blurcycle/files';

/**
 * Libraries whose source decides the numbers of a training run. Report, tests and docs are not
 * among them.
 */
const TRAINING_LIBRARIES = [
  'core',
  'psf',
  'imaging',
  'data',
  'metrics',
  'compute',
  'models',
  'training',
];

/** Directories, from the project root, whose files decide the numbers of a training run. */
export const TRAINING_SOURCES: readonly string[] = [
  ...TRAINING_LIBRARIES.map((library) => `libs/${library}/src`),
  'libs/compute/native',
  'libs/stacks/src',
  'libs/inference/src',
  'libs/pipeline/src/dataset',
  'libs/pipeline/src/run',
  'libs/pipeline/src/scores',
];

/**
 * Directories, from the project root, whose files decide what tables and figures are made of
 * finished runs.
 */
export const TABLE_SOURCES: readonly string[] = [
  'libs/experiment/src',
  'libs/metrics/src',
  'libs/pipeline/src/test',
  'libs/pipeline/src/figures',
  'libs/pipeline/src/table',
];

/**
 * Directories, from the project root, whose files decide the numbers of classical methods in
 * tables.
 */
export const CLASSICAL_SOURCES: readonly string[] = [
  ...['core', 'psf', 'imaging', 'data', 'metrics', 'compute'].map(
    (library) => `libs/${library}/src`,
  ),
  'libs/compute/native',
  'libs/deconvolution/src',
  'libs/stacks/src',
  'libs/pipeline/src/dataset',
  'libs/pipeline/src/scores',
];

const SOURCE_FILE = /\.(ts|cc|h|mjs)$/;

/**
 * SHA-256 over sources: paths and contents, in sorted order.
 *
 * @param folders - From the project root. @defaultValue those that decide the numbers of a training
 *   run
 */
export async function readSourceHash(
  folders: readonly string[] = TRAINING_SOURCES,
): Promise<string> {
  const hash = createHash('sha256');
  for (const folder of folders) {
    const names = await readdir(join(PROJECT_ROOT, folder), { recursive: true });
    const sources = names
      .filter((name) => SOURCE_FILE.test(name) && !/(^|\/)(test|build)\//.test(name))
      .sort();
    for (const name of sources) {
      hash.update(`${folder}/${name}\0`);
      hash.update(await readFile(join(PROJECT_ROOT, folder, name)));
    }
  }
  return hash.digest('hex');
}
