import { createHash } from 'node:crypto';
import type { Hashes } from '../records/records.ts';
import type { ClassicalSettings } from '../settings/classicalSettings.ts';
import type { DatasetSettings } from '../settings/datasetSettings.ts';
import type { RunSettings } from '../settings/runSettings.ts';
import { NUMERICS, STAGES, type Numerics, type Stage } from './numerics.ts';

/**
 * The settings that decide the numbers of a result, stage by stage. A stage takes what the one
 * before it left, so its numbers depend on its own settings and on those of all stages before it.
 */
export type Recipe = Readonly<Partial<Record<Stage, Readonly<Record<string, unknown>>>>>;

/** A key for each stage of a recipe. */
export type StageKeys = Readonly<Partial<Record<Stage, string>>>;

/** What decides the numbers of a training run; the label of its method does not. */
export interface TrainingRequest {
  readonly settings: RunSettings;
  readonly seed: number;
}

/**
 * The recipe of a training run: its data, its training, the predictions of its own test volumes and
 * their scores.
 *
 * Validation applies the networks as `inference` says and measures against `scoring.dataRange`, and
 * what it finds may select the weights: both are settings of the training too. Which metrics are
 * computed is no setting: a metric that is added later makes scores incomplete, not other ones.
 */
export function runRecipe({ settings, seed }: TrainingRequest): Recipe {
  const { dataset, method, network, training, inference, scoring, first } = settings;
  return {
    data: { dataset },
    training: {
      ...{ method: withoutLabel(method), network, training, seed, inference },
      ...(first === undefined ? {} : { first: { ...first, method: withoutLabel(first.method) } }),
      scoring: { dataRange: scoring.dataRange },
    },
    prediction: { inference },
    scores: { scoring },
  };
}

/**
 * The recipe of a trained model on other test volumes than its own.
 *
 * @param run - What was trained.
 * @param tested - The data set that the test volumes stand for.
 */
export function testRecipe(run: TrainingRequest, tested: DatasetSettings): Recipe {
  const recipe = runRecipe(run);
  return { ...recipe, prediction: { ...recipe.prediction, test: tested } };
}

/**
 * The recipe of a classical method on test volumes.
 *
 * @param run - Its `key` stands for the data set whose specimens the test volumes show, which
 *   records do not spell out.
 */
export function classicalRecipe(run: {
  readonly key: string;
  readonly dataset: DatasetSettings;
  readonly settings: ClassicalSettings;
  readonly scoring: RunSettings['scoring'];
}): Recipe {
  const { key, dataset, settings, scoring } = run;
  return {
    data: { dataset },
    prediction: { deconvolution: settings, key },
    scores: { scoring },
  };
}

/**
 * The recipe of a table. The rows that nothing was computed for, input and target, are scored when
 * the table is made, so it depends on data and scores of its own; for all other rows it reads
 * records, which are its input files. Titles, places and texts of claims are left out, which
 * the report takes from the experiment file; the labels of rows stand in the table itself.
 *
 * @param declaration - What `describeExperiment` returns.
 */
export function tableRecipe(declaration: Readonly<Record<string, unknown>>): Recipe {
  return { data: {}, scores: {}, table: withoutWords(declaration) };
}

/** Keys of what is only read, wherever they stand in a declaration. */
const WORDS: readonly string[] = ['title', 'place', 'text'];

function withoutWords(declaration: object): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(declaration)
      .filter(([key, value]) => typeof value !== 'string' || !WORDS.includes(key))
      .map(([key, value]: [string, unknown]) => [
        key,
        typeof value === 'object' && value !== null && !Array.isArray(value)
          ? withoutWords(value)
          : value,
      ]),
  );
}

/**
 * The key of each stage: a hash of its settings, the key of the stage before, and the version of
 * its numbers. Two results with one key have the same numbers; nothing else of the code is in it.
 *
 * @param files - SHA-256 of the files that the first stage reads: the stacks of a data set, the
 *   records of a table. None for simulated data.
 * @param numerics - Versions of the numbers. @defaultValue those of now
 */
export function stageKeys(
  recipe: Recipe,
  files: Hashes = {},
  numerics: Numerics = NUMERICS,
): StageKeys {
  const keys: Partial<Record<Stage, string>> = {};
  let before: string | Hashes = files;
  for (const stage of STAGES) {
    const settings = recipe[stage];
    if (settings === undefined) continue;
    before = contentHash({ stage, settings, before, numerics: numerics[stage] });
    keys[stage] = before;
  }
  return keys;
}

/**
 * The key of the data that a model is tested on: those of its own data set, or the same specimens
 * recorded again.
 *
 * @param trained - Settings of the data set that the specimens come from.
 * @param tested - Settings that the test volumes stand for.
 */
export function testDataKey(
  trained: DatasetSettings,
  tested: DatasetSettings,
  files: Hashes = {},
): string {
  const key = stageKeys({ data: { dataset: trained } }, files).data;
  if (key === undefined) throw new Error('internal: a recipe with data has a key of its data');
  if (contentHash(trained) === contentHash(tested)) return key;
  return contentHash({ stage: 'data', settings: tested, before: key, numerics: NUMERICS.data });
}

/**
 * What decides the specimens of a data set: two with one key show the same ones under the same
 * names, however they are imaged, and however many of them.
 */
export function specimensKey(dataset: DatasetSettings): string {
  if (dataset.kind === 'tiff-folders') return contentHash(dataset);
  const { filamentRadiusUm, filamentDensityPerUm2, persistenceLengthUm, curvatureLengthUm } =
    dataset;
  const { shape, voxelSizeUm, seed } = dataset;
  return contentHash({
    ...{ filamentRadiusUm, filamentDensityPerUm2, persistenceLengthUm, curvatureLengthUm },
    ...{ shape, voxelSizeUm, seed },
  });
}

/**
 * The key that results of one kind share: the same but for the seed, and that of their data.
 * Replaying one of them proves them all.
 */
export function kindKey({ data, training, prediction, ...others }: Recipe): string {
  return contentHash({
    ...others,
    ...(data === undefined ? {} : { data: withoutSeedIn('dataset', data) }),
    ...(training === undefined ? {} : { training: { ...training, seed: undefined } }),
    ...(prediction === undefined ? {} : { prediction: withoutSeedIn('test', prediction) }),
  });
}

/** A part of a recipe without the seed of the data set that it has under a name. */
function withoutSeedIn(
  name: string,
  part: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  const dataset = part[name];
  if (dataset === undefined) return part;
  return { ...part, [name]: { ...(dataset as object), seed: undefined } };
}

/**
 * Stable hash of what decides the numbers of a run: the seed and all settings but the label of the
 * method. It names the run in its record; whether the run is fresh is decided by the keys of its
 * stages.
 *
 * The order of keys does not matter.
 *
 * @returns 64 hexadecimal digits (SHA-256).
 */
export function runKey(settings: RunSettings, seed: number): string {
  const method = withoutLabel(settings.method);
  const { first } = settings;
  const named =
    first === undefined ? {} : { first: { ...first, method: withoutLabel(first.method) } };
  return contentHash({ settings: { ...settings, method, ...named }, seed });
}

function withoutLabel(method: RunSettings['method']): Record<string, unknown> {
  return { ...method, label: undefined };
}

/** SHA-256 of a plain value as JSON with sorted keys, 64 hexadecimal digits. */
export function contentHash(value: unknown): string {
  return createHash('sha256').update(canonicalJson(value)).digest('hex');
}

function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value)
      .filter(([, inner]) => inner !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, inner]) => `${JSON.stringify(key)}:${canonicalJson(inner)}`);
    return `{${entries.join(',')}}`;
  }
  return JSON.stringify(value);
}

/**
 * What differs between two plain values, one phrase for each leaf: `training.updates: 4 -> 9`.
 * Arrays are leaves.
 *
 * @param ignored - Paths that do not count.
 */
export function describeChanges(
  before: object,
  now: object,
  ignored: readonly string[] = [],
): string[] {
  const [was, is] = [leavesOf(before), leavesOf(now)];
  return [...new Set([...was.keys(), ...is.keys()])]
    .filter((path) => !ignored.includes(path) && was.get(path) !== is.get(path))
    .map((path) => `${path}: ${was.get(path) ?? 'unset'} -> ${is.get(path) ?? 'unset'}`);
}

function leavesOf(
  value: object,
  prefix = '',
  found = new Map<string, string>(),
): Map<string, string> {
  for (const [key, inner] of Object.entries(value) as [string, unknown][]) {
    const path = `${prefix}${key}`;
    if (typeof inner === 'object' && inner !== null && !Array.isArray(inner))
      leavesOf(inner, `${path}.`, found);
    else if (inner !== undefined) found.set(path, JSON.stringify(inner));
  }
  return found;
}
