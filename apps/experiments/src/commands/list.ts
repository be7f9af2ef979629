import { join } from 'node:path';
import {
  classicalRuns,
  experimentDirectory,
  listRuns,
  loadExperiments,
  readTable,
  resolveExperiment,
  type CheckedFile,
  type ExperimentFile,
} from '@blurcycle/experiment';
import type { CommandModule } from 'yargs';
import { classicalState } from '../classical/classicalState.ts';
import { runState } from '../runState.ts';
import { readSourceHash } from '../runs/sourceHash.ts';
import { withJson, withProfile, type ProfileArguments } from './commonOptions.ts';

interface ListArguments extends ProfileArguments {
  json: boolean;
}

/** `blurcycle list`: every experiment, how many of its runs are done, whether its table is there, its verdicts. */
export const listCommand: CommandModule<object, ListArguments> = {
  command: 'list',
  describe: 'experiments and the state of their results',
  builder: (yargs) =>
    withJson(withProfile(yargs)).example('$0 list --profile standard', 'state of the reference results'),
  handler: async ({ profile, experimentsDir, resultsDir, json }) => {
    const set = loadExperiments(experimentsDir);
    const sources = await readSourceHash();
    const describe = async ([name, { content }]: [string, CheckedFile<ExperimentFile>]) => {
      const states = listRuns(set, name, profile).map((run) => runState(run, resultsDir, sources).state);
      for (const run of classicalRuns(resolveExperiment(set, name, profile))) {
        states.push((await classicalState(run, resultsDir)).state);
      }
      const table = readTable(join(experimentDirectory(resultsDir, profile, name), 'table.json'));
      return {
        name,
        place: content.place,
        title: content.title,
        runs: states.length,
        done: states.filter((state) => state === 'done').length,
        stale: states.filter((state) => state === 'stale').length,
        failed: states.filter((state) => state === 'failed').length,
        table: table !== undefined,
        verdicts: table?.claims.map(({ id, verdict }) => ({ id, verdict })) ?? [],
      };
    };
    const experiments = await Promise.all([...set.experiments].map(describe));
    if (json) {
      console.log(JSON.stringify({ profile, experiments }, null, 2));
      return;
    }
    for (const { name, place, title, runs, done, stale, failed, table, verdicts } of experiments) {
      const held = verdicts.filter(({ verdict }) => verdict === 'reproduced').length;
      const parts = [`${done} of ${runs} runs done`];
      if (stale > 0) parts.push(`${stale} stale`);
      if (failed > 0) parts.push(`${failed} failed`);
      parts.push(table ? `${held} of ${verdicts.length} claims reproduced` : 'no table yet');
      console.log(`${name}  ${place}: ${title}\n    ${profile}: ${parts.join(', ')}`);
    }
  },
};
