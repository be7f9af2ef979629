import { spawn } from 'node:child_process';
import { join } from 'node:path';
import type { CommandModule } from 'yargs';
import { PROJECT_ROOT } from '../projectPaths.ts';
import { withProfile, type ProfileArguments } from './commonOptions.ts';

/** `blurcycle report`: results to one HTML file. */
export const reportCommand: CommandModule<object, ProfileArguments> = {
  command: 'report',
  describe: 'the HTML report of the results that are there',
  builder: (yargs) =>
    withProfile(yargs).example('$0 report --profile standard', 'the report of the reference results'),
  handler: async ({ profile, resultsDir }) => {
    console.log(await buildReport(profile, resultsDir));
  },
};

/**
 * Builds the report in a process of its own: it is another application, and none imports another.
 *
 * @returns Path of the report.
 */
export async function buildReport(profile: string, resultsDir: string): Promise<string> {
  const main = join(PROJECT_ROOT, 'apps/report/src/main.ts');
  const parameters = ['--import', 'tsx', main, '--profile', profile, '--results-dir', resultsDir];
  const code = await new Promise<number>((resolve, reject) => {
    const child = spawn(process.execPath, parameters, {
      cwd: PROJECT_ROOT,
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    child.on('error', reject);
    child.on('close', (exitCode) => resolve(exitCode ?? 1));
  });
  if (code !== 0) throw new Error(`report: the report of profile ${profile} could not be built (see above)`);
  return join(resultsDir, profile, 'report.html');
}
