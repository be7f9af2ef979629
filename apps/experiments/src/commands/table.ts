import { join, relative } from 'node:path';
import {
  experimentDirectory,
  loadExperiments,
  resolveExperiment,
  tableToMarkdown,
} from '@blurcycle/experiment';
import { makeFolders } from '@blurcycle/files';
import {
  COMPUTE_OPTIONS,
  defineCommand,
  EXPERIMENT,
  JSON_OPTION,
  PROFILE_OPTIONS,
} from './commonOptions.ts';
import { createProgress } from './progress.ts';
import { buildReport } from './report.ts';

/**
 * `blurcycle table <experiment>`: scores, intervals and verdicts from finished runs, printed as
 * paper | ours.
 */
export const tableCommand = defineCommand({
  builder: (yargs) =>
    yargs
      .positional('experiment', EXPERIMENT)
      .options({ ...PROFILE_OPTIONS, ...COMPUTE_OPTIONS, ...JSON_OPTION })
      .option('report', {
        type: 'boolean',
        default: true,
        describe: 'build the HTML report afterwards',
      })
      .example('$0 table table1 --profile standard', 'Table I from the available runs'),
  handler: async (args) => {
    const experiment = resolveExperiment(
      loadExperiments(args.experimentsDir),
      args.experiment,
      args.profile,
    );
    makeFolders(args.resultsDir, 'table', '--results-dir');
    const { buildTable } = await import('@blurcycle/pipeline');
    const table = await buildTable(experiment, { ...args, progress: createProgress });
    console.log(args.json ? JSON.stringify(table, null, 2) : await tableToMarkdown(table));
    const directory = experimentDirectory(args.resultsDir, args.profile, args.experiment);
    const report = args.report ? await buildReport(args.profile, args.resultsDir) : undefined;
    if (args.json) return;
    console.log(`table:  ${relative(process.cwd(), join(directory, 'table.md'))}`);
    if (report !== undefined) console.log(`report: ${relative(process.cwd(), report)}`);
  },
});
