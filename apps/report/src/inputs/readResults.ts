import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { InputError } from '@blurcycle/core';
import {
  type ExperimentRecord,
  type ExperimentSet,
  readExperimentRecord,
  type LoggedLosses,
  readFigures,
  readRunRecord,
  readScores,
  readTable,
  type RunRecord,
  type Table,
  type VolumeScores,
} from '@blurcycle/experiment';
import { fileHash, type GitState, readIfThere } from '@blurcycle/files';
import { inStatedWords } from '../model/statedWords.ts';
import { onePlaneOf } from '../model/volumes.ts';
import { readBlock, type ShownBlock } from './readBlock.ts';

/** A training run that has a record. */
export interface RunInput {
  readonly record: RunRecord;
  /** Properties of the learned kernel beside those of the true one; null if there is none. */
  readonly kernel: Readonly<Record<string, number>> | null;
  /** Scores of the test volumes; null where there are none. */
  readonly scores: readonly VolumeScores[] | null;
  readonly metrics: RunMetrics | null;
}

/** A table or figure that has results. */
export interface ExperimentInput {
  readonly id: string;
  readonly table: Table;
  readonly csv: string | null;
  /** Files that the table was made from and that have other bytes now, below the profile. */
  readonly changedInputs: readonly string[];
  /** What it shows beside its table, in the order of the page. */
  readonly blocks: readonly ShownBlock[];
}

/** Everything that a report shows. */
export interface ReportInputs {
  readonly profile: string;
  readonly experiments: readonly ExperimentInput[];
  readonly runs: readonly RunInput[];
  /** One line per file that exists but cannot be read. */
  readonly damaged: readonly string[];
  /** The deviations register as markdown; null if there is none. */
  readonly deviations: string | null;
  readonly builder?: Builder;
}

/** Where the inputs are. */
export interface ReportSources {
  readonly resultsDir: string;
  readonly profile: string;
  /** Markdown file with the deviations register; it may be missing. */
  readonly deviationsPath?: string;
  /** The experiment files, whose titles and texts of claims are shown; else those of the tables. */
  readonly stated?: ExperimentSet;
  /** What builds the report; nothing is said of it unless given. */
  readonly builder?: Builder;
}

/** What builds a report. */
interface Builder {
  /** Version of blurcycle. */
  readonly version: string;
  /** Version of Node. */
  readonly node: string;
  readonly git: GitState;
}

/**
 * Reads the results of a profile, in an order that does not depend on the file system.
 *
 * @throws {InputError} If there are none. Damaged files are listed in `damaged` instead.
 */
export async function readResults(sources: ReportSources): Promise<ReportInputs> {
  const { resultsDir, profile, deviationsPath, stated, builder } = sources;
  const directory = join(resultsDir, profile);
  const names = await directoriesIn(directory);
  if (names.length === 0) {
    throw new InputError(
      `readResults: ${directory} must hold results (make some with: npx nx run experiments:table1)`,
    );
  }
  const damaged: string[] = [];
  const tolerant: Tolerant = async (read) => {
    try {
      return (await read()) ?? null;
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      damaged.push(error.message.replaceAll(resultsDir, 'results'));
      return null;
    }
  };
  const experiments: ExperimentInput[] = [];
  for (const id of names.filter((name) => name !== 'runs')) {
    const experiment = await readExperiment(directory, id, tolerant);
    if (experiment === null) continue;
    const content = stated?.experiments.get(id)?.content;
    experiments.push({ ...experiment, table: inStatedWords(experiment.table, content) });
  }
  const runs: RunInput[] = [];
  for (const id of await directoriesIn(join(directory, 'runs'))) {
    const run = await readRun(join(directory, 'runs', id), tolerant);
    if (run !== null) runs.push(run);
  }
  const deviations = deviationsPath === undefined ? null : readIfThere(deviationsPath);
  const said = builder === undefined ? {} : { builder };
  return { profile, experiments, runs, damaged, deviations, ...said };
}

/** Reads something, or lists it as damaged; null where it is damaged or does not exist. */
type Tolerant = <T>(read: () => T | undefined | Promise<T | undefined>) => Promise<T | null>;

async function readExperiment(
  profileDirectory: string,
  id: string,
  tolerant: Tolerant,
): Promise<ExperimentInput | null> {
  const at = join(profileDirectory, id);
  const table = await tolerant(() => readTable(join(at, 'table.json')));
  if (table === null) return null;
  const made = await tolerant(() => readExperimentRecord(join(at, 'record.json')));
  const figures = await tolerant(() => readFigures(join(at, 'figures.json')));
  const depth = made === null ? undefined : declaredDepth(made);
  const blocks: ShownBlock[] = [];
  for (const block of figures?.blocks ?? []) {
    const shown = await tolerant(() => readBlock(at, block));
    if (shown !== null) blocks.push(withoutThinned(shown, depth));
  }
  return {
    id,
    table,
    csv: readIfThere(join(at, 'table.csv')),
    changedInputs: await changedFiles(profileDirectory, made?.inputs ?? {}),
    blocks,
  };
}

/** A block as it is; of stacks with fewer planes than the volumes of the data set, one plane. */
function withoutThinned(block: ShownBlock, depth: number | undefined): ShownBlock {
  return block.kind === 'volumes' && depth !== undefined && block.shape[0] < depth
    ? onePlaneOf(block, depth)
    : block;
}

/** Planes of the volumes of an experiment, as its record declares them. */
function declaredDepth({ declaration }: ExperimentRecord): number | undefined {
  const { dataset } = declaration;
  if (typeof dataset !== 'object' || dataset === null || !('shape' in dataset)) return undefined;
  const shape: unknown = dataset.shape;
  const depth: unknown = Array.isArray(shape) ? shape.at(0) : undefined;
  return typeof depth === 'number' ? depth : undefined;
}

async function readRun(directory: string, tolerant: Tolerant): Promise<RunInput | null> {
  const record = await tolerant(() => readRunRecord(join(directory, 'record.json')));
  if (record === null) return null;
  const scored = readScores(directory, record, record.settings.scoring);
  return {
    record,
    kernel: scored?.kernel ?? null,
    scores: scored?.scores ?? null,
    metrics: (await ifPresent(() => readMetrics(join(directory, 'metrics.jsonl')))) ?? null,
  };
}

/**
 * Those of the files that exist and do not have the SHA-256 that was recorded. Data sets are left
 * out: they are made again anywhere, and the records of the runs hold the hashes of their files.
 */
async function changedFiles(
  directory: string,
  recorded: Readonly<Record<string, string>>,
): Promise<string[]> {
  const changed: string[] = [];
  for (const [path, hash] of Object.entries(recorded)) {
    if (path.startsWith('data/')) continue;
    const found = await ifPresent(() => fileHash(join(directory, path)));
    if (found !== undefined && found !== hash) changed.push(path);
  }
  return changed;
}

/** Names of the directories. */
async function directoriesIn(path: string): Promise<string[]> {
  const entries = await ifPresent(() => readdir(path, { withFileTypes: true }));
  return (entries ?? [])
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort(inOrderOfThePage);
}

/** Order of experiments: tables, figures, the rest; numbers in numeric order. */
export function inOrderOfThePage(a: string, b: string): number {
  const rank = (name: string): number =>
    name.startsWith('table') ? 0 : name.startsWith('fig') ? 1 : 2;
  return rank(a) - rank(b) || a.localeCompare(b, 'en', { numeric: true });
}

async function ifPresent<T>(read: () => Promise<T>): Promise<T | undefined> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof Error && 'code' in error && isAbsent(error.code)) return undefined;
    throw error;
  }
}

/** EISDIR: the folder of a data set, whose recorded hash stands for its volumes. */
function isAbsent(code: unknown): boolean {
  return code === 'ENOENT' || code === 'EISDIR';
}

/** A point of a curve: the value after so many generator updates. */
export interface CurvePoint {
  readonly step: number;
  readonly value: number;
}

/** The curves of a run by name. */
interface RunMetrics {
  readonly train: ReadonlyMap<string, readonly CurvePoint[]>;
  /** The losses line by line. */
  readonly losses: readonly LoggedLosses[];
  readonly validation: ReadonlyMap<string, readonly CurvePoint[]>;
  /** Number of unreadable lines (the last one of a killed run, say) and of non-finite values. */
  readonly unreadable: number;
}

/** Reads `metrics.jsonl`, one measurement per line. */
async function readMetrics(path: string): Promise<RunMetrics> {
  const train = new Map<string, CurvePoint[]>();
  const validation = new Map<string, CurvePoint[]>();
  const losses: LoggedLosses[] = [];
  let unreadable = 0;
  const lines = (await readFile(path, 'utf8')).split('\n').filter((line) => line.trim() !== '');
  for (const line of lines) {
    const entry = parseLine(line);
    if (entry === undefined) {
      unreadable += 1;
      continue;
    }
    const curves = entry.kind === 'train' ? train : validation;
    const values: Record<string, number> = {};
    for (const [name, value] of Object.entries(entry.values)) {
      if (typeof value !== 'number') unreadable += 1;
      else {
        append(curves, name, { step: entry.step, value });
        values[name] = value;
      }
    }
    if (entry.kind === 'train') losses.push({ step: entry.step, values });
  }
  return { train, validation, losses, unreadable };
}

interface MetricsLine {
  readonly step: number;
  readonly kind: 'train' | 'validation';
  readonly values: Readonly<Record<string, unknown>>;
}

function parseLine(line: string): MetricsLine | undefined {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const { step, kind, values } = value as Record<string, unknown>;
  if (typeof step !== 'number' || typeof values !== 'object' || values === null) return undefined;
  if (kind !== 'train' && kind !== 'validation') return undefined;
  return { step, kind, values: values as Record<string, unknown> };
}

function append(curves: Map<string, CurvePoint[]>, name: string, point: CurvePoint): void {
  const curve = curves.get(name);
  if (curve === undefined) curves.set(name, [point]);
  else curve.push(point);
}
