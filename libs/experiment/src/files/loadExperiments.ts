import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describeUnknown, describeViolation, InputError } from '@blurcycle/core';
import type { z } from 'zod';
import { ruleKey } from '../claims/ruleKey.ts';
import { resolveConditions, scoreName } from '../resolve/resolveConditions.ts';
import { idSchema, type SharedSettings } from '../settings/runSettings.ts';
import { contentHash } from '../stages/keys.ts';
import { checkExperiment } from './checkExperiment.ts';
import {
  type ClassicalFile,
  classicalFileSchema,
  defaultsFileSchema,
  type ExperimentFile,
  experimentFileSchema,
  type MethodsFile,
  methodsFileSchema,
  type ProfilesFile,
  profilesFileSchema,
} from './fileSchemas.ts';
import { varyRows } from './varyRows.ts';
import { checkSource, parseYamlSource, type YamlSource } from './yamlSource.ts';

/** A checked file with its positions. */
export interface CheckedFile<T> {
  readonly source: YamlSource;
  readonly content: T;
}

/** All files of the experiments directory, checked one by one; nothing is resolved yet. */
export interface ExperimentSet {
  readonly directory: string;
  readonly defaults: CheckedFile<SharedSettings>;
  readonly profiles: CheckedFile<ProfilesFile>;
  readonly methods: CheckedFile<MethodsFile>;
  /** Methods that are computed, not trained. */
  readonly classical: CheckedFile<ClassicalFile>;
  /** Sorted by name. */
  readonly experiments: ReadonlyMap<string, CheckedFile<ExperimentFile>>;
}

const METHOD_FILES = ['methods.yaml', 'classical.yaml'];

/** True for a file that declares an experiment, rather than what experiments share. */
export function isExperimentFile(file: string): boolean {
  const name = basename(file);
  return name.endsWith('.yaml') && !name.startsWith('_') && !METHOD_FILES.includes(name);
}

/**
 * Reads and checks every file of the experiments directory.
 *
 * @param directory - Where `_defaults.yaml`, `_profiles.yaml`, `methods.yaml`, `classical.yaml` and
 *   the experiment files are.
 * @throws {InputError} One line for the first thing wrong in any file.
 */
export function loadExperiments(directory: string): ExperimentSet {
  const read = <T>(file: string, schema: z.ZodType<T>): CheckedFile<T> => {
    const source = parseYamlSource(
      readText(join(directory, file)),
      `${basename(directory)}/${file}`,
    );
    return { source, content: checkSource(source, schema) };
  };
  const defaults = read('_defaults.yaml', defaultsFileSchema);
  const profiles = read('_profiles.yaml', profilesFileSchema);
  const methods = read('methods.yaml', methodsFileSchema);
  const classical = read('classical.yaml', classicalFileSchema);
  refuseCommonIds(methods, classical);
  const experiments = new Map<string, CheckedFile<ExperimentFile>>();
  const files = readdirSync(directory).filter(isExperimentFile).sort();
  const declared = new Map(
    files.map((file) => [experimentName(directory, file), read(file, experimentFileSchema)]),
  );
  for (const [name, file] of declared) {
    const shared = { defaults: defaults.content, methods: methods.content };
    const experiment = varyRows(withSettingsOf(file, declared), shared);
    checkExperiment(experiment, {
      trained: Object.keys(methods.content),
      classical: Object.keys(classical.content),
    });
    refuseUnknownProfile(experiment, Object.keys(profiles.content));
    experiments.set(name, experiment);
  }
  refuseSameClaims([...experiments.values()]);
  return { directory, defaults, profiles, methods, classical, experiments };
}

/** The file with the settings of the experiment that it is like, where it names one. */
function withSettingsOf(
  file: CheckedFile<ExperimentFile>,
  declared: ReadonlyMap<string, CheckedFile<ExperimentFile>>,
): CheckedFile<ExperimentFile> {
  const { source, content } = file;
  const { like } = content;
  if (like === undefined) return file;
  const where = `${source.file}:${source.lineOf(['like'])}`;
  const other = declared.get(like)?.content;
  if (other === undefined)
    throw new InputError(describeUnknown(where, 'experiment', like, [...declared.keys()]));
  if (other.like !== undefined) {
    const rule = 'name an experiment with settings of its own';
    throw new InputError(describeViolation(where, 'like', rule, like));
  }
  if (content.settings !== undefined || content.profiles !== undefined) {
    const rule = 'not stand beside settings or profiles';
    throw new InputError(describeViolation(where, 'like', rule, like));
  }
  const { settings, profiles } = other;
  return { source, content: { ...content, settings, profiles } };
}

/** Names of experiments are names of folders, targets and, in scripts, of jobs: so they are ids. */
function experimentName(directory: string, file: string): string {
  const name = file.slice(0, -'.yaml'.length);
  if (idSchema.safeParse(name).success) return name;
  const where = `${basename(directory)}/${file}`;
  const rule = 'be lower-case words joined by hyphens';
  throw new InputError(describeViolation(where, 'file name', rule, name));
}

/**
 * A claim is judged once. Two claims are the same where their rules decide the same about the same
 * rows and conditions, in one file, or in two whose settings are the same.
 */
function refuseSameClaims(experiments: readonly CheckedFile<ExperimentFile>[]): void {
  const known = new Map<string, string>();
  for (const { source, content } of experiments) {
    const { claims, rows, settings = {}, profiles = {} } = content;
    const conditions = resolveConditions(content);
    const identity = (name: string): string => {
      for (const row of rows) {
        for (const { id, test } of conditions) {
          if (scoreName(row.id ?? row.method, id) !== name) continue;
          return contentHash({ method: row.method, settings: row.settings ?? {}, test });
        }
      }
      throw new Error(`internal: the rule was checked, and there is no row ${name}`);
    };
    claims.forEach(({ id, rule, about = 'method' }, index) => {
      const where = `${source.file}:${source.lineOf(['claims', index, 'rule'])}`;
      const key = contentHash({ rule: ruleKey(rule, identity), about, settings, profiles });
      const before = known.get(key);
      if (before !== undefined) {
        const expected = `not have the rule of the claim at ${before}`;
        throw new InputError(
          describeViolation(where, `claim ${id}`, expected, rule, 'judge it once'),
        );
      }
      known.set(key, where);
    });
  }
}

function refuseUnknownProfile(
  { source, content }: CheckedFile<ExperimentFile>,
  known: readonly string[],
): void {
  const unknown = Object.keys(content.profiles ?? {}).find((profile) => !known.includes(profile));
  if (unknown === undefined) return;
  const where = `${source.file}:${source.lineOf(['profiles', unknown])}`;
  throw new InputError(describeUnknown(where, 'profile', unknown, known));
}

/** The experiment of that name; an unknown name is an `InputError` that names the nearest. */
export function getExperiment(set: ExperimentSet, name: string): CheckedFile<ExperimentFile> {
  const found = set.experiments.get(name);
  if (found !== undefined) return found;
  throw new InputError(
    describeUnknown('experiments', 'experiment', name, [...set.experiments.keys()]),
  );
}

function refuseCommonIds(
  methods: CheckedFile<MethodsFile>,
  { source, content }: CheckedFile<ClassicalFile>,
): void {
  const common = Object.keys(content).find((id) => Object.hasOwn(methods.content, id));
  if (common === undefined) return;
  const where = `${source.file}:${source.lineOf([common])}`;
  const rule = `not be that of a method of ${methods.source.file}`;
  throw new InputError(describeViolation(where, 'id', rule, common));
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const reason = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    throw new InputError(
      `loadExperiments: ${path} must be readable, got ${reason} (run from the project root)`,
    );
  }
}
