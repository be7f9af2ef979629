import { describeUnknown, describeViolation, InputError } from '@blurcycle/core';
import { INPUT_METHOD, TARGET_METHOD } from '../files/checkExperiment.ts';
import { type FigureDeclaration, figureId } from '../files/figureSchemas.ts';
import type { ClaimDeclaration, PaperValues } from '../files/fileSchemas.ts';
import { type ExperimentSet, getExperiment } from '../files/loadExperiments.ts';
import type { ClassicalSettings } from '../settings/classicalSettings.ts';
import {
  type Origins,
  type ResolvedRun,
  type SharedSettings,
  sharedSettingsSchema,
} from '../settings/runSettings.ts';
import { keepKind, mergeLayers, parseMerged } from './mergeLayers.ts';
import { resolveConditions, type ResolvedCondition, testedDataset } from './resolveConditions.ts';
import { ownLayers, resolveRun, rowLayer, sharedLayers } from './resolveRun.ts';

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
}

/** An experiment of one profile: nothing is left to decide. */
export interface ResolvedExperiment {
  readonly name: string;
  readonly title: string;
  /** Where it stands in the paper. */
  readonly place: string;
  readonly profile: string;
  readonly seeds: readonly number[];
  /** Settings without the method: the data set that the input row shows, and the scoring. */
  readonly settings: SharedSettings;
  readonly origins: Origins;
  readonly rows: readonly ResolvedRow[];
  /** What every row is tested on, at least one. */
  readonly conditions: readonly ResolvedCondition[];
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
  const { title, place, rows, figures = [], claims, settings, profiles } = experiment.content;
  const common = sharedLayers(set, profile);
  const shared = keepKind(
    mergeLayers([...common, ...ownLayers({ experiment, profile })]),
    common.map(({ origin }) => origin),
  );
  const { seeds } = set.profiles.content[profile];
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
  const suffix = settings === undefined && profiles === undefined ? '' : `-${name}`;
  return {
    name,
    title,
    place,
    profile,
    seeds,
    settings: data,
    origins: shared.origins,
    conditions,
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
      return {
        id,
        label: row.label ?? trained?.label ?? classical?.label ?? GIVEN_LABELS[method],
        method,
        paper,
        overrides: Object.fromEntries(
          Object.keys(origins).map((path) => [path, valueAt(values, path)]),
        ),
        runs:
          trained === null
            ? []
            : seeds.map((seed) =>
                resolveRun(set, { method, profile, seed, experiment, rowIndex }, `${id}${suffix}`),
              ),
        classical: classical?.deconvolution ?? null,
      };
    }),
  };
}

/** The runs that an experiment needs, each once. */
export function listRuns(
  set: ExperimentSet,
  name: string,
  profile: string,
): readonly ResolvedRun[] {
  return distinctRuns(resolveExperiment(set, name, profile).rows.flatMap((row) => row.runs));
}

/** The runs of all experiments, each once, in the order of the experiments' names. */
export function listAllRuns(set: ExperimentSet, profile: string): readonly ResolvedRun[] {
  return distinctRuns(
    [...set.experiments.keys()].flatMap((name) => [...listRuns(set, name, profile)]),
  );
}

function distinctRuns(runs: readonly ResolvedRun[]): readonly ResolvedRun[] {
  const byId = new Map<string, ResolvedRun>();
  for (const run of runs) {
    const other = byId.get(run.id);
    if (other !== undefined && other.key !== run.key) {
      const rule = 'stand for one set of settings, two experiments give it different ones';
      throw new InputError(
        describeViolation('listRuns', 'run id', rule, run.id, 'give one row another id'),
      );
    }
    byId.set(run.id, run);
  }
  return [...byId.values()];
}

function valueAt(values: Record<string, unknown>, path: string): unknown {
  return path
    .split('.')
    .reduce<unknown>((value, key) => (value as Record<string, unknown>)[key], values);
}

/**
 * The run of that name and seed: a method as every table has it, or a row of an experiment that
 * overrides settings.
 *
 * @param set - The checked files.
 * @param name - Id of a method, or what stands before `-s<seed>` in the id of a run.
 * @param profile - Name of the profile.
 * @param seed - Any seed for a method; one of the profile's for a row.
 * @throws {InputError} For an unknown name, naming the nearest known one.
 */
export function findRun(
  set: ExperimentSet,
  name: string,
  profile: string,
  seed: number,
): ResolvedRun {
  if (Object.hasOwn(set.methods.content, name))
    return resolveRun(set, { method: name, profile, seed });
  const runs = listAllRuns(set, profile);
  const found = runs.find((run) => run.id === `${name}-s${seed}`);
  if (found !== undefined) return found;
  const names = [
    ...Object.keys(set.methods.content),
    ...runs.map((run) => run.id.replace(/-s\d+$/, '')),
  ];
  throw new InputError(describeUnknown('findRun', 'method or row', name, [...new Set(names)]));
}

/**
 * Everything that an experiment file decides about its table and figures, as a plain value by name:
 * what is recorded, and compared to say what changed since. Settings of runs are left to the
 * records of the runs; their keys stand for them.
 */
export function describeExperiment(experiment: ResolvedExperiment): Record<string, unknown> {
  const { title, place, settings, seeds, rows, conditions, figures, claims } = experiment;
  return {
    ...{ title, place, seeds, dataset: settings.dataset, scoring: settings.scoring },
    rowOrder: rows.map(({ id }) => id),
    rows: Object.fromEntries(
      rows.map(({ id, runs, ...row }) => [id, { ...row, runs: runs.map(({ key }) => key) }]),
    ),
    conditions: Object.fromEntries(
      conditions.map(({ id, ...condition }) => [id ?? 'own', condition]),
    ),
    figures: Object.fromEntries(figures.map((figure) => [figureId(figure), figure])),
    claims: Object.fromEntries(claims.map(({ id, ...claim }) => [id, claim])),
  };
}
