import { resolve } from 'node:path';
import { InputError } from '@blurcycle/core';
import { loadExperiments } from '@blurcycle/experiment';
import {
  EXPERIMENTS_DIRECTORY,
  programVersion,
  PROJECT_ROOT,
  readGitState,
  RESULTS_DIRECTORY,
} from '@blurcycle/files';
import yargs from 'yargs';
import { hideBin } from 'yargs/helpers';
import { buildReport } from './buildReport.ts';
import { formatBytes } from './html/format.ts';
import { writePapers } from './paper/writePaper.ts';

const options = await yargs(hideBin(process.argv))
  .scriptName('report')
  .usage(
    '$0 [--profile quick]\n\nWrites <results-dir>/<profile>/report.html from the results that are there.',
  )
  .option('profile', { type: 'string', default: 'quick', describe: 'whose results' })
  .option('results-dir', {
    type: 'string',
    alias: 'results',
    default: RESULTS_DIRECTORY,
    describe: 'directory of all results',
  })
  .option('paper', {
    type: 'boolean',
    default: false,
    describe:
      'write, or check, a paper in Markdown and LaTeX whose numbers are those of the records',
  })
  .example('$0 --profile standard', 'the report of the reference results')
  .strict()
  .parseAsync();

try {
  const sources = {
    profile: options.profile,
    resultsDir: resolve(options['results-dir']),
    deviationsPath: resolve(PROJECT_ROOT, 'docs/deviations.md'),
    stated: loadExperiments(EXPERIMENTS_DIRECTORY),
    builder: {
      version: programVersion(),
      node: process.versions.node,
      git: await readGitState(PROJECT_ROOT),
    },
  };
  if (options.paper) {
    for (const { path, isNew, count } of await writePapers(sources)) {
      console.log(`${path} (${isNew ? 'written' : 'checked'}, ${count} numbers of the records)`);
    }
  } else {
    const { path, bytes } = await buildReport(sources);
    console.log(`${path} (${formatBytes(bytes)})`);
  }
} catch (error) {
  if (!(error instanceof InputError)) throw error;
  console.error(error.message);
  process.exitCode = 2;
}
