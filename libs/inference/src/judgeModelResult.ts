/** @file What can be said of a stack before a model sees it, and of its result. */
import {
  describeViolation,
  formatValue,
  InputError,
  type Volume,
  type VoxelSizeUm,
} from '@blurcycle/core';
import { signalRatio } from '@blurcycle/imaging';
import type { ModelDeconvolution } from './deconvolveWithModel.ts';
import type { LoadedModel } from './readModel.ts';

/** Up to here two descriptions mean one voxel; */
const SAME_VOXEL = 0.01;
/**
 * up to here the kernel is about right; beyond, the model sees structures of another size than it
 * learned.
 */
const SIMILAR_VOXEL = 0.1;

/**
 * Warns of voxels that are not quite those of the model.
 *
 * @param any - Warn of any others, too.
 * @throws {InputError} If they are others.
 */
export function compareVoxels(stack: VoxelSizeUm, model: VoxelSizeUm, any: boolean): string[] {
  const difference = Math.max(...stack.map((side, axis) => Math.abs(side / model[axis] - 1)));
  if (difference <= SAME_VOXEL) return [];
  const rounded = (voxel: VoxelSizeUm): number[] =>
    voxel.map((side) => Number(side.toPrecision(4)));
  const text = `be those of the model, ${formatValue(rounded(model))} µm`;
  if (difference > SIMILAR_VOXEL && !any) {
    const remedy =
      'resample the stack, give --voxel z,y,x where the file is wrong, or --any-voxel-size to go on regardless';
    throw new InputError(
      describeViolation('deconvolve', 'the voxels of the stack', text, rounded(stack), remedy),
    );
  }
  return [`the voxels of the stack should ${text}, but are ${formatValue(rounded(stack))} µm`];
}

/** Noise alone has 1 within 5 % in a stack of 8x32x32 voxels; light with a peak of σ has 1.5. */
const LEAST_SIGNAL = 1.3;

/**
 * A network makes something of everything: of noise, too.
 *
 * @throws {InputError} If the stack holds nothing but noise.
 */
export function refuseNoise(file: string, stack: Volume, psf: Volume): void {
  const ratio = signalRatio(stack, psf);
  if (ratio >= LEAST_SIGNAL) return;
  const got = `${ratio.toPrecision(3)} times the power of its noise where the PSF passes most`;
  const remedy = 'noise alone has 1: is it the right file, channel and time point?';
  const rule = 'hold more than noise';
  throw new InputError(describeViolation('deconvolve', `'${file}'`, rule, got, remedy));
}

/** Whether a result can be believed, as far as the data tell. */
export interface Trust {
  readonly explains: boolean;
  readonly sentence: string;
}

/** A residual up to this many times another one is as good: noise differs from stack to stack. */
const AS_GOOD = 1.2;

/**
 * Compares how well a result explains its data with ten iterations of Richardson-Lucy; null for a
 * model without a kernel.
 */
export function judgeTrust(
  { reblurResidual, richardsonLucyResidual }: Omit<ModelDeconvolution, 'estimate'>,
  { trainingResidual }: LoadedModel['config'],
): Trust | null {
  if (reblurResidual === null || richardsonLucyResidual === null) return null;
  const percent = (part: number): string => `${(100 * part).toPrecision(3)} %`;
  const explains = reblurResidual <= AS_GOOD * richardsonLucyResidual;
  const training =
    trainingResidual === undefined
      ? ''
      : `, ${trainingResidual.map(percent).join(' to ')} in training`;
  const numbers = `${percent(reblurResidual)} of the data are left, ${percent(richardsonLucyResidual)} by 10 iterations of Richardson-Lucy${training}`;
  const sentence = explains
    ? `the result explains the data as well as Richardson-Lucy does: ${numbers}`
    : `the result does NOT explain the data as well as Richardson-Lucy does, so do not trust it: ${numbers}`;
  return { explains, sentence };
}
