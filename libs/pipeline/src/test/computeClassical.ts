import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { selectBackend } from '@blurcycle/compute';
import { createVolume } from '@blurcycle/core';
import { writeTiffStack } from '@blurcycle/data';
import { deconvolveClassically } from '@blurcycle/deconvolution';
import {
  type ClassicalRecord,
  type ClassicalRun,
  type VolumeScores,
  writeClassicalRecord,
} from '@blurcycle/experiment';
import type { ComputeOptions } from '../contracts.ts';
import { createDatasetPsf } from '../dataset/createDatasetPsf.ts';
import type { PreparedDataset } from '../dataset/prepareDataset.ts';
import { hashOutputs } from '../run/hashOutputs.ts';
import { startProvenance } from '../run/provenance.ts';
import { CLASSICAL_SOURCES, readSourceHash } from '../run/sourceHash.ts';
import { scoreEstimate } from '../scores/scoreEstimate.ts';

/** A classical method to apply to test volumes. */
interface ClassicalRequest {
  readonly run: ClassicalRun;
  readonly volumes: PreparedDataset;
  /** Where predictions and record go. */
  readonly folder: string;
  /** What to type to make it again. */
  readonly command: string;
}

/**
 * Applies a classical method to test volumes: predictions, scores, record.
 *
 * The method knows the blur, gain x PSF: it deconvolves with the unit-sum PSF and divides by the
 * gain.
 */
export async function computeClassical(
  { run, volumes, folder, command }: ClassicalRequest,
  { backend: wanted, threads, progress: show }: ComputeOptions,
): Promise<ClassicalRecord> {
  const backend = await selectBackend(wanted, threads === undefined ? {} : { threads });
  const clock = await startProvenance(backend);
  const sourceHash = await readSourceHash(CLASSICAL_SOURCES);
  await rm(folder, { recursive: true, force: true });
  const predictions = join(folder, 'predictions');
  await mkdir(predictions, { recursive: true });
  const psf = createDatasetPsf(run.dataset);
  const { gain } = volumes.facts;
  const progress = show({ label: run.id, total: volumes.test.length });
  const scores: VolumeScores[] = [];
  const started = performance.now();
  try {
    const options = { ...run.scoring, kernel: volumes.kernel };
    for (const observation of volumes.test) {
      const { id, blurred } = observation;
      const { shape, voxelSizeUm, data } = deconvolveClassically(
        blurred,
        psf,
        run.settings,
      ).estimate;
      const estimate = createVolume(
        shape,
        voxelSizeUm,
        data.map((value) => value / gain),
      );
      await writeTiffStack(join(predictions, `${id}.tif`), estimate);
      scores.push({ volume: id, scores: scoreEstimate(estimate, observation, options) });
      progress.update(scores.length);
    }
  } finally {
    progress.stop();
  }
  const { method, profile, key, settings, dataset, scoring } = run;
  const record: ClassicalRecord = {
    ...{ method, profile, key, settings, dataset, scoring, scores, sourceHash },
    seconds: (performance.now() - started) / 1000,
    inputs: volumes.hashes,
    outputs: await hashOutputs(folder),
    provenance: await clock.stop(command),
  };
  writeClassicalRecord(join(folder, 'record.json'), record);
  return record;
}
