import { basename, dirname } from 'node:path';
import {
  classicalRecipe,
  type ClassicalRun,
  isDone,
  type Recipe,
  type Scores,
  stageKeys,
  testedDataset,
  testRecipe,
} from '@blurcycle/experiment';
import { type FolderLock, lockFolder, makeFolders } from '@blurcycle/files';
import type { ComputeOptions } from '../contracts.ts';
import { prepareDataset, type PreparedDataset } from '../dataset/prepareDataset.ts';
import { prepareTestVolumes } from '../dataset/prepareTestVolumes.ts';
import { scoreRun } from '../run/scoreRun.ts';
import { say } from '../say.ts';
import { completeScores, hasPredictions, makeScores } from '../scores/scorePredictions.ts';
import { classicalResult, isToBeMade, type Result } from '../state/results.ts';
import { readToday } from '../state/today.ts';
import type { Makers } from './readCells.ts';

/** A record of predictions, and what it was scored by. */
interface Predictions {
  readonly outputs: Readonly<Record<string, string>>;
  readonly scoring: Scores['scoring'];
}

/**
 * Applies trained models and classical methods to test volumes, and scores predictions.
 *
 * @param experiment - Whose table asks for it.
 */
export function tableMakers(experiment: string, options: ComputeOptions): Makers {
  const { resultsDir } = options;
  const commandFor = (profile: string): string =>
    `npx blurcycle table ${experiment} --profile ${profile}`;
  return {
    async run({ run, result }) {
      const { profile, settings } = run;
      const { folder, record, scores } = result;
      if (record === undefined) throw new Error('internal: only what has a record is scored');
      say(`${run.id}: scoring (${result.reason})`);
      const dataset = await prepareDataset(settings.dataset, { resultsDir, profile, say });
      const before = isDone(result) ? scores : undefined;
      return scoreRun(run, folder, record, dataset, before);
    },
    async test(run, condition, left) {
      const { id, profile } = run;
      const { dataset, scoring } = run.settings;
      const volumes = await prepareTestVolumes(dataset, condition, { resultsDir, profile, say });
      const tested = testedDataset(dataset, condition);
      const recipe = testRecipe(run, tested);
      const { folder, record } = left;
      if (record !== undefined && (await canScore(left, record))) {
        say(`${id}: scoring under ${condition.label} (${left.reason})`);
        return score({ ...record, scoring }, recipe, volumes, left);
      }
      say(`${id}: testing under ${condition.label}`);
      const { testRun } = await import('../test/testRun.ts');
      const command = commandFor(profile);
      const made = await testRun({ run, folder, dataset: tested, volumes, command }, options);
      return score({ ...made, scoring }, recipe, volumes, { ...left, scores: undefined });
    },
    async classical(run, volumes, before) {
      const lock = await lockClassical(run, before.folder);
      try {
        const left = await classicalResult(run, await readToday(resultsDir, run.profile));
        if (left.scores !== undefined && !isToBeMade(left)) {
          say(`${run.id}: another process has just made it`);
          return left.scores.scores;
        }
        const { folder, record } = left;
        const recipe = classicalRecipe(run);
        if (record !== undefined && (await canScore(left, record))) {
          say(`${run.id}: scoring (${left.reason})`);
          return await score(record, recipe, volumes, left);
        }
        const { computeClassical } = await import('../test/computeClassical.ts');
        const command = commandFor(run.profile);
        const made = await computeClassical({ run, volumes, folder, command }, options);
        return await score(made, recipe, volumes, { ...left, scores: undefined });
      } finally {
        lock.release();
      }
    },
  };
}

/** Several experiments may have the result: one process makes it, the others wait and find it. */
async function lockClassical({ id }: ClassicalRun, folder: string): Promise<FolderLock> {
  const all = dirname(folder);
  makeFolders(all, id, '--results-dir');
  return lockFolder(all, id, {
    file: `${basename(folder)}.lock`,
    wait: true,
    onWait: (holder) => say(`${id}: waits for ${holder}, which computes it`),
  });
}

/** Whether only scores are to be made, of predictions that are here. */
async function canScore(
  { stage, folder }: Result<unknown>,
  { outputs }: Predictions,
): Promise<boolean> {
  return stage === 'scores' && (await hasPredictions(folder, outputs));
}

/** Scores predictions; of a result that is done, only the metrics that it lacks. */
async function score(
  { outputs, scoring }: Predictions,
  recipe: Recipe,
  volumes: PreparedDataset,
  left: Result<unknown>,
): Promise<Scores['scores']> {
  const key = stageKeys(recipe, volumes.sources).scores;
  if (key === undefined) throw new Error('internal: the recipe of predictions has scores');
  const job = { folder: left.folder, outputs, key, scoring, volumes, kernel: null };
  const { scores } =
    isDone(left) && left.scores !== undefined
      ? await completeScores(job, left.scores)
      : await makeScores(job);
  return scores;
}
