import {
  assertRange,
  assertSameShape,
  assertShape,
  createVolume,
  formatValue,
  voxelCount,
  voxelIndex,
  type Pairing,
  type RandomStream,
  type Shape3,
  type Volume,
} from '@blurcycle/core';
import type { Pair } from './dataset/recordPairs.ts';

/** One training sample: a part of an image and a part of a specimen. */
export interface PatchSample {
  readonly blurred: Volume;
  readonly sharp: Volume;
}

/**
 * A random patch of each domain.
 *
 * `paired`: the same crop of one pair. `unpaired`: pair and crop are drawn independently for each
 * domain, so the two patches show the same part of a specimen only by chance, and a method does not
 * know which image belongs to which specimen. Every crop inside the volume is equally likely.
 *
 * @param pairs - At least one; the volumes of different pairs may differ in shape.
 * @param stream - Four integers are drawn for a paired sample, eight for an unpaired one.
 * @param shape - Sides of the patch in voxels; no larger than any volume.
 * @throws {RuleError} If the patch is larger than the volume drawn.
 */
export function samplePatch(
  pairs: readonly Pair[],
  stream: RandomStream,
  shape: Shape3,
  pairing: Pairing,
): PatchSample {
  assertRange(pairs.length > 0, 'samplePatch', 'pairs', 'hold a pair', pairs.length);
  assertShape('samplePatch', 'shape', shape);
  const blurredPair = pairs[stream.integer(pairs.length)];
  const blurredOrigin = drawOrigin(blurredPair.blurred, stream, shape);
  const blurred = crop(blurredPair.blurred, blurredOrigin, shape);
  if (pairing === 'paired') {
    assertSameShape('samplePatch', blurredPair.blurred, blurredPair.sharp);
    return { blurred, sharp: crop(blurredPair.sharp, blurredOrigin, shape) };
  }
  const { sharp } = pairs[stream.integer(pairs.length)];
  return { blurred, sharp: crop(sharp, drawOrigin(sharp, stream, shape), shape) };
}

function drawOrigin(volume: Volume, stream: RandomStream, shape: Shape3): [number, number, number] {
  const draw = (axis: number): number => {
    const room = volume.shape[axis] - shape[axis];
    assertRange(
      room >= 0,
      'samplePatch',
      'shape',
      `be no larger than the volume ${formatValue(volume.shape)}`,
      shape,
      'take a smaller patch',
    );
    return stream.integer(room + 1);
  };
  return [draw(0), draw(1), draw(2)];
}

/** A copy of the part of a volume with first voxel `origin` and sides `shape`; it lies inside. */
export function crop(
  volume: Volume,
  origin: readonly [z: number, y: number, x: number],
  shape: Shape3,
): Volume {
  const data = new Float32Array(voxelCount(shape));
  let to = 0;
  for (let z = 0; z < shape[0]; z++) {
    for (let y = 0; y < shape[1]; y++) {
      const from = voxelIndex(volume.shape, origin[0] + z, origin[1] + y, origin[2]);
      data.set(volume.data.subarray(from, from + shape[2]), to);
      to += shape[2];
    }
  }
  return createVolume(shape, volume.voxelSizeUm, data);
}

const PLANES = [
  [1, 2],
  [0, 1],
  [0, 2],
] as const;

/**
 * A sample rotated by a multiple of 90 degrees in a random plane and flipped along a random axis,
 * or not.
 *
 * Only planes in which the patch is square are used, so its shape stays; if there are none, the
 * patch is only flipped. The paper (section IV) rotates and flips, without saying in which planes;
 * a rotation out of the lateral plane also rotates the axial blur, see docs/deviations.md. The
 * patches of a paired sample get the same rotation and flip, those of an unpaired sample
 * independent ones.
 *
 * @param stream - Draws three numbers for each rotation and flip.
 */
export function augment(sample: PatchSample, stream: RandomStream, pairing: Pairing): PatchSample {
  const first = drawTurn(stream, sample.blurred.shape);
  const second = pairing === 'paired' ? first : drawTurn(stream, sample.sharp.shape);
  return { blurred: turn(sample.blurred, first), sharp: turn(sample.sharp, second) };
}

function drawTurn(stream: RandomStream, shape: Shape3): Turn {
  const planes = PLANES.filter((plane) => sameSides(shape, plane));
  const plane = stream.integer(Math.max(1, planes.length));
  const quarters = stream.integer(4);
  // 0, 1, 2: flip this axis; 3: none.
  const flip = stream.integer(4);
  return {
    plane: planes.length === 0 ? [1, 2] : planes[plane],
    quarters: planes.length === 0 ? 0 : quarters,
    flip: flip === 3 ? null : flip,
  };
}

/** True if the two axes have equal sides, so that a quarter turn in their plane keeps the shape. */
function sameSides(shape: Shape3, [first, second]: readonly [number, number]): boolean {
  return shape[first] === shape[second];
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
