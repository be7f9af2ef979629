import { existsSync } from 'node:fs';
import { join } from 'node:path';
import {
  contentHash,
  readTestRecord,
  type ResolvedCondition,
  type RunRecord,
  testDirectory,
  testedDataset,
  testKey,
  type TestRecord,
} from '@blurcycle/experiment';
import { MODEL_FILES } from '@blurcycle/inference';
import { dataChange } from '../dataset/dataChange.ts';
import { readTestHashes } from '../dataset/prepareTestVolumes.ts';
import { DAMAGED_RECORD, readUnlessDamaged } from '../run/readUnlessDamaged.ts';

/** Weights of the sharp generator inside the folder of a run, as its record names them. */
export const WEIGHTS = `model/${MODEL_FILES.weights}`;

/** Whether the predictions of a model under a condition can be used as they are. */
interface TestState {
  readonly state: 'done' | 'stale' | 'missing';
  /** What changed; one line, empty when done. */
  readonly reason: string;
  /** Where they are. */
  readonly folder: string;
  readonly record: TestRecord | undefined;
}

/**
 * Compares the record that a test left with what would be tested now.
 *
 * @param run - What the run left: the weights that would be applied.
 * @param condition - Not the run's own test volumes.
 * @param sources - Hash of the code that trains and predicts, as it is now.
 */
export async function testState(
  run: RunRecord,
  condition: ResolvedCondition,
  resultsDir: string,
  sources: string,
): Promise<TestState> {
  const { dataset } = run.settings;
  const key = testKey(dataset, condition);
  if (key === null) throw new Error('internal: a run has tested its own volumes itself');
  const folder = testDirectory(resultsDir, run.profile, run.id, key);
  const record = readUnlessDamaged(() => readTestRecord(join(folder, 'record.json')));
  if (record === null) return { state: 'stale', reason: DAMAGED_RECORD, folder, record: undefined };
  if (record === undefined) return { state: 'missing', reason: 'never tested', folder, record };
  const reason =
    describeChange(run, record, testedDataset(dataset, condition), sources) ||
    (await dataChange(record.inputs, () =>
      readTestHashes(dataset, condition, resultsDir, run.profile),
    ));
  return { state: reason === '' ? 'done' : 'stale', reason, folder, record };
}

function describeChange(
  run: RunRecord,
  record: TestRecord,
  dataset: TestRecord['dataset'],
  sources: string,
): string {
  const { inference, scoring } = run.settings;
  if (record.inputs[WEIGHTS] !== run.outputs[WEIGHTS]) return 'the run was trained again';
  const now = { dataset, inference, scoring };
  const before = { dataset: record.dataset, inference: record.inference, scoring: record.scoring };
  if (contentHash(now) !== contentHash(before)) return 'the settings of the test changed';
  return record.provenance.sourceHash === sources ? '' : 'the code that predicts changed';
}

/** Whether the weights of a run are on this machine. */
export function hasWeights(runFolder: string): boolean {
  return existsSync(join(runFolder, WEIGHTS));
}
