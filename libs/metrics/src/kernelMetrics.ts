import { assertRange, formatValue, voxelIndex, type Volume } from '@blurcycle/core';

type Triple<T> = readonly [z: T, y: T, x: T];

/** Measures of a blur kernel, learned or known. */
export interface KernelMetrics {
  /** Sum of all values: the gain of the kernel. */
  readonly sum: number;
  /** Negative part of the absolute sum: 0 for a physical PSF, 0.5 for zero-mean noise. */
  readonly negativeMass: number;
  /**
   * Shift of the image by the kernel, in µm from the center of the window; null when the sum is 0.
   */
  readonly centroidUm: Triple<number> | null;
  /** Voxel of the largest value. */
  readonly peak: Triple<number>;
  /**
   * Full widths at half maximum through the voxel of the largest value, in µm; null where the
   * window ends above half.
   */
  readonly fwhmUm: Triple<number | null>;
  /**
   * Pearson correlation with the truth, both centerd in the larger window; null without a truth.
   */
  readonly correlation: number | null;
}

/**
 * Measures a blur kernel and compares it with the true one, if that is given.
 *
 * Widths are interpolated linearly between voxels: for a peak three voxels wide they differ from
 * the optics by a few percent, equally for learned and known kernels on the same voxels.
 *
 * @param kernel - Values on voxels, any sign.
 * @param truth - Kernel on the same voxel size; its window may differ.
 * @throws {RuleError} If the voxel sizes differ.
 */
export function kernelMetrics(kernel: Volume, truth?: Volume): KernelMetrics {
  const { data, shape, voxelSizeUm } = kernel;
  const moments = [0, 0, 0];
  let sum = 0;
  let absolute = 0;
  let largest = 0;
  for (let i = 0; i < data.length; i++) {
    const value = data[i];
    sum += value;
    absolute += Math.abs(value);
    if (value > data[largest]) largest = i;
    const voxel = voxelAt(shape, i);
    for (let axis = 0; axis < 3; axis++)
      moments[axis] += value * (voxel[axis] - (shape[axis] - 1) / 2);
  }
  const peak = voxelAt(shape, largest);
  const width = (axis: 0 | 1 | 2): number | null => peakWidth(kernel, peak, axis);
  return {
    sum,
    negativeMass: absolute === 0 ? 0 : (absolute - sum) / 2 / absolute,
    centroidUm:
      sum === 0
        ? null
        : [
            (moments[0] / sum) * voxelSizeUm[0],
            (moments[1] / sum) * voxelSizeUm[1],
            (moments[2] / sum) * voxelSizeUm[2],
          ],
    peak,
    fwhmUm: [width(0), width(1), width(2)],
    correlation: truth === undefined ? null : correlate(kernel, truth),
  };
}

function correlate(kernel: Volume, truth: Volume): number {
  assertRange(
    kernel.voxelSizeUm.every((side, axis) => Math.abs(side / truth.voxelSizeUm[axis] - 1) < 1e-6),
    'kernelMetrics',
    'voxelSizeUm of truth',
    `be that of the kernel, ${formatValue(kernel.voxelSizeUm)}`,
    truth.voxelSizeUm,
  );
  return centeredCorrelation(kernel, truth);
}

function voxelAt(shape: Triple<number>, index: number): [number, number, number] {
  const [, height, width] = shape;
  return [Math.floor(index / (height * width)), Math.floor(index / width) % height, index % width];
}

function peakWidth(kernel: Volume, peak: Triple<number>, axis: 0 | 1 | 2): number | null {
  const at = (step: number): number => {
    const voxel: [number, number, number] = [...peak];
    voxel[axis] += step;
    return kernel.data[voxelIndex(kernel.shape, voxel[0], voxel[1], voxel[2])];
  };
  const half = at(0) / 2;
  const side = (direction: 1 | -1): number => {
    const room = direction === 1 ? kernel.shape[axis] - 1 - peak[axis] : peak[axis];
    for (let step = 1; step <= room; step++) {
      const [inner, outer] = [at(direction * (step - 1)), at(direction * step)];
      if (outer <= half) return step - 1 + (inner - half) / (inner - outer);
    }
    return NaN;
  };
  const width = (side(1) + side(-1)) * kernel.voxelSizeUm[axis];
  return half > 0 && Number.isFinite(width) ? width : null;
}

/**
 * Pearson correlation of two kernels whose windows share their center; outside its window a kernel
 * is 0.
 *
 * The count is that of the smallest window that holds both. Sides must be both odd or both even
 * along each axis for the centers to fall on voxels; a half-voxel offset is rounded toward the
 * origin.
 *
 * @returns In [-1, 1]; NaN when one of them is constant.
 */
function centeredCorrelation(a: Volume, b: Volume): number {
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
