import {
  assertRange,
  createVolume,
  sum,
  type PsfCenter,
  type Shape3,
  type Volume,
  type VoxelSizeUm,
} from '@blurcycle/core';
import { lightAbove, windowAbout } from './preparePsf.ts';
import { originOf, type Place, psfPlaces } from './psfOrigin.ts';
import { type AxisSampling, resample } from './resample.ts';

export interface AlignPsfOptions {
  /** Origin of the PSF: the peak of the smoothed PSF, its centroid, or the middle of its window. */
  readonly center: PsfCenter;
  /** Constant light in the file, subtracted first. */
  readonly background: number;
  /** Voxels of the result. @defaultValue those of the PSF */
  readonly voxelSizeUm?: VoxelSizeUm;
}

/** A PSF with its origin in the middle voxel, and what had to be done for it. */
export interface AlignedPsf {
  readonly psf: Volume;
  /** Where the origin was in the file, in voxels of the file from the first one. */
  readonly origin: Place;
  /** Whether it was moved by fractions of a voxel, or has other voxels now. */
  readonly isInterpolated: boolean;
  /** From the peak of the smoothed PSF to the brightest voxel, and to the centroid, in voxels. */
  readonly toBrightest: Place;
  readonly toCentroid: Place;
}

/** Voxel sizes that differ by less are one: a file rounds them, and nobody measures them better. */
const VOXEL_TOLERANCE = 0.01;

/**
 * Brings a measured PSF to deconvolution: its origin in the middle voxel, to a fraction of a voxel,
 * odd sides, the voxels of the stack, no negative value, sum 1.
 *
 * A PSF whose origin lies on a voxel (within 0.02), with the voxels of the stack (within 1 %),
 * moves by whole voxels and keeps its values. Any other is interpolated: planes are sampled, and
 * coarser pixels are means, as those of a camera. Zeros extend the sides, so that nothing is lost.
 *
 * @throws {RuleError} If no positive value is left.
 */
export function alignPsf(file: Volume, options: AlignPsfOptions): AlignedPsf {
  const { center, background, voxelSizeUm = file.voxelSizeUm } = options;
  const data = lightAbove(file, background);
  const psf = createVolume(file.shape, file.voxelSizeUm, data);
  const places = psfPlaces(psf);
  const origin = originOf(places, file.shape, center);
  const steps = file.voxelSizeUm.map((side, axis) => {
    const step = voxelSizeUm[axis] / side;
    return Math.abs(step - 1) < VOXEL_TOLERANCE ? 1 : step;
  });
  const isInterpolated =
    origin.some((place) => !Number.isInteger(place)) || steps.some((s) => s !== 1);
  const aligned = isInterpolated ? interpolated(psf, origin, steps) : windowAbout(psf, origin);
  return {
    psf: createVolume(aligned.shape, voxelSizeUm, aligned.data),
    origin,
    isInterpolated,
    toBrightest: difference(places.brightest, places.peak),
    toCentroid: difference(places.centroid, places.peak),
  };
}

function interpolated(psf: Volume, origin: Place, steps: readonly number[]): Volume {
  const axis = (of: 0 | 1 | 2): AxisSampling => {
    const farthest = Math.max(origin[of], psf.shape[of] - 1 - origin[of]);
    // Rounding must not add a plane.
    const reach = Math.ceil(farthest / steps[of] - 1e-6);
    return {
      first: origin[of] - reach * steps[of],
      step: steps[of],
      count: 2 * reach + 1,
      isMean: of !== 0 && steps[of] > 1,
    };
  };
  const axes = [axis(0), axis(1), axis(2)] as const;
  const shape: Shape3 = [axes[0].count, axes[1].count, axes[2].count];
  const data = resample(psf.data, psf.shape, axes).map((value) => Math.max(0, value));
  const total = sum(data);
  assertRange(total > 0, 'alignPsf', 'psf', 'have light near its origin', total);
  return createVolume(
    shape,
    psf.voxelSizeUm,
    data.map((value) => value / total),
  );
}

function difference(a: Place, b: Place): Place {
  return [a[0] - b[0], a[1] - b[1], a[2] - b[2]];
}
