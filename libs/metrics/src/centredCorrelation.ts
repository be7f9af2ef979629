import type { Volume } from '@blurcycle/core';

/**
 * Pearson correlation of two kernels whose windows share their centre; outside its window a kernel
 * is 0.
 *
 * The count is that of the smallest window that holds both. Sides must be both odd or both even
 * along each axis for the centres to fall on voxels; a half-voxel offset is rounded towards the
 * origin.
 *
 * @returns In [-1, 1]; NaN when one of them is constant.
 */
export function centredCorrelation(a: Volume, b: Volume): number {
  const shape = a.shape.map((side, axis) => Math.max(side, b.shape[axis]));
  const count = shape[0] * shape[1] * shape[2];
  const sum = (data: Float32Array): number => data.reduce((total, value) => total + value, 0);
  const meanA = sum(a.data) / count;
  const meanB = sum(b.data) / count;
  const square = (data: Float32Array, mean: number): number =>
    data.reduce((total, value) => total + (value - mean) ** 2, 0) +
    (count - data.length) * mean * mean;
  // Σ (a - ā)(b - b̄) = Σ ab - n ā b̄, and ab is 0 outside the overlap.
  let cross = 0;
  const starts = [a, b].map((kernel) =>
    kernel.shape.map((side, axis) => Math.floor((shape[axis] - side) / 2)),
  );
  forEachVoxel(shape, (z, y, x) => {
    cross +=
      valueAt(a, z - starts[0][0], y - starts[0][1], x - starts[0][2]) *
      valueAt(b, z - starts[1][0], y - starts[1][1], x - starts[1][2]);
  });
  return (cross - count * meanA * meanB) / Math.sqrt(square(a.data, meanA) * square(b.data, meanB));
}

function forEachVoxel(
  shape: readonly number[],
  visit: (z: number, y: number, x: number) => void,
): void {
  for (let z = 0; z < shape[0]; z++) {
    for (let y = 0; y < shape[1]; y++) for (let x = 0; x < shape[2]; x++) visit(z, y, x);
  }
}

function valueAt({ data, shape }: Volume, z: number, y: number, x: number): number {
  const inside = z >= 0 && y >= 0 && x >= 0 && z < shape[0] && y < shape[1] && x < shape[2];
  return inside ? data[(z * shape[1] + y) * shape[2] + x] : 0;
}
