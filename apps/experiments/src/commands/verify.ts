import { describeViolation, InputError } from '@blurcycle/core';
import { loadExperiments, resolveExperiment, type ResolvedExperiment } from '@blurcycle/experiment';
import {
  type ArgumentsOf,
  COMPUTE_OPTIONS,
  defineCommand,
  JSON_OPTION,
  type OptionGroup,
  PROFILE_OPTIONS,
} from './commonOptions.ts';
import { createProgress } from './progress.ts';

const OPTIONS = {
  ...PROFILE_OPTIONS,
  ...COMPUTE_OPTIONS,
  ...JSON_OPTION,
  replay: {
    type: 'number',
    describe: 'train one result of each kind again for this many updates, and compare',
  },
} as const satisfies OptionGroup;

type VerifyArguments = ArgumentsOf<typeof OPTIONS> & { readonly experiment: string | undefined };

/** One line of the answer: what was checked, what could not be, what is not as recorded. */
interface Answer {
  readonly what: string;
  readonly checked: readonly string[];
  readonly absent: readonly string[];
  readonly differences: readonly string[];
  /** What changed since it was made; null where nothing has. */
  readonly stale: string | null;
}

/** `blurcycle verify <experiment>`: are the results on disk what their records say? */
export const verifyCommand = defineCommand({
  builder: (yargs) =>
    yargs
      .positional('experiment', {
        type: 'string',
        describe: 'a file of experiments/; with --replay all of them unless given',
      })
      .options(OPTIONS)
      .example(
        '$0 verify table1 --profile standard',
        'check runs, predictions, table and figures of Table I',
      )
      .example(
        '$0 verify --replay 50 --profile standard',
        'prove that the code gives the reference results',
      ),
  handler: async (args) => {
    const { experiment: name, profile, resultsDir, json } = args;
    const experiments = experimentsOf(args);
    if (args.replay !== undefined) {
      await report(replayAnswers(experiments, args.replay, args), json, {
        ...{ profile, replay: args.replay },
        ...(name === undefined ? {} : { experiment: name }),
      });
      return;
    }
    await verifyResults(experiments[0], resultsDir, json);
  },
});

/** Verifies the results of an experiment and prints an answer for each. */
export async function verifyResults(
  experiment: ResolvedExperiment,
  resultsDir: string,
  json: boolean,
): Promise<void> {
  const { verifyExperiment } = await import('@blurcycle/pipeline');
  const { name, profile } = experiment;
  await report(verifyExperiment(experiment, resultsDir), json, { experiment: name, profile });
}

function experimentsOf(args: VerifyArguments): readonly ResolvedExperiment[] {
  const { experiment: name, profile, experimentsDir, replay } = args;
  const set = loadExperiments(experimentsDir);
  if (name !== undefined) return [resolveExperiment(set, name, profile)];
  if (replay === undefined) {
    const known = [...set.experiments.keys()].join(', ');
    throw new InputError(`verify: experiment must be given (${known}), or --replay`);
  }
  return [...set.experiments.keys()].map((one) => resolveExperiment(set, one, profile));
}

async function* replayAnswers(
  experiments: readonly ResolvedExperiment[],
  updates: number,
  args: VerifyArguments,
): AsyncGenerator<Answer> {
  if (!Number.isSafeInteger(updates) || updates < 1) {
    const rule = 'be a positive integer';
    throw new InputError(describeViolation('verify', '--replay', rule, updates));
  }
  const { replay } = await import('@blurcycle/pipeline');
  const options = { ...args, updates, progress: createProgress };
  for await (const { run, compared, differences } of replay(experiments, options)) {
    yield { what: `replay ${run}`, checked: compared, absent: [], differences, stale: null };
  }
}

/** Prints an answer for each result; exit code 1 where one is not as recorded. */
async function report(
  answers: AsyncIterable<Answer>,
  json: boolean,
  head: Readonly<Record<string, unknown>>,
): Promise<void> {
  const all: Answer[] = [];
  for await (const answer of answers) {
    all.push(answer);
    if (!json) console.log(describeAnswer(answer));
  }
  if (json) console.log(JSON.stringify({ ...head, checked: all }, null, 2));
  const bad = all.filter(({ differences }) => differences.length > 0);
  const of = typeof head['experiment'] === 'string' ? ` of ${head['experiment']}` : '';
  if (bad.length > 0) {
    throw new Error(
      `verify: ${bad.length} of ${all.length} results${of} are not what was recorded`,
    );
  }
  if (all.length === 0) throw new InputError(`verify: nothing${of} is there to be verified`);
}

function describeAnswer({ what, checked, absent, differences, stale }: Answer): string {
  const old = stale === null ? '' : `; stale: ${stale}`;
  if (differences.length > 0) return `FAIL  ${what}: ${summarize(differences)}${old}`;
  const rest = absent.length === 0 ? '' : `; not stored in the repository: ${absent.join(', ')}`;
  return `ok    ${what}: ${checked.join(', ')}${rest}${old}`;
}

const SHOWN = 3;

function summarize(differences: readonly string[]): string {
  const more = differences.length - SHOWN;
  const rest = more > 0 ? [`and ${more} more (--json lists all)`] : [];
  return [...differences.slice(0, SHOWN), ...rest].join('; ');
}
