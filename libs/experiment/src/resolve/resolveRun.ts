import { basename } from 'node:path';
import { describeUnknown, describeViolation, InputError } from '@blurcycle/core';
import type { ExperimentFile } from '../files/fileSchemas.ts';
import type { CheckedFile, ExperimentSet } from '../files/loadExperiments.ts';
import { checkRunSettings } from '../settings/checkRunSettings.ts';
import { datasetOfSeed } from '../settings/datasetSettings.ts';
import {
  type ResolvedRun,
  type RunSettings,
  runSettingsSchema,
  type SharedSettings,
  sharedSettingsSchema,
} from '../settings/runSettings.ts';
import { runKey } from '../stages/keys.ts';
import {
  keepKind,
  type MergedLayers,
  mergeLayers,
  parseMerged,
  type SettingsLayer,
} from './mergeLayers.ts';

/** Which run is wanted. */
export interface RunRequest {
  /** Id in methods.yaml. */
  readonly method: string;
  readonly profile: string;
  readonly seed: number;
  /**
   * The experiment and the row whose settings override the rest; without them, the method as every
   * table has it.
   */
  readonly experiment?: CheckedFile<ExperimentFile>;
  readonly rowIndex?: number;
}

/**
 * The settings of a training run: defaults, then profile, method, experiment and row, each
 * overriding what came before; the seed is added to that of the data set.
 *
 * @param set - The checked files.
 * @param request - Method, profile and seed; experiment and row where they override something.
 * @param name - First part of the id; the method unless given.
 * @throws {InputError} For an unknown profile or method, or when settings contradict each other.
 */
export function resolveRun(
  set: ExperimentSet,
  request: RunRequest,
  name: string = request.method,
): ResolvedRun {
  const { method, profile, seed } = request;
  if (!Number.isSafeInteger(seed) || seed < 0) {
    throw new InputError(describeViolation('resolveRun', 'seed', 'be an integer from 0 on', seed));
  }
  const shared = [...sharedLayers(set, profile), ...methodLayers(set, method)];
  const merged = keepKind(
    mergeLayers([...shared, ...ownLayers(request)]),
    shared.map(({ origin }) => origin),
  );
  const declared: RunSettings = parseMerged(runSettingsSchema, merged);
  const first = resolveFirst(set, request, declared);
  const settings: RunSettings = {
    ...declared,
    dataset: datasetOfSeed(declared.dataset, seed),
    ...(first === null ? {} : { first: pickTraining(first) }),
  };
  refuseViolations(settings, merged);
  return {
    id: `${name}-s${seed}`,
    profile,
    method,
    seed,
    settings,
    origins: merged.origins,
    key: runKey(settings, seed),
    first,
  };
}

/** The run of the method that a method takes its kernel from: as in every row of the experiment. */
function resolveFirst(
  set: ExperimentSet,
  { profile, seed, experiment }: RunRequest,
  { method: { kernelFrom } }: RunSettings,
): ResolvedRun | null {
  if (kernelFrom === undefined) return null;
  const request = { method: kernelFrom, profile, seed };
  if (experiment === undefined) return resolveRun(set, request);
  const { source, content } = experiment;
  return resolveRun(
    set,
    { ...request, experiment },
    `${kernelFrom}${suffixOf(basename(source.file, '.yaml'), content)}`,
  );
}

function pickTraining({ settings }: ResolvedRun): NonNullable<RunSettings['first']> {
  const { method, network, training } = settings;
  return { method, network, training };
}

function refuseViolations(settings: RunSettings, merged: MergedLayers): void {
  const [violation] = checkRunSettings(settings);
  if (violation === undefined) return;
  const { path, rule, value, remedy } = violation;
  throw new InputError(describeViolation(merged.locate(path), path, rule, value, remedy));
}

/** The settings of a profile before any method, experiment or row has its say. */
export function resolveShared(set: ExperimentSet, profile: string): SharedSettings {
  return sharedSettingsSchema.parse(mergeLayers(sharedLayers(set, profile)).values);
}

/** Layers of defaults and profile. */
export function sharedLayers(set: ExperimentSet, profile: string): SettingsLayer[] {
  const { defaults, profiles } = set;
  const known = profiles.content;
  if (!Object.hasOwn(known, profile)) {
    throw new InputError(
      describeUnknown(profiles.source.file, 'profile', profile, Object.keys(known)),
    );
  }
  return [
    { origin: defaults.source.file, source: defaults.source, at: [], values: defaults.content },
    {
      origin: `${profiles.source.file}#${profile}`,
      source: profiles.source,
      at: [profile, 'settings'],
      values: known[profile].settings ?? {},
    },
  ];
}

function methodLayers(
  { methods: { source, content } }: ExperimentSet,
  method: string,
): SettingsLayer[] {
  if (!Object.hasOwn(content, method)) {
    throw new InputError(describeUnknown(source.file, 'method', method, Object.keys(content)));
  }
  const { settings, ...rest } = content[method];
  const origin = `${source.file}#${method}`;
  return [
    { origin, source, at: [method], values: { method: { id: method, ...rest } } },
    { origin, source, at: [method, 'settings'], values: settings ?? {} },
  ];
}

/** Layers of the experiment, of what it sets for the profile, and of the row. */
export function ownLayers({
  experiment,
  rowIndex,
  profile,
}: Pick<RunRequest, 'experiment' | 'rowIndex' | 'profile'>): SettingsLayer[] {
  if (experiment === undefined) return [];
  const { source, content } = experiment;
  const layers: SettingsLayer[] = [
    { origin: source.file, source, at: ['settings'], values: content.settings ?? {} },
    {
      origin: `${source.file}@${profile}`,
      source,
      at: ['profiles', profile],
      values: content.profiles?.[profile] ?? {},
    },
  ];
  return rowIndex === undefined ? layers : [...layers, rowLayer(experiment, rowIndex)];
}

/** Layer of a row alone. */
export function rowLayer(
  { source, content }: CheckedFile<ExperimentFile>,
  rowIndex: number,
): SettingsLayer {
  const row = content.rows[rowIndex];
  const origin = `${source.file}#${row.id ?? row.method}`;
  return { origin, source, at: ['rows', rowIndex, 'settings'], values: row.settings ?? {} };
}

/** What stands behind the names of rows whose settings the experiment overrides as a whole. */
export function suffixOf(name: string, { like, settings, profiles }: ExperimentFile): string {
  return settings === undefined && profiles === undefined ? '' : `-${like ?? name}`;
}
