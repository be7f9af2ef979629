import { type Shape3, voxelCount } from '@blurcycle/core';
import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { Window } from '../../fft/convolver.ts';
import { type DeviceStart, type DeviceUpdates, LEAST_PART } from '../../fft/poissonUpdate.ts';
import { GpuMemoryError } from '../gpuErrors.ts';
import {
  assertLines,
  COMPLEX,
  fromSpectrum,
  type Parts,
  timesConjugate,
  timesPlain,
  toSpectrum,
  wholeOf,
} from './kernels/spectra.ts';
import { sumRows } from './kernels/sumRows.ts';
import { runForEach } from './runProgram.ts';
import type { WebgpuBackend } from './webgpuBackend.ts';

/** A kernel on a grid, from `origin` on, wrapping around. */
export interface GridKernel {
  readonly grid: Shape3;
  readonly kernel: Float32Array;
  readonly shape: Shape3;
  readonly origin: Shape3;
}

const BYTES_PER_COMPLEX = 8;

/**
 * Updates of Richardson and Lucy on the GPU: `updateByConvolutions` in WGSL; the sums are all that
 * is read back.
 *
 * Memory: three spectra of the grid, complex and whole, and at most eight volumes.
 *
 * @param shape - Of the object, which lies at the grid's origin.
 * @throws {GpuMemoryError} If the device has no buffer as large as a spectrum.
 * @throws {RuleError} If a side of the grid is too long for its shared memory.
 */
export function createGpuUpdates(
  gpu: WebgpuBackend,
  { grid, kernel, shape: kernelShape, origin }: GridKernel,
  start: DeviceStart,
  shape: Shape3,
  window: Window,
): DeviceUpdates {
  assertLines('richardsonLucy', gpu, grid);
  const { maxBufferSize, maxStorageBufferBindingSize } = gpu.device.limits;
  if (BYTES_PER_COMPLEX * voxelCount(grid) > Math.min(maxBufferSize, maxStorageBufferBindingSize))
    throw new GpuMemoryError(null);
  const upload = (data: Float32Array): TensorInfo =>
    gpu.makeTensorInfo([data.length], 'float32', data);
  const drop = (...infos: readonly TensorInfo[]): void => {
    for (const { dataId } of infos) gpu.disposeData(dataId);
  };
  const { background, floor } = start;
  const observed = upload(start.observed);
  const weights = upload(
    start.weights.length === 1
      ? new Float32Array(start.estimate.length).fill(start.weights[0])
      : start.weights,
  );
  const mask = start.mask === undefined ? undefined : upload(start.mask);
  const values = upload(kernel);
  const transfer = toSpectrum(gpu, values, 1, grid, placedAt(origin, kernelShape));
  drop(values);
  let estimate = upload(start.estimate);
  let before = upload(new Float32Array(start.estimate.length));
  let step = upload(new Float32Array(start.estimate.length));

  /** Values in `given` of the grid, convolved, seen in `wanted`; with the adjoint likewise. */
  function convolve(x: TensorInfo, given: Parts, wanted: Parts, isAdjoint: boolean): TensorInfo {
    const spectrum = toSpectrum(gpu, x, 1, grid, given);
    const product = runForEach(gpu, {
      name: `updateProduct${String(isAdjoint)}`,
      inputs: { a: spectrum, b: transfer },
      outputShape: spectrum.shape,
      components: COMPLEX,
      expression: (isAdjoint ? timesConjugate : timesPlain)('a[index]', 'b[index]'),
    });
    drop(spectrum);
    const result = fromSpectrum(gpu, product, 1, grid, wanted);
    drop(product);
    return result;
  }

  const object = wholeOf(shape);
  const image = placedAt(window.origin, window.shape);

  /** d / max(H y + b, floor), masked. */
  function ratioAt(from: TensorInfo): TensorInfo {
    const blurred = convolve(from, object, image, false);
    const ratio = runForEach(gpu, {
      name: mask === undefined ? 'updateRatio' : 'updateMaskedRatio',
      inputs: { observed, blurred, ...(mask === undefined ? {} : { mask }) },
      outputShape: observed.shape,
      floats: { background, least: floor },
      expression: `${mask === undefined ? '' : 'mask[index] * '}observed[index] / max(blurred[index] + uniforms.background, uniforms.least)`,
    });
    drop(blurred);
    return ratio;
  }

  function nextFrom(from: TensorInfo): TensorInfo {
    const ratio = ratioAt(from);
    const correction = convolve(ratio, image, object, true);
    const next = runForEach(gpu, {
      name: 'updateNext',
      inputs: { start: from, correction, weights },
      outputShape: estimate.shape,
      expression: 'start[index] * max(correction[index], 0.0) * weights[index]',
    });
    drop(ratio, correction);
    return next;
  }

  /** Two sums over the voxels. */
  function sumTwice(
    name: string,
    inputs: Readonly<Record<string, TensorInfo>>,
    term: string,
  ): TensorInfo {
    const rows = start.estimate.length;
    return sumRows(gpu, { name, inputs, shape: [1, rows, 1], term, finish: 'total', kept: 2 });
  }

  return {
    async update(factor) {
      const from = runForEach(gpu, {
        name: 'updateFrom',
        inputs: { x: estimate, before },
        outputShape: estimate.shape,
        floats: { factor },
        expression: `max(x[index] + uniforms.factor * (x[index] - before[index]), ${LEAST_PART} * x[index])`,
      });
      const next = nextFrom(from);
      const change = sumTwice(
        'updateChange',
        { next, x: estimate },
        'vec2<f32>(abs(next[at] - x[at]), x[at])',
      );
      const steps = sumTwice(
        'updateSteps',
        { next, start: from, previous: step },
        'vec2<f32>((next[at] - start[at]) * previous[at], previous[at] * previous[at])',
      );
      const nextStep = runForEach(gpu, {
        name: 'updateStep',
        inputs: { next, start: from },
        outputShape: estimate.shape,
        expression: 'next[index] - start[index]',
      });
      drop(from, step, before);
      [step, before, estimate] = [nextStep, estimate, next];
      const [first, second] = await Promise.all([gpu.read(change.dataId), gpu.read(steps.dataId)]);
      drop(change, steps);
      const [changed, total] = first as Float32Array;
      const [along, square] = second as Float32Array;
      return { change: changed, total, along, square };
    },
    read: async () => Float32Array.from((await gpu.read(estimate.dataId)) as Float32Array),
    dispose: () =>
      drop(...[observed, weights, transfer, estimate, before, step], ...(mask ? [mask] : [])),
  };
}

function placedAt(origin: readonly number[], shape: readonly number[]): Parts {
  return shape.map((length, axis) => ({ place: origin[axis], length }));
}
