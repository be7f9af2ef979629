import { describeViolation, InputError } from '@blurcycle/core';
import type { ExperimentFile, PaperValues, TestSettings } from '../files/fileSchemas.ts';
import {
  dataSeed,
  type DatasetSettings,
  datasetSettingsSchema,
} from '../settings/datasetSettings.ts';
import type { ClassicalSettings } from '../settings/classicalSettings.ts';
import type { ScoringSettings, SharedSettings } from '../settings/runSettings.ts';
import { classicalRecipe, contentHash, kindKey } from '../stages/keys.ts';

/** What the rows of an experiment are tested on. */
export interface ResolvedCondition {
  /**
   * Null for an experiment that declares none: every model is tested on data like those it was
   * trained on.
   */
  readonly id: string | null;
  readonly label: string;
  /** What differs from the data that a model was trained on. */
  readonly test: TestSettings;
  /** Average SNR in dB of a step of a sweep, null for no noise; undefined outside a sweep. */
  readonly snrDb?: number | null;
  /** Row to what the paper reports for it under this condition. */
  readonly paper: Readonly<Record<string, PaperValues>>;
}

/** The conditions that a file declares, at least one. */
export function resolveConditions({
  conditions,
  sweep,
}: ExperimentFile): readonly ResolvedCondition[] {
  if (conditions !== undefined) {
    return conditions.map(({ id, label, test = {}, paper = {} }) => ({ id, label, test, paper }));
  }
  if (sweep !== undefined) return sweep.snrDb.map(noiseCondition);
  return [{ id: null, label: '', test: {}, paper: {} }];
}

function noiseCondition(snrDb: number | null): ResolvedCondition {
  if (snrDb === null) {
    const noise = { averageSnrDb: null, poissonPeakCounts: null };
    return { id: 'noise-free', label: 'no noise', test: { noise }, snrDb, paper: {} };
  }
  return {
    id: `snr-${snrDb}`,
    label: `SNR ${snrDb} dB`,
    test: { noise: { averageSnrDb: snrDb } },
    snrDb,
    paper: {},
  };
}

/**
 * The data set that a model is tested on: the one it was trained on with another microscope or
 * noise.
 */
export function testedDataset(
  trained: DatasetSettings,
  { test, label }: ResolvedCondition,
): DatasetSettings {
  if (trained.kind !== 'microtubules') {
    if (Object.keys(test).length === 0) return trained;
    const rule = `be left out for data of the kind '${trained.kind}', which cannot be recorded again`;
    throw new InputError(describeViolation('testedDataset', 'test conditions', rule, label));
  }
  const psf = { ...trained.psf, ...test.psf };
  const noise = { ...trained.noise, ...test.noise };
  return datasetSettingsSchema.parse({ ...trained, psf, noise });
}

/**
 * Name of the test volumes of a data set under a condition, 12 hexadecimal digits; null where they
 * are the data set's own.
 *
 * It depends on both: the specimens, the gain and the random numbers come from the data set that
 * was trained on.
 */
export function testKey(trained: DatasetSettings, condition: ResolvedCondition): string | null {
  const tested = testedDataset(trained, condition);
  if (contentHash(tested) === contentHash(trained)) return null;
  return contentHash({ trained, tested }).slice(0, 12);
}

/** Name of a row's scores in rules: `proposed`, or `proposed@snr-20` where there are conditions. */
export function scoreName(row: string, condition: string | null | undefined): string {
  return condition === null || condition === undefined ? row : `${row}@${condition}`;
}

/**
 * A classical method on the test volumes of a data set under a condition: nothing is trained and
 * nothing is random.
 */
export interface ClassicalRun {
  /** Unique in an experiment: `wiener-d1`, or `wiener-d1@snr-20`, with the seed of the data. */
  readonly id: string;
  readonly profile: string;
  /** Id of the row that it fills. */
  readonly row: string;
  /** Seed of the runs that it stands beside; null where all seeds have the same data. */
  readonly seed: number | null;
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
  /** `kindKey`: the same for all data seeds. */
  readonly kind: string;
}

/** What classical runs are of an experiment. */
interface ClassicalRows {
  readonly profile: string;
  readonly settings: Pick<SharedSettings, 'scoring'>;
  readonly datasets: readonly {
    readonly seed: number | null;
    readonly settings: DatasetSettings;
  }[];
  readonly conditions: readonly ResolvedCondition[];
  readonly rows: readonly {
    readonly id: string;
    readonly method: string;
    readonly classical: ClassicalSettings | null;
  }[];
}

/** The classical runs of an experiment: conditions outermost, then rows, then data sets. */
export function classicalRuns({
  profile,
  settings: { scoring },
  datasets,
  conditions,
  rows,
}: ClassicalRows): readonly ClassicalRun[] {
  return conditions.flatMap((condition) =>
    rows.flatMap(({ id: row, method, classical: settings }) =>
      datasets.flatMap(({ seed, settings: trained }): ClassicalRun[] => {
        if (settings === null) return [];
        const dataset = testedDataset(trained, condition);
        const key = contentHash({ settings, trained, dataset, scoring });
        const [from, to] = [trained, dataset].map((one) => ({ ...one, seed: undefined }));
        const seedless = contentHash({ settings, trained: from, dataset: to, scoring });
        const kind = kindKey(classicalRecipe({ settings, dataset, scoring, key: seedless }));
        const number = dataSeed(trained);
        const id = scoreName(number === null ? row : `${row}-d${number}`, condition.id);
        return [
          {
            ...{ id, profile, row, seed, method, settings, condition, trained, dataset, scoring },
            ...{ key, kind },
          },
        ];
      }),
    ),
  );
}
