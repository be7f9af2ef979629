import { spawn } from 'node:child_process';
import { join, relative, resolve } from 'node:path';
import { InputError } from '@blurcycle/core';
import { experimentDirectory, getExperiment, loadExperiments } from '@blurcycle/experiment';
import { PROJECT_ROOT, readIfThere } from '@blurcycle/files';
import { defineCommand, PROFILE_OPTIONS } from './commonOptions.ts';

/** `blurcycle report`: results to one HTML file. */
export const reportCommand = defineCommand({
  builder: (yargs) =>
    yargs
      .positional('experiment', {
        type: 'string',
        describe: 'print the table of this experiment too',
      })
      .options(PROFILE_OPTIONS)
      .option('paper', {
        type: 'boolean',
        default: false,
        describe:
          'write a paper in Markdown and LaTeX whose numbers are those of the records, or check the one that is there',
      })
      .example('$0 report --profile standard', 'the report of the reference results'),
  handler: async ({ experiment, profile, experimentsDir, resultsDir, paper }) => {
    if (paper) {
      await runReport(['--paper'], profile, resultsDir, 'inherit');
      return;
    }
    if (experiment === undefined) {
      console.log(await buildReport(profile, resultsDir));
      return;
    }
    getExperiment(loadExperiments(experimentsDir), experiment);
    const path = join(experimentDirectory(resultsDir, profile, experiment), 'table.md');
    const table = readIfThere(path);
    if (table === null) {
      const remedy = `npx blurcycle run ${experiment} --profile ${profile}`;
      throw new InputError(
        `report: ${experiment} must have a table, got none in profile ${profile} (${remedy})`,
      );
    }
    console.log(table);
    const report = await buildReport(profile, resultsDir);
    console.log(`table:  ${relative(process.cwd(), path)}`);
    console.log(`report: ${relative(process.cwd(), report)}`);
  },
});

/**
 * Builds the report in a process of its own: applications do not import each other.
 *
 * @returns Path of the report.
 */
export async function buildReport(profile: string, resultsDir: string): Promise<string> {
  await runReport([], profile, resultsDir, 'ignore');
  return join(resultsDir, profile, 'report.html');
}

async function runReport(
  options: readonly string[],
  profile: string,
  resultsDir: string,
  stdout: 'ignore' | 'inherit',
): Promise<void> {
  const main = join(PROJECT_ROOT, 'apps/report/src/main.ts');
  // The other process works in another folder.
  const where = ['--profile', profile, '--results-dir', resolve(resultsDir)];
  const parameters = ['--import', 'tsx', main, ...where, ...options];
  const code = await new Promise<number>((resolve, reject) => {
    const child = spawn(process.execPath, parameters, {
      cwd: PROJECT_ROOT,
      stdio: ['ignore', stdout, 'inherit'],
    });
    child.on('error', reject);
    child.on('close', (exitCode) => resolve(exitCode ?? 1));
  });
  if (code !== 0)
    throw new Error(`report: the report of profile ${profile} could not be built (see above)`);
}
