import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { selectBackend } from '@blurcycle/compute';
import {
  runDirectory,
  type RunRecord,
  type TestRecord,
  testRecipe,
  WEIGHTS,
  writeTestRecord,
} from '@blurcycle/experiment';
import { fileHash } from '@blurcycle/files';
import { loadModel } from '@blurcycle/inference';
import type { ComputeOptions } from '../contracts.ts';
import type { PreparedDataset } from '../dataset/prepareDataset.ts';
import { hashOutputs } from '../run/hashOutputs.ts';
import { originOf } from '../run/origin.ts';
import { startProvenance } from '../run/provenance.ts';
import { predictTestVolumes } from '../scores/predictTestVolumes.ts';

/** A test to carry out. */
interface TestRunRequest {
  /** What the run left. */
  readonly run: RunRecord;
  /** Settings that the test volumes stand for. */
  readonly dataset: TestRecord['dataset'];
  readonly volumes: PreparedDataset;
  /** Where predictions and record go. */
  readonly folder: string;
  /** What to type to make it again. */
  readonly command: string;
}

/**
 * Applies a trained model to other test volumes than its own: predictions and record. Trains
 * nothing.
 */
export async function testRun(
  { run, dataset, volumes, folder, command }: TestRunRequest,
  { resultsDir, backend: wanted, threads }: ComputeOptions,
): Promise<TestRecord> {
  const backend = await selectBackend(wanted, threads === undefined ? {} : { threads });
  const clock = await startProvenance(backend, [run.settings.inference.precision]);
  const runFolder = runDirectory(resultsDir, run.profile, run.id);
  const weightsHash = await fileHash(join(runFolder, WEIGHTS));
  const model = await loadModel(join(runFolder, 'model'));
  await rm(folder, { recursive: true, force: true });
  const started = performance.now();
  try {
    await predictTestVolumes(model.generator, volumes.test, run.settings, folder);
    const { inference, scoring } = run.settings;
    const record: TestRecord = {
      ...{ run: run.id, profile: run.profile, dataset, inference, scoring },
      inferenceSeconds: (performance.now() - started) / 1000,
      inputs: { [WEIGHTS]: weightsHash, ...volumes.hashes },
      outputs: await hashOutputs(folder),
      ...(await originOf(testRecipe(run, dataset), volumes.sources)),
      provenance: await clock.stop(command),
    };
    await writeTestRecord(join(folder, 'record.json'), record);
    return record;
  } finally {
    model.dispose();
  }
}
