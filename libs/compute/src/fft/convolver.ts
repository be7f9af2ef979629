import {
  assertRange,
  assertShape,
  formatValue,
  voxelCount,
  type Border,
  type Shape3,
} from '@blurcycle/core';
import { borderMap, cropKernel, extendVolume, foldVolume, wrapKernel } from './border.ts';
import type { ConvolutionEngine, GridConvolution } from './convolutionEngines.ts';
import { isSmooth, smoothLength } from './fft.ts';
import {
  type DeviceStart,
  type DeviceUpdates,
  type PoissonUpdate,
  updateByConvolutions,
  type UpdateSums,
} from './poissonUpdate.ts';

/** Border and window of a convolution. */
export interface ConvolverOptions {
  /**
   * What lies outside of a volume: zeros, its periodic repetition, or its mirror image about the
   * center of the border voxel (d c b | a b c d | c b a, numpy's `reflect`). @defaultValue 'zero'
   */
  readonly border?: Border;
  /**
   * The part of the result that is computed; the adjoint takes volumes of that part. @defaultValue
   * all of it
   */
  readonly window?: Window;
}

/** A box inside a volume. */
export interface Window {
  readonly origin: Shape3;
  readonly shape: Shape3;
}

/**
 * A convolution with one kernel, and its adjoint, for volumes of one shape.
 *
 * The result is a new array, or `into` where that is given: loops that reuse their arrays avoid
 * most of the garbage collection. `into` may share memory with the data, which are read first.
 */
export interface Convolver {
  /** (h * x)[i] = sum over d of h[c + d] x[i - d], c the center of the kernel. */
  readonly forward: (data: Float32Array, into?: Float32Array) => Float32Array;
  /**
   * The transposed operator: the sum over all voxels of forward(a) b equals that of a adjoint(b).
   */
  readonly adjoint: (data: Float32Array, into?: Float32Array) => Float32Array;
  /**
   * One update of Richardson and Lucy, in place. In the add-on, and with a border that needs no
   * copy of the volume, the arithmetic goes with the transforms and needs no memory of its own.
   */
  readonly update: (update: PoissonUpdate) => UpdateSums;
  /**
   * Updates on the engine's device; undefined where it has none, and for a border that needs a copy
   * of the volume.
   */
  readonly updatesOnDevice: ((start: DeviceStart) => DeviceUpdates) | undefined;
}

/**
 * Convolution of volumes of `shape` with `kernel`, by fast Fourier transform; the result has the
 * shape of the input or of the window.
 *
 * The kernel's spectrum is kept, so every call costs one transform and one inverse. The grid is no
 * larger than needed to let wrap-around fall on voxels that are cut off: N + (k - 1)/2 per side for
 * a zero border.
 * Precision: float32 rounding of the largest term, relative 1e-6 or so.
 *
 * @param engine - What runs the transforms.
 * @param shape - Sides of the volumes.
 * @param kernel - Kernel values; every side odd, the center voxel is the origin.
 * @param kernelShape - Sides of the kernel.
 */
export function createConvolverOn(
  engine: ConvolutionEngine,
  shape: Shape3,
  kernel: Float32Array,
  kernelShape: Shape3,
  options: ConvolverOptions = {},
): Convolver {
  const { border = 'zero', window = { origin: [0, 0, 0], shape } } = options;
  assertShape('createConvolver3d', 'shape', shape);
  assertKernel('createConvolver3d', kernel, kernelShape);
  assertWindow(window, shape);
  const margin = kernelShape.map((side) => (side - 1) / 2);
  const wraps = border === 'periodic' && shape.every(isSmooth);
  // With a zero border only the kernel up to N - 1 voxels from its center matters: no two voxels
  // are farther apart.
  const reach = border === 'zero' ? margin.map((m, axis) => Math.min(m, shape[axis] - 1)) : margin;
  const maps =
    border === 'zero' || wraps
      ? undefined
      : shape.map((side, axis) => borderMap(side, margin[axis], border));
  const inner = toShape(maps?.map((map) => map.length) ?? shape);
  const grid = toShape(
    inner.map((side, axis) =>
      wraps ? side : smoothLength(maps === undefined ? side + reach[axis] : side),
    ),
  );
  const cutOrigin = toShape(
    window.origin.map((place, axis) => place + (maps === undefined ? 0 : margin[axis])),
  );
  const { convolve, update, updatesOnDevice } = prepare(
    engine,
    grid,
    kernel,
    kernelShape,
    reach,
    wraps,
  );
  const check = (name: string, data: Float32Array, sides: Shape3): void => {
    const count = voxelCount(sides);
    assertRange(
      data.length === count,
      'convolver',
      `${name}.length`,
      `equal ${count}`,
      data.length,
    );
  };
  const convolver: Pick<Convolver, 'forward' | 'adjoint'> = {
    forward(data, into = new Float32Array(voxelCount(window.shape))) {
      check('data', data, shape);
      check('into', into, window.shape);
      const input = maps === undefined ? data : extendVolume(data, shape, maps);
      convolve(input, inner, [0, 0, 0], into, window.shape, cutOrigin, false);
      return into;
    },
    adjoint(data, into = new Float32Array(voxelCount(shape))) {
      check('data', data, window.shape);
      check('into', into, shape);
      const extended = maps === undefined ? into : new Float32Array(voxelCount(inner));
      convolve(data, window.shape, cutOrigin, extended, inner, [0, 0, 0], true);
      if (maps !== undefined) into.set(foldVolume(extended, shape, maps));
      return into;
    },
  };
  return {
    ...convolver,
    update(step) {
      check('estimate', step.estimate, shape);
      check('observed', step.observed, window.shape);
      if (maps !== undefined || update === undefined) return updateByConvolutions(convolver, step);
      return update(step, inner, window.shape, cutOrigin);
    },
    updatesOnDevice:
      maps !== undefined || updatesOnDevice === undefined
        ? undefined
        : (start) => updatesOnDevice(start, inner, window.shape, cutOrigin),
  };
}

/** Throws unless the kernel has odd sides and as many values as its shape says. */
export function assertKernel(where: string, kernel: ArrayLike<number>, kernelShape: Shape3): void {
  assertShape(where, 'kernelShape', kernelShape);
  assertRange(
    kernelShape.every((side) => side % 2 === 1),
    where,
    'kernelShape',
    'have odd sides',
    kernelShape,
    'the center voxel is the origin',
  );
  assertRange(
    kernel.length === voxelCount(kernelShape),
    where,
    'kernel.length',
    `equal ${voxelCount(kernelShape)}`,
    kernel.length,
  );
}

function assertWindow({ origin, shape: sides }: Window, shape: Shape3): void {
  assertShape('createConvolver3d', 'window.shape', sides);
  assertRange(
    origin.every(
      (place, axis) =>
        Number.isSafeInteger(place) && place >= 0 && place + sides[axis] <= shape[axis],
    ),
    'createConvolver3d',
    'window',
    `lie inside ${formatValue(shape)}`,
    [...origin, ...sides],
  );
}

function prepare(
  engine: ConvolutionEngine,
  grid: Shape3,
  kernel: Float32Array,
  kernelShape: Shape3,
  reach: readonly number[],
  wraps: boolean,
): GridConvolution {
  const box = toShape(reach.map((r) => 2 * r + 1));
  if (wraps && box.some((side, axis) => side > grid[axis]))
    return engine.prepare(grid, wrapKernel(kernel, kernelShape, grid), grid, [0, 0, 0]);
  const origin = toShape(reach.map((r, axis) => (grid[axis] - r) % grid[axis]));
  return engine.prepare(grid, cropKernel(kernel, kernelShape, reach), box, origin);
}

function toShape(sides: readonly number[]): Shape3 {
  return [sides[0], sides[1], sides[2]];
}
