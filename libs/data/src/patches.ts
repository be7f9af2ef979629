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
