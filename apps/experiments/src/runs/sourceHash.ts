import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PROJECT_ROOT } from '../projectPaths.ts';
import { TRAINING_SOURCES } from '../trainingSources.ts';

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
