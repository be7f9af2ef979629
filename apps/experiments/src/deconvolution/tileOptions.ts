import { describeViolation, InputError, type Shape3 } from '@blurcycle/core';
import type { TileOptions } from '@blurcycle/data';

/**
 * Tiles for a deconvolution: no larger than the stack, and overlapping by the support of the PSF.
 *
 * What a tile does not know of its surroundings reaches half of the PSF's support into it; the
 * blending weights of an overlap as wide as the support are small there.
 *
 * @param overlap - Overlap in voxels; the sides of the PSF unless given.
 * @throws {InputError} If a side that is cut is not larger than the PSF or the overlap, or the
 *   overlap is smaller than the PSF.
 */
export function tileOptions(
  stack: Shape3,
  psf: Shape3,
  tile: Shape3,
  overlap: Shape3 = psf,
): TileOptions {
  const isCut = (axis: number): boolean => tile[axis] < stack[axis];
  const axes = [0, 1, 2].filter(isCut);
  const list = (shape: Shape3): string => `[${shape.join(', ')}]`;
  if (axes.some((axis) => tile[axis] <= Math.max(psf[axis], overlap[axis]))) {
    throw new InputError(
      describeViolation(
        'deconvolve',
        '--tile',
        `be larger than the overlap ${list(overlap)} wherever it cuts the stack ${list(stack)}`,
        tile,
        'twice the sides of the PSF or more is sensible',
      ),
    );
  }
  if (axes.some((axis) => overlap[axis] < psf[axis])) {
    throw new InputError(
      describeViolation(
        'deconvolve',
        '--overlap',
        `be at least the sides of the PSF ${list(psf)}`,
        overlap,
        'less would show at the seams',
      ),
    );
  }
  const side = (axis: number): number => (isCut(axis) ? tile[axis] : stack[axis]);
  const shared = (axis: number): number => (isCut(axis) ? overlap[axis] : 0);
  return { tile: [side(0), side(1), side(2)], overlap: [shared(0), shared(1), shared(2)] };
}
