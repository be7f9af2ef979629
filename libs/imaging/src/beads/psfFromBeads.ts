import {
  assertRange,
  correlation,
  createVolume,
  sum,
  type Shape3,
  type Volume,
} from '@blurcycle/core';
import { copyBox } from '../deconvolution/copyBox.ts';
import { preparePsf } from '../deconvolution/preparePsf.ts';
import { resample } from '../deconvolution/resample.ts';
import { acceleratedRichardsonLucy } from '../deconvolution/richardsonLucy.ts';
import { findBeads, type Bead } from './findBeads.ts';

export interface BeadOptions {
  /** Diameter of the beads, µm. */
  readonly diameterUm: number;
  /** Odd sides of the window of a bead, and of the PSF, in voxels. */
  readonly sides: Shape3;
}

/** A PSF and the beads that it was made of. */
export interface BeadPsf {
  /** Odd sides, sum 1, its peak in the middle. */
  readonly psf: Volume;
  /** The mean bead before its size was taken out, sum 1. */
  readonly bead: Volume;
  readonly used: number;
  /** Left out because the window reaches beyond the stack. */
  readonly atEdge: number;
  /** Left out because another bead lies in the window. */
  readonly crowded: number;
  /** Left out because the camera or the converter saturated. */
  readonly saturated: number;
  /** Left out because they do not look like the others. */
  readonly unlike: number;
}

/** Sides of a PSF that is made of beads, unless given. */
const USUAL_SIDE = 31;

/** The sides of a PSF that beads of a stack give, unless others are wanted. */
export function beadWindow({ shape }: Pick<Volume, 'shape'>): Shape3 {
  const side = (axis: number): number => {
    const most = Math.min(USUAL_SIDE, shape[axis]);
    return most % 2 === 1 ? most : most - 1;
  };
  return [side(0), side(1), side(2)];
}

/** A bead that correlates less with the mean of the beads is two of them, or dirt. */
const LEAST_LIKENESS = 0.9;
/** A bead of more voxels across has a flat top. */
const LARGE_BEAD = 2;
/** Updates that take the size of the bead out, at most; the noise of the mean bead ends them. */
const MOST_UPDATES = 60;

/**
 * The PSF of a microscope from a stack of fluorescent beads.
 *
 * Each bead that lies alone (`findBeads`) is moved by a fraction of a voxel so that its peak lies
 * in the middle of a window; their sum is the mean bead, in which bright ones have the weight of
 * their photons. Beads that correlate with it by less than 0.9 are left out, and it is made anew.
 * Its deconvolution by a ball of the beads' diameter (accelerated Richardson-Lucy, until the
 * noise) is the PSF. A bead of less than half a voxel across is a point.
 *
 * A large bead leaves little of the PSF to be found: below a third of the PSF's width it does no
 * harm.
 *
 * @throws {RuleError} If no bead lies alone in a window.
 */
export function psfFromBeads(stack: Volume, { diameterUm, sides }: BeadOptions): BeadPsf {
  const where = 'psfFromBeads';
  assertRange(
    diameterUm >= 0 && Number.isFinite(diameterUm),
    where,
    'diameterUm',
    'be a length in µm, at least 0',
    diameterUm,
  );
  assertRange(
    sides.every((side, axis) => side % 2 === 1 && side <= stack.shape[axis]),
    where,
    'sides',
    'be odd and no larger than the stack',
    sides,
  );
  const isLarge = stack.voxelSizeUm.some((side) => diameterUm > LARGE_BEAD * side);
  const ball = isLarge ? ballKernel(diameterUm, stack) : null;
  const { beads, ...left } = findBeads(stack, sides, { diameterUm, ball });
  assertRange(
    beads.length > 0,
    where,
    'stack',
    `hold a bead alone in a window of ${sides.join(' x ')} voxels`,
    `${left.atEdge} at its edges, ${left.crowded} with another one near, ${left.saturated} saturated`,
    'a smaller window, or a stack with fewer beads',
  );
  const centered = beads.map((bead) => centeredLight(bead, stack, sides));
  const first = meanOf(centered);
  const alike = centered.filter((light) => correlation(light, first) >= LEAST_LIKENESS);
  const kept = alike.length > 0 ? alike : centered;
  const bead = toPsf(meanOf(kept), sides, stack);
  return {
    psf: withoutSize(bead, diameterUm),
    bead,
    used: kept.length,
    ...left,
    unlike: centered.length - kept.length,
  };
}

/** Voxels beside a window that interpolation near its faces needs. */
const MARGIN = 7;

function centeredLight(
  { place, background, corner }: Bead,
  { data, shape }: Volume,
  sides: Shape3,
): Float32Array {
  // Taken from the stack where it can be, so that nothing is missing at the faces of the window.
  const from = (of: 0 | 1 | 2): number => Math.max(0, corner[of] - MARGIN);
  const side = (of: 0 | 1 | 2): number =>
    Math.min(shape[of], corner[of] + sides[of] + MARGIN) - from(of);
  const box: Shape3 = [side(0), side(1), side(2)];
  const around = copyBox(data, shape, [from(0), from(1), from(2)], box);
  const axis = (of: 0 | 1 | 2) => ({
    first: place[of] - from(of) - (sides[of] - 1) / 2,
    step: 1,
    count: sides[of],
    isMean: false,
  });
  const light = around.map((value) => value - background);
  return resample(light, box, [axis(0), axis(1), axis(2)]);
}

function meanOf(beads: readonly Float32Array[]): Float32Array {
  const total = new Float32Array(beads[0].length);
  for (const light of beads) light.forEach((value, i) => (total[i] += value / beads.length));
  return total;
}

function toPsf(light: Float32Array, sides: Shape3, { voxelSizeUm }: Volume): Volume {
  return preparePsf(createVolume(sides, voxelSizeUm, withoutNoiseFloor(light)), {
    center: 'middle',
  });
}

/**
 * Zeros below the threshold that keeps the sum.
 *
 * Noise around 0 adds nothing to a sum, but its positive half alone would add light everywhere: the
 * sum of the values above the threshold is that of all values.
 */
function withoutNoiseFloor(light: Float32Array): Float32Array {
  const total = sum(light);
  let [low, high] = [0, light.reduce((a, b) => Math.max(a, b), 0)];
  const above = (threshold: number): number =>
    light.reduce((all, value) => all + (value > threshold ? value : 0), 0);
  if (!(total > 0)) return light;
  for (let step = 0; step < BISECTIONS; step++) {
    const middle = (low + high) / 2;
    if (above(middle) > total) low = middle;
    else high = middle;
  }
  return light.map((value) => (value > low ? value : 0));
}

const BISECTIONS = 40;

function withoutSize(bead: Volume, diameterUm: number): Volume {
  if (bead.voxelSizeUm.every((side) => diameterUm < side / 2)) return bead;
  const estimate = acceleratedRichardsonLucy(bead, ballKernel(diameterUm, bead), {
    iterations: MOST_UPDATES,
    stop: 'discrepancy',
    start: 'observed',
  });
  return preparePsf(estimate, { center: 'middle' });
}

/** Points along each axis of a voxel that tell how much of it lies in a ball. */
const POINTS = 8;

/** A ball of light, sum 1: the part of each voxel that lies in it. */
export function ballKernel(
  diameterUm: number,
  { voxelSizeUm, shape: largest }: Pick<Volume, 'voxelSizeUm' | 'shape'>,
): Volume {
  const radius = diameterUm / 2;
  const side = (axis: 0 | 1 | 2): number =>
    Math.min(2 * Math.ceil(radius / voxelSizeUm[axis]) + 1, largest[axis]);
  const shape: Shape3 = [side(0), side(1), side(2)];
  const ball = createVolume(shape, voxelSizeUm);
  const offsets = (axis: 0 | 1 | 2, place: number): number[] =>
    Array.from({ length: POINTS }, (_, p) => {
      const offset = place - (shape[axis] - 1) / 2 + (p + 0.5) / POINTS - 0.5;
      return (offset * voxelSizeUm[axis]) ** 2;
    });
  for (let z = 0, i = 0; z < shape[0]; z++) {
    for (let y = 0; y < shape[1]; y++) {
      for (let x = 0; x < shape[2]; x++, i++) {
        for (const a of offsets(0, z))
          for (const b of offsets(1, y))
            for (const c of offsets(2, x)) if (a + b + c <= radius * radius) ball.data[i]++;
      }
    }
  }
  const total = sum(ball.data);
  return createVolume(
    shape,
    voxelSizeUm,
    ball.data.map((value) => value / total),
  );
}
