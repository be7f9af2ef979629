import type { Shape3 } from '@blurcycle/core';

/**
 * Minus the Laplacian: the gradient of half the sum of squared differences between neighbours.
 *
 * No flow through the border, so a constant has none. It is symmetric and positive semidefinite.
 *
 * @param spacing - Distances between voxels along z, y, x.
 */
export function negativeLaplacian(
  values: Float32Array,
  shape: Shape3,
  spacing: readonly [number, number, number],
): Float32Array {
  const [depth, height, width] = shape;
  const result = new Float32Array(values.length);
  const weights = spacing.map((distance) => 1 / (distance * distance));
  const steps = [height * width, width, 1];
  for (let z = 0, i = 0; z < depth; z++) {
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++, i++) {
        const inside = [z + 1 < depth, y + 1 < height, x + 1 < width];
        for (let axis = 0; axis < 3; axis++) {
          if (!inside[axis]) continue;
          const pull = weights[axis] * (values[i] - values[i + steps[axis]]);
          result[i] += pull;
          result[i + steps[axis]] -= pull;
        }
      }
    }
  }
  return result;
}
