import {
  assertRange,
  createVolume,
  voxelCount,
  type Augmentation,
  type Pairing,
  type RandomStream,
  type Shape3,
  type Volume,
  type VoxelSizeUm,
} from '@blurcycle/core';
import type { PatchSample } from './patches.ts';

/** Turns and flips that leave what a patch shows as likely as it was. */
export interface Symmetries {
  /** Planes of rotation; a patch turns only in one in which it is square. */
  readonly planes: readonly Plane[];
  /** Numbers of quarter turns. */
  readonly quarters: readonly number[];
  /** Axes that may be mirrored, one at a time. */
  readonly flips: readonly number[];
}

type Plane = readonly [number, number];

const LATERAL: Plane = [1, 2];
const QUARTERS = [0, 1, 2, 3];
const HALVES = [0, 2];

/** Every turn of a cube, and every flip: what `all-planes` stands for. */
const EVERYTHING: Symmetries = {
  planes: [LATERAL, [0, 1], [0, 2]],
  quarters: QUARTERS,
  flips: [0, 1, 2],
};

/**
 * Relative L2 difference up to which a kernel counts as the same after a turn or flip: a tenth of
 * what noise of 20 dB, the paper's level, does to an image. Models of the PSF that are symmetric
 * are so within 1e-6; spherical aberration at a depth of 8 µm makes a difference above 0.1.
 */
const SAME_BELOW = 0.01;

/**
 * Turns about the optical axis, and flips, that a blurred patch may get: those after which the PSF
 * is the same as before, so that the patch is still the image of a turned specimen.
 *
 * @param kernel - The PSF, any factor, odd sides; null where it is not known. An unknown one may be
 *   aberrated, so nothing is mirrored along z; about the axis it is taken to be round.
 */
export function symmetriesOf(kernel: Volume | null): Symmetries {
  if (kernel === null) return { planes: [LATERAL], quarters: QUARTERS, flips: [1, 2] };
  const { shape, voxelSizeUm } = kernel;
  const isSame = (...turns: readonly Turn[]): boolean =>
    relativeDifference(kernel, turns.reduce(turn, kernel)) < SAME_BELOW;
  const flip = (axis: number): Turn => ({ plane: LATERAL, quarters: 0, flip: axis });
  const isSquare = shape[1] === shape[2] && voxelSizeUm[1] === voxelSizeUm[2];
  const quarterTurns = (): readonly number[] => {
    if (isSquare && isSame({ plane: LATERAL, quarters: 1, flip: null })) return QUARTERS;
    return isSame(flip(1), flip(2)) ? HALVES : [0];
  };
  return {
    planes: [LATERAL],
    quarters: quarterTurns(),
    flips: [0, 1, 2].filter((axis) => isSame(flip(axis))),
  };
}

/** ‖a - b‖ / ‖a‖. */
function relativeDifference({ data: a }: Volume, { data: b }: Volume): number {
  const [difference, whole] = a.reduce(
    ([squares, total], value, i) => [squares + (value - b[i]) ** 2, total + value ** 2],
    [0, 0],
  );
  return Math.sqrt(difference / whole);
}

/** What the patches of a sample may get. */
export type PatchSymmetries = Readonly<Record<keyof PatchSample, Symmetries>>;

/** What decides how patches are turned. */
interface SymmetryOptions {
  readonly augmentation: Exclude<Augmentation, 'none'>;
  readonly sampling: Pairing;
  /** The PSF of the blurred patches where the method knows it. */
  readonly kernel: Volume | null;
  /** Of the patches. */
  readonly voxelSizeUm: VoxelSizeUm;
}

/**
 * Turns and flips of the blurred and of the sharp patch.
 *
 * A specimen has no preferred direction about the axis and none along it, so a sharp patch that
 * belongs to no blurred one is turned about the axis and mirrored along every axis. A pair turns
 * together, by the symmetries of its PSF. Where voxels are not square, a quarter turn would stretch
 * the image: only half turns are left.
 */
export function patchSymmetries(options: SymmetryOptions): PatchSymmetries {
  const { augmentation, sampling, kernel, voxelSizeUm } = options;
  if (augmentation === 'all-planes') return { blurred: EVERYTHING, sharp: EVERYTHING };
  const isSquare = voxelSizeUm[1] === voxelSizeUm[2];
  const keepAspect = (allowed: Symmetries): Symmetries => ({
    ...allowed,
    quarters: isSquare ? allowed.quarters : allowed.quarters.filter((n) => n % 2 === 0),
  });
  const blurred = keepAspect(symmetriesOf(kernel));
  const specimen = keepAspect({ planes: [LATERAL], quarters: QUARTERS, flips: [0, 1, 2] });
  return { blurred, sharp: sampling === 'paired' ? blurred : specimen };
}

/**
 * A sample rotated by a multiple of 90 degrees in one plane and mirrored along one axis, or not, as
 * its symmetries allow.
 *
 * Only planes in which the patch is square are used, so its shape stays; if there are none, the
 * patch is only mirrored. The patches of a paired sample get the same rotation and flip, those of
 * an unpaired sample independent ones.
 *
 * Source: paper section IV, which rotates and flips without saying in which planes;
 * docs/deviations.md.
 *
 * @param stream - Draws three numbers for each rotation and flip.
 */
export function augment(
  sample: PatchSample,
  stream: RandomStream,
  pairing: Pairing,
  allowed: PatchSymmetries,
): PatchSample {
  const first = drawTurn(stream, sample.blurred.shape, allowed.blurred);
  const second = pairing === 'paired' ? first : drawTurn(stream, sample.sharp.shape, allowed.sharp);
  return { blurred: turn(sample.blurred, first), sharp: turn(sample.sharp, second) };
}

function drawTurn(
  stream: RandomStream,
  shape: Shape3,
  { planes, quarters, flips }: Symmetries,
): Turn {
  const square = planes.filter(([first, second]) => shape[first] === shape[second]);
  const plane = stream.integer(Math.max(1, square.length));
  const quarter = stream.integer(quarters.length);
  // The last number: no flip.
  const flip = stream.integer(flips.length + 1);
  return {
    plane: square.length === 0 ? LATERAL : square[plane],
    quarters: square.length === 0 ? 0 : quarters[quarter],
    flip: flip === flips.length ? null : flips[flip],
  };
}

/** A flip, then a rotation in the plane of two axes. */
export interface Turn {
  readonly plane: readonly [number, number];
  /** Number of quarter turns from the first axis of the plane to the second. */
  readonly quarters: number;
  /** Axis to mirror, or null. */
  readonly flip: number | null;
}

/**
 * The volume mirrored and rotated by a multiple of 90 degrees: a permutation of its voxels.
 *
 * The voxel size stays the same: training treats the patch as an image of the same microscope.
 *
 * @throws {RuleError} If the sides in the plane differ.
 */
export function turn(volume: Volume, { plane, quarters, flip }: Turn): Volume {
  const { shape, data } = volume;
  const [a, b] = plane;
  const turns = ((quarters % 4) + 4) % 4;
  assertRange(
    turns === 0 || shape[a] === shape[b],
    'turn',
    'plane',
    'have equal sides',
    shape,
    'rotate a cubic patch, or in the plane of its equal sides',
  );
  const strides = [shape[1] * shape[2], shape[2], 1];
  // Index in `data` of the first voxel of the result, and the step in `data` for one voxel along
  // each axis of the result.
  let from = 0;
  const steps = [...strides];
  if (flip !== null) {
    from += (shape[flip] - 1) * strides[flip];
    steps[flip] = -steps[flip];
  }
  for (let i = 0; i < turns; i++) {
    // A quarter turn: result(a, b) = source(b, side - 1 - a).
    from += (shape[a] - 1) * steps[b];
    [steps[a], steps[b]] = [-steps[b], steps[a]];
  }
  const turned = new Float32Array(voxelCount(shape));
  let to = 0;
  for (let z = 0; z < shape[0]; z++) {
    for (let y = 0; y < shape[1]; y++) {
      let source = from + z * steps[0] + y * steps[1];
      for (let x = 0; x < shape[2]; x++) {
        turned[to++] = data[source];
        source += steps[2];
      }
    }
  }
  return createVolume(shape, volume.voxelSizeUm, turned);
}
