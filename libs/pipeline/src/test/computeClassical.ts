import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { selectBackend } from '@blurcycle/compute';
import { createVolume, type Volume } from '@blurcycle/core';
import { writeTiffStack } from '@blurcycle/data';
import { deconvolveClassically } from '@blurcycle/deconvolution';
import {
  classicalRecipe,
  type ClassicalRecord,
  type ClassicalRun,
  writeClassicalRecord,
} from '@blurcycle/experiment';
import type { ComputeOptions } from '../contracts.ts';
import { createDatasetPsf } from '../dataset/createDatasetPsf.ts';
import type { PreparedDataset } from '../dataset/prepareDataset.ts';
import { hashOutputs } from '../run/hashOutputs.ts';
import { originOf } from '../run/origin.ts';
import { startProvenance } from '../run/provenance.ts';
import { say } from '../say.ts';
import { predictionPath } from '../scores/scorePredictions.ts';

/** A classical method to apply to test volumes. */
interface ClassicalRequest {
  readonly run: ClassicalRun;
  readonly volumes: PreparedDataset;
  /** Where predictions and record go. */
  readonly folder: string;
  /** What to type to make it again. */
  readonly command: string;
}

/** Applies a classical method to test volumes: predictions and record. */
export async function computeClassical(
  { run, volumes, folder, command }: ClassicalRequest,
  { backend: wanted, threads, progress: show }: ComputeOptions,
): Promise<ClassicalRecord> {
  const backend = await selectBackend(wanted, threads === undefined ? {} : { threads });
  const clock = await startProvenance(backend);
  const origin = await originOf(classicalRecipe(run), volumes.sources);
  await rm(folder, { recursive: true, force: true });
  await mkdir(join(folder, 'predictions'), { recursive: true });
  const progress = show({ label: run.id, total: volumes.test.length });
  const started = performance.now();
  const updates: Record<string, number> = {};
  try {
    for (const [i, { id, blurred }] of volumes.test.entries()) {
      const estimate = estimateOf(run, blurred, volumes, (done) => (updates[id] = done));
      await writeTiffStack(join(folder, predictionPath(id)), estimate);
      progress.update(i + 1);
    }
  } finally {
    progress.stop();
  }
  if (stopsByItself(run.settings)) {
    const counts = Object.values(updates);
    say(`${run.id}: stopped after ${counts.join(', ')} updates`);
  }
  const { method, profile, key, settings, dataset, scoring } = run;
  const record: ClassicalRecord = {
    ...{ method, profile, key, settings, dataset, scoring },
    seconds: (performance.now() - started) / 1000,
    updates,
    inputs: volumes.hashes,
    outputs: await hashOutputs(folder),
    ...origin,
    provenance: await clock.stop(command),
  };
  await writeClassicalRecord(join(folder, 'record.json'), record);
  return record;
}

function stopsByItself(settings: ClassicalRun['settings']): boolean {
  return 'stop' in settings && settings.stop === 'discrepancy';
}

/**
 * What a classical method makes of a volume. It knows the blur, gain x PSF: it deconvolves with the
 * unit-sum PSF and divides by the gain. A blind method is told the gain alone.
 *
 * @param onUpdate - Called with the number of updates done.
 */
export function estimateOf(
  { dataset, settings }: Pick<ClassicalRun, 'dataset' | 'settings'>,
  blurred: Volume,
  { facts: { gain } }: Pick<PreparedDataset, 'facts'>,
  onUpdate: (done: number) => void = () => undefined,
): Volume {
  const psf = createDatasetPsf(dataset);
  const { shape, voxelSizeUm, data } = deconvolveClassically(blurred, psf, settings, {
    onUpdate,
  }).estimate;
  return createVolume(
    shape,
    voxelSizeUm,
    data.map((value) => value / gain),
  );
}
