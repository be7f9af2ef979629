import { asGpuMemoryError, GpuLostError } from '@blurcycle/compute';
import { InputError, voxelCount, type Shape3 } from '@blurcycle/core';
import type { MethodSettings } from '@blurcycle/experiment';
import { smallerTiles } from './model/fitTiles.ts';

/** What a training step is made of, as far as its memory goes. */
export interface StepSize {
  readonly method: Pick<MethodSettings, 'blurPath'>;
  /** Width of the networks. */
  readonly width: number;
  readonly patch: Shape3;
}

const FLOAT_BYTES = 4;
/**
 * Floats that a U-Net keeps for its gradients, for each voxel and unit of width: counted from its
 * layers (`buildUNet`).
 */
const FLOATS_PER_VOXEL_AND_WIDTH = 25;
/**
 * The walk back needs as much again for gradients in flight: our choice, on the safe side, not
 * measured on a GPU.
 */
const BACKWARD_FACTOR = 2;
/** Sides of patches are multiples of this, for the U-Net, */
const GRANULE = 4;
/** and no shorter than this, for the discriminators. */
const SHORTEST = 16;

/**
 * Memory of one training step, estimated from the activations of the generators; the
 * discriminators' are small beside them.
 */
export function estimateStepBytes({ method, width, patch }: StepSize): number {
  // Passes through U-Nets in a step: both ways of both cycles; the cycles with a kernel in one
  // U-Net's place; one way.
  const passes = { unet: 4, 'learned-kernel': 2, 'known-psf': 2, none: 1 }[method.blurPath];
  return (
    FLOAT_BYTES * FLOATS_PER_VOXEL_AND_WIDTH * BACKWARD_FACTOR * passes * width * voxelCount(patch)
  );
}

/**
 * The largest patch of about the same proportions whose step needs at most so many bytes; null
 * where none does.
 */
export function fittingPatch(step: StepSize, bytes: number): Shape3 | null {
  const scaled = (side: number, scale: number): number =>
    Math.min(side, Math.max(SHORTEST, GRANULE * Math.floor((scale * side) / GRANULE)));
  for (let scale = 1; scale > 0; scale -= 1 / 64) {
    const [z, y, x] = step.patch;
    const patch: Shape3 = [scaled(z, scale), scaled(y, scale), scaled(x, scale)];
    const isSmaller = patch.some((side, axis) => side < step.patch[axis]);
    if (isSmaller && estimateStepBytes({ ...step, patch }) <= bytes) return patch;
  }
  return null;
}

/**
 * An error of a training step as what to tell: where GPU memory ended, one line with the patch that
 * would fit.
 *
 * What was asked for when memory ended is more than there is; where that is not known, half of the
 * estimated need is taken, and so it is where the GPU was lost, which often is a want of memory or
 * a call that took the driver too long.
 */
export function explainGpuMemory(
  error: unknown,
  where: string,
  step: StepSize,
  remedy: string,
): unknown {
  const half = estimateStepBytes(step) / 2;
  const bytes = Math.min(asGpuMemoryError(error)?.requestedBytes ?? half, half);
  const got = `${list(step.patch)} at width ${step.width}`;
  return explain(error, where, 'patch', got, fittingPatch(step, bytes), remedy);
}

/** The same for a network that is applied tile by tile: the line names tiles of half the size. */
export function explainTileMemory(
  error: unknown,
  where: string,
  tile: Shape3,
  remedy: string,
): unknown {
  const smaller = smallerTiles({ tile, overlap: [0, 0, 0] })?.tile ?? null;
  return explain(error, where, 'tile', list(tile), smaller, remedy);
}

function explain(
  error: unknown,
  where: string,
  what: 'patch' | 'tile',
  got: string,
  fitting: Shape3 | null,
  remedy: string,
): unknown {
  const isLost = error instanceof GpuLostError;
  if (!isLost && asGpuMemoryError(error) === null) return error;
  const should = isLost ? 'may do' : 'should fit';
  const advice =
    fitting === null ? 'use the back-end native' : `${fitting.join(',')} ${should}: ${remedy}`;
  return isLost
    ? new Error(`${where}: ${error.message}, with ${what} ${got} (${advice})`)
    : new InputError(`${where}: ${what} must fit the memory of the GPU, got ${got} (${advice})`);
}

function list(shape: Shape3): string {
  return `[${shape.join(', ')}]`;
}
