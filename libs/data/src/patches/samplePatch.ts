import {
  assertRange,
  assertSameShape,
  assertShape,
  type Pairing,
  type RandomStream,
  type Shape3,
  type Volume,
} from '@blurcycle/core';
import type { Pair } from '../dataset/pair.ts';
import { crop } from './crop.ts';

/** One training sample: a part of an image and a part of a specimen. */
export interface PatchSample {
  readonly blurred: Volume;
  readonly sharp: Volume;
}

/**
 * A random patch of each domain.
 *
 * `paired`: the same crop of one pair. `unpaired`: pair and crop are drawn for each domain by
 * itself, so the two patches show different places except by chance; nothing tells a method which
 * image belongs to which specimen. Every crop inside the volume is equally likely.
 *
 * @param pairs - At least one; the volumes of different pairs may differ in shape.
 * @param stream - Four integers are drawn for a paired sample, eight for an unpaired one.
 * @param shape - Sides of the patch in voxels; no larger than any volume.
 * @throws {RangeError} If the patch is larger than the volume drawn.
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
      `be no larger than the volume [${volume.shape.join(', ')}]`,
      shape,
      'take a smaller patch',
    );
    return stream.integer(room + 1);
  };
  return [draw(0), draw(1), draw(2)];
}
