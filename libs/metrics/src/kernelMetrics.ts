import { assertRange, voxelIndex, type Volume } from '@blurcycle/core';
import { centredCorrelation } from './centredCorrelation.ts';

type Triple<T> = readonly [z: T, y: T, x: T];

/** What there is to say about a blur kernel, learned or known. */
export interface KernelMetrics {
  /** Sum of all values: the kernel's gain. */
  readonly sum: number;
  /** Part of the absolute sum that is negative: 0 for a physical PSF, 0.5 for zero-mean noise. */
  readonly negativeMass: number;
  /**
   * Shift of the image by the kernel, in µm from the centre of the window; null when the sum is 0.
   */
  readonly centroidUm: Triple<number> | null;
  /** Largest value's voxel. */
  readonly peak: Triple<number>;
  /**
   * Full widths at half of the largest value through its voxel, in µm; null where the window ends
   * before the half.
   */
  readonly fwhmUm: Triple<number | null>;
  /**
   * Pearson correlation with the truth, both centred in the larger window; null without a truth.
   */
  readonly correlation: number | null;
}

/**
 * Measures a blur kernel and, given the true one, how alike they are.
 *
 * Widths are straight between voxels: for a peak three voxels wide they are a few percent off the
 * optics, equally for learned and known kernels on the same voxels.
 *
 * @param kernel - Values on voxels, any sign.
 * @param truth - Kernel on the same voxel size; its window may differ.
 * @throws {RangeError} If the voxel sizes differ.
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
    const place = position(shape, i);
    for (let axis = 0; axis < 3; axis++)
      moments[axis] += value * (place[axis] - (shape[axis] - 1) / 2);
  }
  const peak = position(shape, largest);
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
    `be that of the kernel, [${kernel.voxelSizeUm.join(', ')}]`,
    truth.voxelSizeUm,
  );
  return centredCorrelation(kernel, truth);
}

function position(shape: Triple<number>, index: number): [number, number, number] {
  const [, height, width] = shape;
  return [Math.floor(index / (height * width)), Math.floor(index / width) % height, index % width];
}

function peakWidth(kernel: Volume, peak: Triple<number>, axis: 0 | 1 | 2): number | null {
  const at = (step: number): number => {
    const place: [number, number, number] = [...peak];
    place[axis] += step;
    return kernel.data[voxelIndex(kernel.shape, place[0], place[1], place[2])];
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
