import { join } from 'node:path';
import { createVolume, type Volume } from '@blurcycle/core';
import { readTiffStack } from '@blurcycle/data';
import {
  type ResolvedRun,
  runRecipe,
  type RunRecord,
  type Scores,
  stageKeys,
  type StoredScores,
} from '@blurcycle/experiment';
import { MODEL_FILES } from '@blurcycle/inference';
import { startKernelOf } from '@blurcycle/training';
import type { PreparedDataset } from '../dataset/prepareDataset.ts';
import {
  completeKernelFigures,
  describeKernel,
  type KernelContext,
} from '../scores/describeKernel.ts';
import { completeScores, makeScores, type ScoringJob } from '../scores/scorePredictions.ts';

/** The learned kernel inside the folder of a run. */
export const KERNEL = `model/${MODEL_FILES.kernel}`;

/**
 * Scores the predictions of a run, and its learned kernel.
 *
 * @param before - Scores that lack a metric and stay as they are; undefined to score all anew.
 */
export async function scoreRun(
  run: Pick<ResolvedRun, 'settings' | 'seed'>,
  folder: string,
  { outputs }: Pick<RunRecord, 'outputs'>,
  dataset: Pick<PreparedDataset, 'test' | 'kernel' | 'sources'>,
  before?: Scores,
): Promise<StoredScores> {
  const { settings } = run;
  const key = stageKeys(runRecipe(run), dataset.sources).scores;
  if (key === undefined) throw new Error('internal: the recipe of a run has scores');
  const job: ScoringJob = {
    folder,
    outputs,
    key,
    scoring: settings.scoring,
    volumes: dataset,
    kernel: null,
  };
  const context = kernelContext(run, dataset);
  if (before !== undefined) {
    const { kernel } = before;
    const completed = kernel === null ? null : completeKernelFigures(kernel, context);
    return completeScores(job, { ...before, kernel: completed });
  }
  return makeScores({
    ...job,
    kernel: describeKernel(await readLearnedKernel(run, folder), context),
  });
}

/** What the learned kernel of a run is seen beside. */
export function kernelContext(
  { settings, seed }: Pick<ResolvedRun, 'settings' | 'seed'>,
  { kernel }: Pick<PreparedDataset, 'kernel'>,
): KernelContext {
  const { dataset, network, scoring } = settings;
  return {
    start: startKernelOf(network, seed, dataset.voxelSizeUm),
    truth: dataset.kind === 'tiff-folders' ? null : kernel,
    sigmaVoxels: scoring.kernelSmoothingSigmaVoxels,
  };
}

/** The kernel that a run has learned; null for a method that learns none. */
export async function readLearnedKernel(
  { settings: { method, dataset } }: Pick<ResolvedRun, 'settings'>,
  folder: string,
): Promise<Volume | null> {
  if (method.blurPath !== 'learned-kernel') return null;
  const { volume } = await readTiffStack(join(folder, KERNEL));
  // Files round voxel sizes; the settings state them.
  return createVolume(volume.shape, dataset.voxelSizeUm, volume.data);
}
