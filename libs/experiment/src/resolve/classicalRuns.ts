import type { ClassicalSettings } from '../settings/classicalSettings.ts';
import type { DatasetSettings } from '../settings/datasetSettings.ts';
import type { ScoringSettings } from '../settings/runSettings.ts';
import { contentHash } from '../stages/keys.ts';
import { type ResolvedCondition, scoreName, testedDataset } from './resolveConditions.ts';
import type { ResolvedExperiment } from './resolveExperiment.ts';

/**
 * A classical method on the test volumes of a condition: nothing is trained and nothing is random,
 * so there is no seed.
 */
export interface ClassicalRun {
  /** Name of its scores in rules: `wiener`, or `wiener@snr-20`. */
  readonly id: string;
  readonly profile: string;
  /** Id in classical.yaml. */
  readonly method: string;
  readonly settings: ClassicalSettings;
  readonly condition: ResolvedCondition;
  /** Data set whose specimens and gain the test volumes have. */
  readonly trained: DatasetSettings;
  /** Data set that the test volumes stand for. */
  readonly dataset: DatasetSettings;
  readonly scoring: ScoringSettings;
  /** Hash of all that decides its numbers besides the code; two runs with one key are one. */
  readonly key: string;
}

/** The classical runs of an experiment, conditions outermost as in its table. */
export function classicalRuns(experiment: ResolvedExperiment): readonly ClassicalRun[] {
  const { profile, settings: shared } = experiment;
  return experiment.conditions.flatMap((condition) =>
    experiment.rows.flatMap(({ id, method, classical: settings }) => {
      if (settings === null) return [];
      const { dataset: trained, scoring } = shared;
      const dataset = testedDataset(trained, condition);
      const key = contentHash({ settings, trained, dataset, scoring });
      const name = scoreName(id, condition.id);
      return [{ id: name, profile, method, settings, condition, trained, dataset, scoring, key }];
    }),
  );
}
