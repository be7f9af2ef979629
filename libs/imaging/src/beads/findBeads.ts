import { median, voxelIndex, type Shape3, type Volume } from '@blurcycle/core';
import { psfPlaces, smoothed, type Place } from '../deconvolution/psfOrigin.ts';
import { blur } from '../forwardModel.ts';
import { copyBox } from '../deconvolution/copyBox.ts';

/** A bead on its own. */
export interface Bead {
  /** Center in voxels of the stack, from the first one. */
  readonly place: Place;
  /** Median of the faces of its window. */
  readonly background: number;
  /** Corner of its window in the stack. */
  readonly corner: Shape3;
}

/** Beads of a stack, and how many were left out, by reason. */
interface FoundBeads {
  readonly beads: readonly Bead[];
  readonly atEdge: number;
  readonly crowded: number;
  readonly saturated: number;
}

/** A maximum counts as a bead from this many standard deviations of the dark part on. */
const LEAST_SIGMAS = 10;
/** And from this part of the brightest bead on: weaker ones would add noise. */
const LEAST_PART = 0.2;
/** Median absolute deviation of normal noise. */
const MAD_OF_SIGMA = 0.6745;

/**
 * Beads of a stack that lie alone in a window of `sides`.
 *
 * Maxima of the stack smoothed by [1 2 1]/4 along each axis that stand out of the dark part; those
 * whose window reaches beyond the stack, holds another maximum, or has several voxels at the
 * largest value of a stack of whole numbers (saturated) are left out. The background of a bead is
 * the median of the faces of its window. Large beads have flat tops: give `ball`, and the places
 * are those of the stack blurred by it, maxima nearer than a diameter being one.
 */
export function findBeads(
  stack: Volume,
  sides: Shape3,
  { diameterUm, ball }: { readonly diameterUm: number; readonly ball: Volume | null },
): FoundBeads {
  const sharp = ball === null ? stack : blur(stack, ball, { border: 'reflect' });
  const smooth = smoothed(sharp);
  const dark = median(smooth);
  const sigma = median(smooth.map((value) => Math.abs(value - dark))) / MAD_OF_SIGMA;
  const most = stack.data.reduce((a, b) => Math.max(a, b), -Infinity);
  const highest = smooth.reduce((a, b) => Math.max(a, b), -Infinity);
  const least = dark + Math.max(LEAST_SIGMAS * sigma, LEAST_PART * (highest - dark));
  const maxima = apart(localMaxima(smooth, stack.shape, least), stack, smooth, diameterUm);
  const half = sides.map((side) => (side - 1) / 2);
  const beads: Bead[] = [];
  let [atEdge, crowded, saturated] = [0, 0, 0];
  for (const place of maxima) {
    const isInside = place.every(
      (p, axis) => p >= half[axis] && p + half[axis] < stack.shape[axis],
    );
    const isAlone = maxima.every(
      (other) => other === place || other.some((p, axis) => Math.abs(p - place[axis]) > half[axis]),
    );
    if (!isInside) atEdge++;
    else if (!isAlone) crowded++;
    else {
      const corner: Shape3 = [place[0] - half[0], place[1] - half[1], place[2] - half[2]];
      const window = copyBox(stack.data, stack.shape, corner, sides);
      if (isSaturated(window, most)) saturated++;
      else
        beads.push(beadIn(window, copyBox(sharp.data, stack.shape, corner, sides), sides, corner));
    }
  }
  return { beads, atEdge, crowded, saturated };
}

/** Voxels at the largest value of the stack that make a bead saturated. */
const SATURATED_VOXELS = 3;

function isSaturated(window: Float32Array, most: number): boolean {
  if (!Number.isInteger(most)) return false;
  return window.reduce((count, value) => count + (value === most ? 1 : 0), 0) >= SATURATED_VOXELS;
}

/** Maxima, the brightest first, without those that lie within a bead of a brighter one. */
function apart(
  maxima: readonly Place[],
  { shape, voxelSizeUm }: Volume,
  brightness: Float32Array,
  diameterUm: number,
): Place[] {
  const kept: Place[] = [];
  const at = ([z, y, x]: Place): number => brightness[voxelIndex(shape, z, y, x)];
  for (const place of maxima.toSorted((a, b) => at(b) - at(a))) {
    const isNew = kept.every(
      (other) =>
        Math.hypot(...other.map((p, axis) => (p - place[axis]) * voxelSizeUm[axis])) >= diameterUm,
    );
    if (isNew) kept.push(place);
  }
  return kept;
}

function beadIn(window: Float32Array, sharp: Float32Array, sides: Shape3, corner: Shape3): Bead {
  const background = median(faces(window, sides));
  const positive = sharp.map((value) => Math.max(0, value - background));
  const { peak } = psfPlaces({ data: positive, shape: sides });
  return {
    place: [corner[0] + peak[0], corner[1] + peak[1], corner[2] + peak[2]],
    background,
    corner,
  };
}

/** The voxels on the surface of a box, but for axes of one voxel. */
function faces(data: Float32Array, shape: Shape3): Float32Array {
  const [, height, width] = shape;
  return data.filter((_, i) => {
    const place = [Math.floor(i / (height * width)), Math.floor(i / width) % height, i % width];
    return place.some((p, axis) => shape[axis] > 1 && (p === 0 || p === shape[axis] - 1));
  });
}

/** Voxels above `least` that none of their 26 neighbors exceeds; of equal ones the first. */
function localMaxima(data: Float32Array, shape: Shape3, least: number): Place[] {
  const found: Place[] = [];
  const [depth, height, width] = shape;
  data.forEach((value, i) => {
    if (!(value > least)) return;
    const [z, y, x] = [Math.floor(i / (height * width)), Math.floor(i / width) % height, i % width];
    for (let a = Math.max(0, z - 1); a <= Math.min(depth - 1, z + 1); a++) {
      for (let b = Math.max(0, y - 1); b <= Math.min(height - 1, y + 1); b++) {
        for (let c = Math.max(0, x - 1); c <= Math.min(width - 1, x + 1); c++) {
          const j = voxelIndex(shape, a, b, c);
          if (data[j] > value || (data[j] === value && j < i)) return;
        }
      }
    }
    found.push([z, y, x]);
  });
  return found;
}
