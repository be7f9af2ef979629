/** @file What tests of other libraries use of these. */
import {
  createVolume,
  type RandomStream,
  type Shape3,
  type Volume,
  voxelCount,
} from '../src/index.ts';

/** Independent uniform values; voxels of 0.25, 0.1, 0.1 µm. */
export function randomVolume(
  shape: Shape3,
  stream: RandomStream,
  { low = 0, high = 1 }: { readonly low?: number; readonly high?: number } = {},
): Volume {
  const data = Float32Array.from(
    { length: voxelCount(shape) },
    () => low + (high - low) * stream.uniform(),
  );
  return createVolume(shape, [0.25, 0.1, 0.1], data);
}
