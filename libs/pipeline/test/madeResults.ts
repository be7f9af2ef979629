import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  classicalDirectory,
  type ClassicalRecord,
  classicalRuns,
  describeExperiment,
  experimentDirectory,
  type ExperimentRecord,
  NUMERICS,
  type ResolvedExperiment,
  type ResolvedRun,
  runDirectory,
  type RunRecord,
  type StoredScores,
  testDirectory,
  testedDataset,
  testKey,
  type TestRecord,
} from '@blurcycle/experiment';
import { METRIC_NAMES } from '@blurcycle/metrics';
import { hashTableInputs } from '../src/state/tableFiles.ts';

/** Where nothing that differs between machines matters. */
export const PROVENANCE: RunRecord['provenance'] = {
  ...{ createdAt: '2020-01-01T00:00:00Z', gitCommit: null, gitDirty: null },
  ...{ versions: {}, cpu: { model: 'any', cores: 1 }, gpu: null, backend: 'js', threads: 1 },
  ...{ wallSeconds: 1, peakMemoryBytes: 1, command: '' },
};

/** The record of a finished run, as the numbers of now leave it. */
export function finishedRun(run: ResolvedRun): RunRecord {
  const { id, profile, method, seed, key, settings, origins } = run;
  return {
    ...{ id, profile, method, seed, key, settings, origins },
    ...{ status: 'done', error: null, selectedUpdate: 4, choices: {}, parameterCounts: {} },
    ...{ trainingSeconds: 1, inferenceSeconds: 1, inputs: {}, outputs: {} },
    ...{ numerics: { ...NUMERICS }, provenance: PROVENANCE },
  };
}

/** Scores of no volume: enough to judge whether a result is fresh. */
export function scoresBy(scoring: StoredScores['scoring']): StoredScores {
  return {
    ...{ key: 'a'.repeat(64), numerics: { ...NUMERICS }, scoring },
    ...{ metrics: [...METRIC_NAMES], scores: [], kernel: null, inputs: {} },
  };
}

/**
 * Leaves the records of an experiment as if it had been made by the numbers of now, without data,
 * weights and predictions, as results are stored in the repository.
 */
export async function leaveResults(
  experiment: ResolvedExperiment,
  resultsDir: string,
): Promise<void> {
  const { name, profile, rows, conditions } = experiment;
  const made = { numerics: { ...NUMERICS }, inputs: {}, outputs: {}, provenance: PROVENANCE };
  for (const run of rows.flatMap((row) => row.runs)) {
    const { dataset, inference, scoring } = run.settings;
    const folder = runDirectory(resultsDir, profile, run.id);
    leave(folder, finishedRun(run), scoring);
    for (const condition of conditions) {
      const key = testKey(dataset, condition);
      if (key === null) continue;
      const tested = testedDataset(dataset, condition);
      const record: TestRecord = {
        ...{ run: run.id, profile, dataset: tested, inference, scoring },
        ...{ inferenceSeconds: 1, ...made },
      };
      leave(testDirectory(resultsDir, profile, run.id, key), record, scoring);
    }
  }
  for (const { method, key, settings, dataset, scoring } of classicalRuns(experiment)) {
    const record: ClassicalRecord = {
      ...{ method, profile, key, settings, dataset, scoring, seconds: 1, ...made },
    };
    leave(classicalDirectory(resultsDir, profile, method, key), record, scoring);
  }
  const declaration = describeExperiment(experiment);
  const inputs = await hashTableInputs(experiment, resultsDir);
  const record: ExperimentRecord = { ...made, experiment: name, profile, declaration, inputs };
  leave(experimentDirectory(resultsDir, profile, name), record);
}

/** Whoever reads the files checks them against their schemas. */
function leave(
  folder: string,
  record: RunRecord | TestRecord | ClassicalRecord | ExperimentRecord,
  scoring?: StoredScores['scoring'],
): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'record.json'), JSON.stringify(record));
  if (scoring === undefined) return;
  writeFileSync(join(folder, 'scores.json'), JSON.stringify(scoresBy(scoring)));
}
