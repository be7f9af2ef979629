import { join } from 'node:path';
import {
  classicalRuns,
  listRuns,
  loadExperiments,
  readRunRecord,
  resolveExperiment,
  runDirectory,
  type ClassicalRun,
  type ResolvedRun,
} from '@blurcycle/experiment';
import type { CommandModule } from 'yargs';
import { classicalState } from '../classical/classicalState.ts';
import { withJson, withProfile, type ProfileArguments } from './commonOptions.ts';

interface VerifyArguments extends ProfileArguments {
  experiment: string;
  json: boolean;
}

/** `blurcycle verify <experiment>`: are the results on disk what their records say? */
export const verifyCommand: CommandModule<object, VerifyArguments> = {
  command: 'verify <experiment>',
  describe: 'hash and score stored results again, and compare',
  builder: (yargs) =>
    withJson(withProfile(yargs))
      .positional('experiment', { type: 'string', demandOption: true, describe: 'a file of experiments/' })
      .example('$0 verify table1 --profile standard', 'check the runs of Table I'),
  handler: async ({ experiment, profile, experimentsDir, resultsDir, json }) => {
    const set = loadExperiments(experimentsDir);
    const checked: { run: string; differences: string[] }[] = [];
    for (const run of listRuns(set, experiment, profile)) {
      checked.push({ run: run.id, differences: await differencesOf(run, resultsDir) });
    }
    for (const run of classicalRuns(resolveExperiment(set, experiment, profile))) {
      checked.push({ run: run.id, differences: await differencesOfClassical(run, resultsDir) });
    }
    const bad = checked.filter(({ differences }) => differences.length > 0);
    if (json) console.log(JSON.stringify({ experiment, profile, runs: checked }, null, 2));
    else {
      for (const { run, differences } of checked) {
        console.log(differences.length === 0 ? `ok    ${run}` : `FAIL  ${run}: ${summarize(differences)}`);
      }
    }
    if (bad.length > 0) {
      throw new Error(
        `verify: ${bad.length} of ${checked.length} runs of ${experiment} are not what was recorded`,
      );
    }
  },
};

const SHOWN = 3;

function summarize(differences: readonly string[]): string {
  const more = differences.length - SHOWN;
  return [...differences.slice(0, SHOWN), ...(more > 0 ? [`and ${more} more (--json lists all)`] : [])].join(
    '; ',
  );
}

async function differencesOf(run: ResolvedRun, resultsDir: string): Promise<string[]> {
  const record = readRunRecord(join(runDirectory(resultsDir, run.profile, run.id), 'record.json'));
  if (record === undefined) return ['there is no record'];
  if (record.status === 'failed') return [`the run failed: ${record.error ?? 'no reason recorded'}`];
  const { prepareDataset } = await import('../runs/prepareDataset.ts');
  const { verifyRun } = await import('../verifyRun.ts');
  const say = (line: string): void => console.error(line);
  const { hashes, test } = await prepareDataset(record.settings.dataset, {
    resultsDir,
    profile: run.profile,
    say,
  });
  const folder = runDirectory(resultsDir, run.profile, run.id);
  return verifyRun(record, { folder, scoring: record.settings.scoring, inputs: hashes, test });
}

async function differencesOfClassical(run: ClassicalRun, resultsDir: string): Promise<string[]> {
  const { folder, record } = await classicalState(run, resultsDir);
  if (record === undefined) return ['there is no record'];
  const { prepareTestVolumes } = await import('../conditions/prepareTestVolumes.ts');
  const { verifyRun } = await import('../verifyRun.ts');
  const say = (line: string): void => console.error(line);
  const places = { resultsDir, profile: run.profile, say };
  const { hashes, test } = await prepareTestVolumes(run.trained, run.condition, places);
  return verifyRun(record, { folder, scoring: record.scoring, inputs: hashes, test });
}
