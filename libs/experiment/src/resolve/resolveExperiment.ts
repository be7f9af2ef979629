import { describeViolation, InputError } from '@blurcycle/core';
import { INPUT_METHOD, TARGET_METHOD } from '../files/checkExperiment.ts';
import { type FigureDeclaration, figureId } from '../files/figureSchemas.ts';
import type { ClaimDeclaration, PaperValues, VaryDeclaration } from '../files/fileSchemas.ts';
import { type ExperimentSet, getExperiment } from '../files/loadExperiments.ts';
import { valueAt, variedSuffix } from '../files/varyRows.ts';
import type { ClassicalSettings } from '../settings/classicalSettings.ts';
import { dataSeed, datasetOfSeed, type DatasetSettings } from '../settings/datasetSettings.ts';
import {
  type Origins,
  type ResolvedRun,
  type SharedSettings,
  sharedSettingsSchema,
} from '../settings/runSettings.ts';
import { keepKind, mergeLayers, parseMerged } from './mergeLayers.ts';
import { resolveConditions, type ResolvedCondition, testedDataset } from './resolveConditions.ts';
import { ownLayers, resolveRun, rowLayer, sharedLayers, suffixOf } from './resolveRun.ts';

/** A row of a table with the runs, one per seed, that fill it. */
export interface ResolvedRow {
  readonly id: string;
  readonly label: string;
  /** An id of methods.yaml or classical.yaml, `input` or `target`. */
  readonly method: string;
  readonly paper: PaperValues | null;
  /** Settings that this row alone has, path to value; empty for most rows. */
  readonly overrides: Readonly<Record<string, unknown>>;
  /** Empty for rows that train nothing. */
  readonly runs: readonly ResolvedRun[];
  /** How a row that is computed is computed; null for all others. */
  readonly classical: ClassicalSettings | null;
  /** Where the experiment varies a setting: its value here, and the row that is repeated. */
  readonly varied?: { readonly of: string; readonly value: number };
}

/** A data set of an experiment. */
export interface ExperimentDataset {
  /** Seed of the runs that are trained and tested on it; null where it is the same for all. */
  readonly seed: number | null;
  readonly settings: DatasetSettings;
}

/** An experiment of one profile: nothing is left to decide. */
export interface ResolvedExperiment {
  readonly name: string;
  readonly title: string;
  /** Where it stands in the paper. */
  readonly place: string;
  readonly profile: string;
  readonly seeds: readonly number[];
  /** Settings without the method, as the files say: the data set is that of seed 0. */
  readonly settings: SharedSettings;
  /**
   * The data set of each seed, or the one that all seeds share: what rows that train nothing are
   * tested on, and what the runs of rows that override nothing of it are trained on.
   */
  readonly datasets: readonly ExperimentDataset[];
  readonly origins: Origins;
  readonly rows: readonly ResolvedRow[];
  /** What every row is tested on, at least one. */
  readonly conditions: readonly ResolvedCondition[];
  /** The setting in which rows are repeated; null where none is. */
  readonly vary: VaryDeclaration | null;
  readonly figures: readonly FigureDeclaration[];
  readonly claims: readonly ClaimDeclaration[];
}

/** Rows that come with the data set. */
const GIVEN_LABELS: Readonly<Record<string, string>> = {
  [INPUT_METHOD]: 'Input',
  [TARGET_METHOD]: 'Target',
};

/**
 * An experiment with all its runs.
 *
 * A run is named after its row and seed. Where the experiment overrides settings for every row, its
 * name goes in between, so that a run that two tables share is trained once and one that they do
 * not share is never confused with it.
 *
 * @throws {InputError} For an unknown experiment or profile, or when settings contradict each
 *   other.
 */
export function resolveExperiment(
  set: ExperimentSet,
  name: string,
  profile: string,
): ResolvedExperiment {
  const experiment = getExperiment(set, name);
  const { title, place, rows, vary = null, figures = [], claims } = experiment.content;
  const common = sharedLayers(set, profile);
  const shared = keepKind(
    mergeLayers([...common, ...ownLayers({ experiment, profile })]),
    common.map(({ origin }) => origin),
  );
  const seeds = set.profiles.content[profile].seeds.slice(0, experiment.content.seedsAtMost);
  const data = parseMerged(sharedSettingsSchema, shared);
  const target = rows.findIndex(({ method }) => method === TARGET_METHOD);
  if (target !== -1 && data.dataset.kind !== 'simulated-microscope') {
    const where = `${experiment.source.file}:${experiment.source.lineOf(['rows', target])}`;
    const rule = `not be '${TARGET_METHOD}' for data of the kind '${data.dataset.kind}'`;
    throw new InputError(
      describeViolation(
        where,
        'method',
        rule,
        TARGET_METHOD,
        'only simulated microscopes make their sharp set',
      ),
    );
  }
  const conditions = resolveConditions(experiment.content);
  // Refuses what data of this kind cannot be tested on.
  for (const condition of conditions) testedDataset(data.dataset, condition);
  const suffix = suffixOf(name, experiment.content);
  return {
    name,
    title,
    place,
    profile,
    seeds,
    settings: data,
    datasets: datasetsOf(data.dataset, seeds),
    origins: shared.origins,
    conditions,
    vary,
    figures,
    claims,
    rows: rows.map((row, rowIndex) => {
      const { method, id = method, paper = null } = row;
      const trained = Object.hasOwn(set.methods.content, method)
        ? set.methods.content[method]
        : null;
      const classical = Object.hasOwn(set.classical.content, method)
        ? set.classical.content[method]
        : null;
      const { origins, values } = mergeLayers([rowLayer(experiment, rowIndex)]);
      const runs =
        trained === null
          ? []
          : seeds.map((seed) =>
              resolveRun(set, { method, profile, seed, experiment, rowIndex }, `${id}${suffix}`),
            );
      return {
        id,
        label: row.label ?? trained?.label ?? classical?.label ?? GIVEN_LABELS[method],
        method,
        paper,
        overrides: Object.fromEntries(
          Object.keys(origins).map((path) => [path, valueAt(values, path.split('.'))]),
        ),
        runs,
        classical: classical?.deconvolution ?? null,
        ...(vary === null || trained === null ? {} : { varied: variedOf(vary, id, runs[0]) }),
      };
    }),
  };
}

function datasetsOf(
  declared: DatasetSettings,
  seeds: readonly number[],
): readonly ExperimentDataset[] {
  if (dataSeed(declared) === null) return [{ seed: null, settings: declared }];
  return seeds.map((seed) => ({ seed, settings: datasetOfSeed(declared, seed) }));
}

function variedOf(
  vary: VaryDeclaration,
  id: string,
  { settings }: ResolvedRun,
): NonNullable<ResolvedRow['varied']> {
  const value = Number(valueAt(settings, vary.setting.split('.')));
  const suffix = variedSuffix(vary, value);
  return { of: id.endsWith(suffix) ? id.slice(0, -suffix.length) : id, value };
}

/**
 * Everything that an experiment file decides about its table and figures, as a plain value by name:
 * what is recorded, and compared to say what changed since. Settings of runs are left to the
 * records of the runs; their keys stand for them.
 */
export function describeExperiment(experiment: ResolvedExperiment): Record<string, unknown> {
  const { title, place, settings, seeds, datasets, rows, conditions, vary, figures, claims } =
    experiment;
  const dataSeeds = datasets.map((dataset) => dataSeed(dataset.settings));
  return {
    ...{ title, place, seeds, dataset: settings.dataset, scoring: settings.scoring },
    ...(dataSeeds.includes(null) ? {} : { dataSeeds }),
    rowOrder: rows.map(({ id }) => id),
    rows: Object.fromEntries(
      rows.map(({ id, runs, ...row }) => [id, { ...row, runs: runs.map(({ key }) => key) }]),
    ),
    conditions: Object.fromEntries(
      conditions.map(({ id, ...condition }) => [id ?? 'own', condition]),
    ),
    ...(vary === null ? {} : { vary }),
    figures: Object.fromEntries(figures.map((figure) => [figureId(figure), figure])),
    claims: Object.fromEntries(claims.map(({ id, ...claim }) => [id, claim])),
  };
}
