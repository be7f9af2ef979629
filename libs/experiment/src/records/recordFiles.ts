import { join } from 'node:path';
import { InputError } from '@blurcycle/core';
import { readIfThere, writeFileAtomically } from '@blurcycle/files';
import { z } from 'zod';
import { type Figures, figuresSchema } from './figures.ts';
import {
  type ClassicalRecord,
  classicalRecordSchema,
  type ExperimentRecord,
  experimentRecordSchema,
  type RunRecord,
  runRecordSchema,
  scoresSchema,
  type StoredScores,
  type TestRecord,
  testRecordSchema,
} from './records.ts';
import { replaySchema, type Replay } from './replay.ts';
import { type ScoredRecord, type Scores, scoresOf } from './recorded.ts';
import { type Table, tableSchema } from './table.ts';

/** Directory of a training run. */
export function runDirectory(resultsDir: string, profile: string, runId: string): string {
  return join(resultsDir, profile, 'runs', runId);
}

/**
 * Directory of the predictions that a trained model made of other test volumes than its own.
 *
 * @param key - `testKey` of the data set and the condition.
 */
export function testDirectory(
  resultsDir: string,
  profile: string,
  runId: string,
  key: string,
): string {
  return join(runDirectory(resultsDir, profile, runId), 'tests', key);
}

/**
 * Directory of what a classical method made of test volumes.
 *
 * @param key - Key of the run.
 */
export function classicalDirectory(
  resultsDir: string,
  profile: string,
  method: string,
  key: string,
): string {
  return join(resultsDir, profile, 'classical', `${method}-${key.slice(0, 12)}`);
}

/** Directory of a table or figure. */
export function experimentDirectory(
  resultsDir: string,
  profile: string,
  experiment: string,
): string {
  return join(resultsDir, profile, experiment);
}

const SCORES = 'scores.json';

function replayPath(resultsDir: string, profile: string): string {
  return join(resultsDir, profile, 'replay.json');
}

/** Writes `record.json`, checked against its schema. */
export function writeRunRecord(path: string, record: RunRecord): Promise<void> {
  return writeChecked(path, runRecordSchema, record);
}

/** Reads `record.json`; undefined when there is none. A damaged file is an `InputError`. */
export function readRunRecord(path: string): RunRecord | undefined {
  return readChecked(path, runRecordSchema);
}

/** What the record of a run says of its settings, whichever version of the program wrote it. */
export interface RecordedSettings {
  readonly seed: number;
  readonly settings: Readonly<Record<string, unknown>>;
}

const recordedSettingsSchema = z.object({
  seed: z.int(),
  settings: z.record(z.string(), z.unknown()),
});

/**
 * Reads the settings in a `record.json` that is not of this version; undefined when it is damaged
 * or not there.
 */
export function readRecordedSettings(path: string): RecordedSettings | undefined {
  try {
    return readChecked(path, recordedSettingsSchema);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return undefined;
  }
}

/** Writes `record.json` of a test, checked against its schema. */
export function writeTestRecord(path: string, record: TestRecord): Promise<void> {
  return writeChecked(path, testRecordSchema, record);
}

/**
 * Reads `record.json` of a test; undefined when there is none. A damaged file is an `InputError`.
 */
export function readTestRecord(path: string): TestRecord | undefined {
  return readChecked(path, testRecordSchema);
}

/** Writes `record.json` of a classical method, checked against its schema. */
export function writeClassicalRecord(path: string, record: ClassicalRecord): Promise<void> {
  return writeChecked(path, classicalRecordSchema, record);
}

/**
 * Reads `record.json` of a classical method; undefined when there is none. A damaged file is an
 * `InputError`.
 */
export function readClassicalRecord(path: string): ClassicalRecord | undefined {
  return readChecked(path, classicalRecordSchema);
}

/** Writes `record.json` of a table, checked against its schema. */
export function writeExperimentRecord(path: string, record: ExperimentRecord): Promise<void> {
  return writeChecked(path, experimentRecordSchema, record);
}

/**
 * Reads `record.json` of a table; undefined when there is none. A damaged file is an `InputError`.
 */
export function readExperimentRecord(path: string): ExperimentRecord | undefined {
  return readChecked(path, experimentRecordSchema);
}

/** Writes `scores.json` beside the predictions that were scored, checked against its schema. */
export function writeScores(folder: string, scores: StoredScores): Promise<void> {
  return writeChecked(join(folder, SCORES), scoresSchema, scores);
}

/**
 * Reads the scores of a result from `scores.json`, or where there is none from the record itself.
 *
 * @param folder - Where record and predictions are.
 * @param scoring - What a record that holds its scores itself was scored by.
 * @returns Undefined where the predictions of the record were never scored, or the file is damaged.
 */
export function readScores(
  folder: string,
  record: ScoredRecord,
  scoring: Scores['scoring'],
): Scores | undefined {
  try {
    return scoresOf(readChecked(join(folder, SCORES), scoresSchema), record, scoring);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return undefined;
  }
}

/** Writes the certificate of a profile, checked against its schema. */
export function writeReplay(resultsDir: string, replay: Replay): Promise<void> {
  return writeChecked(replayPath(resultsDir, replay.profile), replaySchema, replay);
}

/**
 * Reads the certificate of a profile; undefined when there is none. A damaged one is an
 * `InputError`.
 */
export function readReplay(resultsDir: string, profile: string): Replay | undefined {
  return readChecked(replayPath(resultsDir, profile), replaySchema);
}

/** Writes `table.json`, checked against its schema. */
export function writeTable(path: string, table: Table): Promise<void> {
  return writeChecked(path, tableSchema, table);
}

/** Reads `table.json`; undefined when there is none. A damaged file is an `InputError`. */
export function readTable(path: string): Table | undefined {
  return readChecked(path, tableSchema);
}

/** Writes `figures.json`, checked against its schema. */
export function writeFigures(path: string, figures: Figures): Promise<void> {
  return writeChecked(path, figuresSchema, figures);
}

/** Reads `figures.json`; undefined when there is none. A damaged file is an `InputError`. */
export function readFigures(path: string): Figures | undefined {
  return readChecked(path, figuresSchema);
}

async function writeChecked<T>(path: string, schema: z.ZodType<T>, value: T): Promise<void> {
  const text = `${JSON.stringify(schema.parse(value), null, 2)}
`;
  await writeFileAtomically(path, 'writeResult', text, { parents: true });
}

function readChecked<T>(path: string, schema: z.ZodType<T>): T | undefined {
  const text = readIfThere(path);
  if (text === null) return undefined;
  const remedy = 'delete the file and run again';
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch {
    throw new InputError(
      `readResult: ${path} must hold JSON, got ${text.length} characters that do not parse (${remedy})`,
    );
  }
  const result = schema.safeParse(data);
  if (result.success) return result.data;
  const [{ path: at, message }] = result.error.issues;
  throw new InputError(
    `readResult: ${path} must follow its schema, got ${at.join('.')}: ${message} (${remedy})`,
  );
}
