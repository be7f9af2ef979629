/** @file `npm run docs`: fills README and docs from the committed results. */

import { join } from 'node:path';
import { loadExperiments } from '@blurcycle/experiment';
import {
  EXPERIMENTS_DIRECTORY,
  PROJECT_ROOT,
  readIfThere,
  RESULTS_DIRECTORY,
  writeFileAtomically,
} from '@blurcycle/files';
import { format, resolveConfig } from 'prettier';
import { resultPages } from './resultPages.ts';

const readme = readIfThere(join(PROJECT_ROOT, 'README.md')) ?? '';
const stated = loadExperiments(EXPERIMENTS_DIRECTORY);
for (const { path, text } of await resultPages(
  join(RESULTS_DIRECTORY, 'standard'),
  stated,
  readme,
)) {
  const at = join(PROJECT_ROOT, path);
  const isPage = path.endsWith('.md');
  const options = { ...(await resolveConfig(at)), parser: 'markdown' };
  await writeFileAtomically(at, 'docs', isPage ? await format(text, options) : text);
  console.log(path);
}
