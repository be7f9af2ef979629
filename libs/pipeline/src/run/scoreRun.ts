import { existsSync } from 'node:fs';
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
import { kernelStart, recordingOf, startsFromData } from './kernelStart.ts';
import { pupilFigures } from '../scores/describePupil.ts';
import { completeScores, makeScores, type ScoringJob } from '../scores/scorePredictions.ts';

/** The learned kernel inside the folder of a run. */
export const KERNEL = `model/${MODEL_FILES.kernel}`;

/** The kernel before the first update, in the folder of a run whose data determine it. */
export const START_KERNEL = 'kernel-start.tif';

/**
 * Scores the predictions of a run, and its learned kernel.
 *
 * @param before - Scores that lack a metric and stay as they are; undefined to score all anew.
 */
export async function scoreRun(
  run: Pick<ResolvedRun, 'settings' | 'seed'>,
  folder: string,
  { outputs, pupil }: Pick<RunRecord, 'outputs' | 'pupil'>,
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
  const context = await kernelContext(run, dataset, folder);
  if (before !== undefined) {
    const { kernel } = before;
    const completed = kernel === null ? null : completeKernelFigures(kernel, context);
    return completeScores(job, { ...before, kernel: completed });
  }
  const figures = describeKernel(await readLearnedKernel(run, folder), context);
  return makeScores({
    ...job,
    kernel: figures === null ? null : { ...figures, ...pupilFigures(pupil, run.settings.dataset) },
  });
}

/**
 * What the learned kernel of a run is seen beside.
 *
 * @param folder - Of the run, where its start is if its data determine it.
 */
export async function kernelContext(
  run: Pick<ResolvedRun, 'settings' | 'seed'>,
  { kernel }: Pick<PreparedDataset, 'kernel'>,
  folder: string,
): Promise<KernelContext> {
  const { dataset, scoring } = run.settings;
  return {
    start: await startOf(run, folder),
    truth: dataset.kind === 'tiff-folders' ? null : kernel,
    sigmaVoxels: scoring.kernelSmoothingSigmaVoxels,
  };
}

/** The kernel before the first update; null where the file that has it is not on this machine. */
async function startOf(
  { settings, seed }: Pick<ResolvedRun, 'settings' | 'seed'>,
  folder: string,
): Promise<Volume | null> {
  const { network, dataset, method } = settings;
  if (method.blurPath !== 'learned-kernel') return null;
  if (startsFromData(network)) {
    const path = join(folder, START_KERNEL);
    return existsSync(path) ? readKernel(path, dataset) : null;
  }
  const start = kernelStart(settings, recordingOf(dataset), []);
  return startKernelOf(network, seed, dataset.voxelSizeUm, start);
}

/** The kernel that a run has learned; null for a method that learns none. */
export async function readLearnedKernel(
  { settings: { method, dataset } }: Pick<ResolvedRun, 'settings'>,
  folder: string,
): Promise<Volume | null> {
  if (method.blurPath !== 'learned-kernel') return null;
  return readKernel(join(folder, KERNEL), dataset);
}

async function readKernel(
  path: string,
  { voxelSizeUm }: ResolvedRun['settings']['dataset'],
): Promise<Volume> {
  const { volume } = await readTiffStack(path);
  // Files round voxel sizes; the settings state them.
  return createVolume(volume.shape, voxelSizeUm, volume.data);
}
