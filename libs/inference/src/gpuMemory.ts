import { asGpuMemoryError, GpuLostError } from '@blurcycle/compute';
import { formatValue, InputError, voxelCount, type Shape3 } from '@blurcycle/core';
import type { MethodSettings } from '@blurcycle/experiment';
import { smallerTiles } from './tiles.ts';

/** What the memory of a training step depends on. */
interface StepSize {
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
 * The backward pass needs as much again for gradients: our choice, on the safe side, not measured
 * on a GPU.
 */
const BACKWARD_FACTOR = 2;
/** Sides of patches are multiples of this, for the U-Net, */
const GRANULE = 4;
/** and no shorter than this, for the discriminators. */
const SHORTEST_PATCH_SIDE = 16;

/**
 * Memory of one training step, estimated from the activations of the generators; the
 * discriminators' are small beside them.
 */
function estimateStepBytes({ method, width, patch }: StepSize): number {
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
function fittingPatch(step: StepSize, bytes: number): Shape3 | null {
  const scaled = (side: number, scale: number): number =>
    Math.min(side, Math.max(SHORTEST_PATCH_SIDE, GRANULE * Math.floor((scale * side) / GRANULE)));
  for (let scale = 1; scale > 0; scale -= 1 / 64) {
    const [z, y, x] = step.patch;
    const patch: Shape3 = [scaled(z, scale), scaled(y, scale), scaled(x, scale)];
    const isSmaller = patch.some((side, axis) => side < step.patch[axis]);
    if (isSmaller && estimateStepBytes({ ...step, patch }) <= bytes) return patch;
  }
  return null;
}

/**
 * Turns an out-of-memory error of a training step into one line with the patch that would fit; any
 * other error stays as it is.
 *
 * The memory available is less than what was asked for. Where that is not known, half of the
 * estimated need is taken; the same where the GPU was lost, which often means too little memory or
 * a call that took too long for the driver.
 */
export function explainGpuMemory(
  error: unknown,
  where: string,
  step: StepSize,
  remedy: string,
): unknown {
  const half = estimateStepBytes(step) / 2;
  const bytes = Math.min(asGpuMemoryError(error)?.requestedBytes ?? half, half);
  const got = `${formatValue(step.patch)} at width ${step.width}`;
  return explain(error, where, 'patch', got, fittingPatch(step, bytes), remedy);
}

/** The same for a network applied tile by tile: the line names tiles of half the size. */
export function explainTileMemory(
  error: unknown,
  where: string,
  tile: Shape3,
  remedy: string,
): unknown {
  const smaller = smallerTiles({ tile, overlap: [0, 0, 0] })?.tile ?? null;
  return explain(error, where, 'tile', formatValue(tile), smaller, remedy);
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
