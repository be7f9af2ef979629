import { join } from 'node:path';
import { createVolume, InputError, type Volume, type VoxelSizeUm } from '@blurcycle/core';
import { readTiffStack, writeTiffStack } from '@blurcycle/data';
import { gaussianGuess } from '@blurcycle/deconvolution';
import { modelConfigSchema } from '@blurcycle/experiment';
import { fileHash, readIfThere, writeFileAtomically } from '@blurcycle/files';
import { preparePsf } from '@blurcycle/imaging';
import { readBlurKernel } from '@blurcycle/inference';
import { readLearnedNoise, readLearnedPupil } from '@blurcycle/training';
import { z } from 'zod';
import type { LearnedBefore } from '../run/writeModel.ts';
import { say } from '../say.ts';
import { prepareCycle, type PreparedFit, prepareSimulated } from './prepareFit.ts';
import type { FitInput } from './readFit.ts';
import { runTraining, type TrainingWishes, warn } from './runTraining.ts';

/** What the first stage has learned. */
interface Learned {
  readonly kernel: Volume;
  readonly before: LearnedBefore;
}

/** The first stage: kernel and noise from the two unpaired sets; kept for a later call. */
export async function learnKernel(
  fit: TrainingWishes & { readonly trainingFolder: string },
  first: PreparedFit,
): Promise<Learned> {
  const { key, voxelSizeUm, data } = first;
  const folder = join(fit.trainingFolder, 'kernel');
  const [path, facts] = [join(folder, 'kernel.tif'), join(folder, 'kernel.json')];
  const kept = fit.restart ? null : await readLearned(facts, path, key);
  if (kept !== null) return { ...kept, kernel: unitSum(kept.kernel, voxelSizeUm) };
  say(`first stage, kernel and noise: ${data}`);
  const { learned, before } = await runTraining(fit, first, folder, null, async (trainer) => {
    const kernel = await readBlurKernel(trainer, voxelSizeUm);
    if (kernel === null) throw new Error('internal: the first stage learns a kernel');
    const noise = await readLearnedNoise(trainer);
    const pupil = readLearnedPupil(trainer);
    return {
      learned: kernel,
      before: {
        ...(noise === null ? {} : { noise }),
        ...(pupil === null ? {} : { pupil }),
      },
    };
  });
  await writeTiffStack(path, learned);
  const sha256 = await fileHash(path);
  await writeFileAtomically(facts, 'fit', JSON.stringify({ key, before, sha256 }));
  return { kernel: unitSum(learned, voxelSizeUm), before };
}

/** `kernel.json` beside the learned kernel. */
const learnedSchema = z.strictObject({
  key: z.string(),
  before: modelConfigSchema.pick({ noise: true, pupil: true }),
  /** Of `kernel.tif`; older files name none. */
  sha256: z.string().optional(),
});

/**
 * What an earlier call has learned; null where there is nothing of that key, or it is damaged: then
 * with a warning.
 */
async function readLearned(facts: string, path: string, key: string): Promise<Learned | null> {
  const text = readIfThere(facts);
  if (text === null) return null;
  try {
    const { key: earlier, before, sha256 } = learnedSchema.parse(JSON.parse(text));
    if (earlier !== key) return null;
    const { volume: kernel } = await readTiffStack(path);
    if (sha256 === undefined || sha256 === (await fileHash(path))) return { kernel, before };
    warn(`${path} must be the file that was written, got other bytes: it is learned anew`);
  } catch (error) {
    if (error instanceof InputError) warn(`${error.message}: it is learned anew`);
    else if (error instanceof SyntaxError || error instanceof z.ZodError)
      warn(`${facts} is damaged: the kernel is learned anew`);
    else throw error;
  }
  return null;
}

/** A learned kernel as a PSF: its negative values are noise, its sum is the exposure. */
function unitSum({ shape, data }: Volume, voxelSizeUm: VoxelSizeUm): Volume {
  return preparePsf(createVolume(shape, voxelSizeUm, data), { center: 'middle' });
}

/** A kernel to plan with while none has been learned. */
export function firstGuessOf({ settings, voxelSizeUm }: FitInput): Volume {
  const { blurKernelSize } = settings.network;
  return gaussianGuess(blurKernelSize, voxelSizeUm, [1, 1, 1]);
}

/** The training of the first stage; null where there is none. */
export function firstStage(input: FitInput): PreparedFit | null {
  const { route } = input;
  return route.kind === 'two-stage'
    ? prepareCycle({ ...input, settings: route.first }, null)
    : null;
}

export function secondStage(input: FitInput, psf: Volume, key: string): PreparedFit {
  const { route } = input;
  const tolerance = route.kind === 'two-stage' ? route.tolerance : 0;
  return { ...prepareSimulated(input, { psf, warnings: [] }, tolerance), key };
}
