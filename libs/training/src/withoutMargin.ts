import { slice, type Tensor5D } from '@tensorflow/tfjs-core';
import type { Shape3 } from '@blurcycle/core';

/** The volume without `margin` voxels on each side. Shapes: [n, z, y, x, c]. Call inside tidy. */
export function withoutMargin(x: Tensor5D, margin: Shape3): Tensor5D {
  if (margin.every((side) => side === 0)) return x;
  const [mz, my, mx] = margin;
  const [, z, y, width] = x.shape;
  return slice(x, [0, mz, my, mx, 0], [-1, z - 2 * mz, y - 2 * my, width - 2 * mx, -1]);
}
