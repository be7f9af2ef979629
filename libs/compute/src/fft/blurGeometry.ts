import { packNumbers } from '../../native/layouts.ts';
import { smoothLength } from './fft.ts';

/** How volumes and kernel of a blur with a zero border lie on the grid of the transform. */
interface BlurGeometry {
  /** Sides of the grid, z, y, x. */
  readonly grid: readonly number[];
  /** Layout `fftBox` of the volume: the whole of it, at the grid's origin. */
  readonly volumeBox: readonly number[];
  /**
   * Layout `fftBox` of the kernel: the part that reaches from voxel to voxel, centered at the
   * origin.
   */
  readonly kernelBox: readonly number[];
  /** Voxels of that part on each side of the center. */
  readonly reach: readonly number[];
}

/**
 * The smallest grid for volumes `[n, z, y, x, 1]` and a kernel with odd sides: N + reach,
 * wrap-around falls on voxels that are cut off. The kernel reaches no further than N - 1 voxels,
 * the largest distance of two voxels.
 */
export function blurGeometry(
  volumeShape: readonly number[],
  kernelShape: readonly number[],
): BlurGeometry {
  const sides = volumeShape.slice(1, 4);
  const margin = kernelShape.map((side) => (side - 1) / 2);
  const reach = margin.map((m, axis) => Math.min(m, sides[axis] - 1));
  const grid = sides.map((side, axis) => smoothLength(side + reach[axis]));
  return {
    grid,
    reach,
    volumeBox: packNumbers('fftBox', {
      sides,
      begin: [0, 0, 0],
      extent: sides,
      origin: [0, 0, 0],
    }),
    kernelBox: packNumbers('fftBox', {
      sides: kernelShape,
      begin: margin.map((m, axis) => m - reach[axis]),
      extent: reach.map((r) => 2 * r + 1),
      origin: reach.map((r, axis) => (grid[axis] - r) % grid[axis]),
    }),
  };
}
