import type { Border, Shape3 } from '@blurcycle/core';

/**
 * For each place of a side extended by `margin` at both ends, the place inside that shows there.
 */
export function borderMap(
  side: number,
  margin: number,
  border: Exclude<Border, 'zero'>,
): Int32Array {
  const period = border === 'periodic' ? side : Math.max(1, 2 * side - 2);
  return Int32Array.from({ length: side + 2 * margin }, (_, place) => {
    const turn = (((place - margin) % period) + period) % period;
    return turn < side ? turn : period - turn;
  });
}

/** The volume of `shape` extended through the three maps of its sides. */
export function extendVolume(
  data: Float32Array,
  shape: Shape3,
  maps: readonly Int32Array[],
): Float32Array {
  const [planes, rows, places] = maps;
  const extended = new Float32Array(planes.length * rows.length * places.length);
  let to = 0;
  for (const z of planes) {
    for (const y of rows) {
      const from = (z * shape[1] + y) * shape[2];
      for (const x of places) extended[to++] = data[from + x];
    }
  }
  return extended;
}

/** The adjoint of `extendVolume`: every extended voxel is added to the voxel that it shows. */
export function foldVolume(
  extended: Float32Array,
  shape: Shape3,
  maps: readonly Int32Array[],
): Float32Array {
  const [planes, rows, places] = maps;
  const folded = new Float32Array(shape[0] * shape[1] * shape[2]);
  let from = 0;
  for (const z of planes) {
    for (const y of rows) {
      const to = (z * shape[1] + y) * shape[2];
      for (const x of places) folded[to + x] += extended[from++];
    }
  }
  return folded;
}

/** The middle of a kernel, `reach` voxels to each side of the center. */
export function cropKernel(
  kernel: Float32Array,
  shape: Shape3,
  reach: readonly number[],
): Float32Array {
  const maps = shape.map((side, axis) =>
    Int32Array.from({ length: 2 * reach[axis] + 1 }, (_, i) => i + (side - 1) / 2 - reach[axis]),
  );
  return extendVolume(kernel, shape, maps);
}

/**
 * The kernel summed onto a periodic grid with its center at voxel 0; it may be larger than the
 * grid.
 */
export function wrapKernel(kernel: Float32Array, shape: Shape3, grid: Shape3): Float32Array {
  const maps = shape.map((side, axis) =>
    Int32Array.from({ length: side }, (_, i) => {
      const lag = (i - (side - 1) / 2) % grid[axis];
      return lag < 0 ? lag + grid[axis] : lag;
    }),
  );
  return foldVolume(kernel, grid, maps);
}
