import {
  assertRange,
  createVolume,
  sum,
  type PsfCenter,
  type Shape3,
  type Volume,
} from '@blurcycle/core';
import { copyBox } from './copyBox.ts';

export interface PreparePsfOptions {
  /**
   * Origin of the PSF: its brightest voxel, its centroid, or the middle of its window.
   * @defaultValue 'peak'
   */
  readonly center?: PsfCenter;
  /** Constant light in the file, subtracted first. @defaultValue 0 */
  readonly background?: number;
  /** Largest sides of the result; a larger PSF is cropped about its origin. */
  readonly largestShape?: Shape3;
}

/**
 * Prepares a measured or computed PSF for deconvolution: centered, odd sides, no negative value,
 * sum 1.
 *
 * An off-center PSF would shift every result by its offset. The PSF moves by whole voxels; zeros
 * extend the sides, so that nothing of it is lost. `alignPsf` moves it by fractions of a voxel.
 *
 * @throws {RuleError} If no positive value is left.
 */
export function preparePsf(psf: Volume, options: PreparePsfOptions = {}): Volume {
  const { center = 'peak', background = 0, largestShape } = options;
  const data = lightAbove(psf, background);
  const light = createVolume(psf.shape, psf.voxelSizeUm, data);
  return windowAbout(light, findOrigin(data, psf.shape, center), largestShape);
}

/** The values of a PSF above its background, not negative. */
export function lightAbove(psf: Volume, background: number): Float32Array {
  const data = psf.data.map((value) => Math.max(0, value - background));
  const total = sum(data);
  assertRange(
    Number.isFinite(total) && total > 0,
    'preparePsf',
    'psf',
    'have a finite positive sum',
    total,
    'lower the background',
  );
  return data;
}

/** The part of a PSF about one of its voxels: odd sides, sum 1, zeros where the file ends. */
export function windowAbout(
  { data, shape: sides, voxelSizeUm }: Volume,
  origin: readonly number[],
  largestShape?: Shape3,
): Volume {
  const reach = sides.map((side, axis) => {
    const needed = Math.max(origin[axis], side - 1 - origin[axis]);
    return Math.min(needed, Math.floor(((largestShape?.[axis] ?? Infinity) - 1) / 2));
  });
  const shape: Shape3 = [2 * reach[0] + 1, 2 * reach[1] + 1, 2 * reach[2] + 1];
  const corner: Shape3 = [origin[0] - reach[0], origin[1] - reach[1], origin[2] - reach[2]];
  const prepared = createVolume(shape, voxelSizeUm, copyBox(data, sides, corner, shape));
  const kept = sum(prepared.data);
  assertRange(
    kept > 0,
    'preparePsf',
    'psf',
    'have light near its origin',
    kept,
    "choose another 'center'",
  );
  prepared.data.forEach((value, i) => (prepared.data[i] = value / kept));
  return prepared;
}

/** The voxel of the point source. */
function findOrigin(data: Float32Array, shape: Shape3, center: PsfCenter): number[] {
  if (center === 'middle') return shape.map((side) => Math.floor(side / 2));
  let peak = 0;
  let total = 0;
  const moments = [0, 0, 0];
  const [, height, width] = shape;
  data.forEach((value, i) => {
    if (value > data[peak]) peak = i;
    total += value;
    moments[0] += value * Math.floor(i / (height * width));
    moments[1] += value * (Math.floor(i / width) % height);
    moments[2] += value * (i % width);
  });
  if (center === 'centroid') return moments.map((moment) => Math.round(moment / total));
  return [Math.floor(peak / (height * width)), Math.floor(peak / width) % height, peak % width];
}
