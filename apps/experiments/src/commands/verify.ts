import { InputError } from '@blurcycle/core';
import { loadExperiments, resolveExperiment } from '@blurcycle/experiment';
import type { CommandModule } from 'yargs';
import { type ProfileArguments, withJson, withProfile } from './commonOptions.ts';

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
      .positional('experiment', {
        type: 'string',
        demandOption: true,
        describe: 'a file of experiments/',
      })
      .example(
        '$0 verify table1 --profile standard',
        'check runs, predictions, table and figures of Table I',
      ),
  handler: async ({ experiment: name, profile, experimentsDir, resultsDir, json }) => {
    const experiment = resolveExperiment(loadExperiments(experimentsDir), name, profile);
    const { verifyExperiment } = await import('@blurcycle/pipeline');
    const checked: { what: string; differences: readonly string[] }[] = [];
    for await (const result of verifyExperiment(experiment, resultsDir)) {
      checked.push(result);
      if (json) continue;
      const { what, differences } = result;
      console.log(
        differences.length === 0 ? `ok    ${what}` : `FAIL  ${what}: ${summarize(differences)}`,
      );
    }
    if (json) console.log(JSON.stringify({ experiment: name, profile, checked }, null, 2));
    const bad = checked.filter(({ differences }) => differences.length > 0);
    if (bad.length > 0) {
      throw new Error(
        `verify: ${bad.length} of ${checked.length} results of ${name} are not what was recorded`,
      );
    }
    if (checked.length === 0) throw new InputError(`verify: ${name} has nothing to verify`);
  },
};

const SHOWN = 3;

function summarize(differences: readonly string[]): string {
  const more = differences.length - SHOWN;
  const rest = more > 0 ? [`and ${more} more (--json lists all)`] : [];
  return [...differences.slice(0, SHOWN), ...rest].join('; ');
}
