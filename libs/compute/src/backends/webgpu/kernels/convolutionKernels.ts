import * as tf from '@tensorflow/tfjs-core';
import type { Precision } from '@blurcycle/core';
import { blurGeometry } from '../../../fft/blurGeometry.ts';
import {
  BLUR_KERNEL_GRADIENT,
  BLUR_VOLUME,
  CONV_WITH_BIAS,
  UP_CONV,
} from '../../../ops/runKernel.ts';
import { convShapeOf } from '../../kernelShapes.ts';
import { runForEach, type GpuKernel } from '../runProgram.ts';
import { convFilterGradient, convForward, convInputGradient } from './convProducts.ts';
import {
  assertLines,
  COMPLEX,
  fromSpectrum,
  type Parts,
  timesConjugate,
  timesPlain,
  toSpectrum,
  wholeOf,
} from './spectra.ts';
import { cutWindow } from './tensorKernels.ts';

/**
 * The convolution without and with a bias, its two gradients, and the transposed convolution with
 * kernel and stride 2.
 */
export const CONVOLUTION_KERNELS: readonly GpuKernel[] = [
  {
    kernelName: tf.Conv3D,
    run: (gpu, { x, filter }, attributes) => {
      const shape = convShapeOf(x.shape, filter.shape, attributes);
      return shape && convForward(gpu, shape, x, filter, null, precisionOf(attributes));
    },
  },
  {
    kernelName: CONV_WITH_BIAS,
    run: (gpu, { x, filter, bias }, attributes) => {
      const shape = convShapeOf(x.shape, filter.shape, attributes);
      return shape && convForward(gpu, shape, x, filter, bias, precisionOf(attributes));
    },
  },
  {
    kernelName: tf.Conv3DBackpropInputV2,
    run: (gpu, { dy, filter }, attributes) => {
      const shape = convShapeOf(attributes['inputShape'] as number[], filter.shape, attributes);
      return shape && convInputGradient(gpu, shape, dy, filter, null, precisionOf(attributes));
    },
  },
  {
    kernelName: tf.Conv3DBackpropFilterV2,
    run: (gpu, { x, dy }, attributes) => {
      const shape = convShapeOf(x.shape, attributes['filterShape'] as number[], attributes);
      return shape && convFilterGradient(gpu, shape, x, dy, precisionOf(attributes));
    },
  },
  {
    kernelName: UP_CONV,
    run: (gpu, { x, filter, bias }, attributes) => {
      const [n, depth, height, width] = x.shape;
      const doubled = [n, 2 * depth, 2 * height, 2 * width, filter.shape[3]];
      const shape = convShapeOf(doubled, filter.shape, { strides: 2, pad: 'valid' });
      return shape && convInputGradient(gpu, shape, x, filter, bias, precisionOf(attributes));
    },
  },
];

function precisionOf({ precision }: Readonly<Record<string, unknown>>): Precision {
  return precision === 'bfloat16' ? precision : 'float32';
}

/** The blur through the Fourier transform, its adjoint, and the gradient of its kernel. */
export const BLUR_KERNELS: readonly GpuKernel[] = [
  {
    kernelName: BLUR_VOLUME,
    run: (gpu, { x, kernel }, { adjoint }) => {
      const { grid, reach } = blurGeometry(x.shape, kernel.shape);
      assertLines('blur3d', gpu, grid);
      const batch = x.shape[0];
      const cut = cutWindow(gpu, kernel, ...middleOf(kernel.shape, reach), 0);
      const transfer = toSpectrum(gpu, cut, 1, grid, aroundOrigin(grid, reach));
      const spectra = toSpectrum(gpu, x, batch, grid, wholeOf(x.shape.slice(1, 4)));
      const product = runForEach(gpu, {
        name: `blurProduct${String(adjoint === true)}`,
        inputs: { a: spectra, b: transfer },
        outputShape: spectra.shape,
        components: COMPLEX,
        integers: { points: grid.reduce((p, q) => p * q, 1) },
        expression: (adjoint === true ? timesConjugate : timesPlain)(
          'a[index]',
          'b[index % uniforms.points]',
        ),
      });
      const y = fromSpectrum(gpu, product, batch, grid, wholeOf(x.shape.slice(1, 4)));
      for (const { dataId } of [cut, transfer, spectra, product]) gpu.disposeData(dataId);
      return { ...y, shape: x.shape };
    },
  },
  {
    kernelName: BLUR_KERNEL_GRADIENT,
    run: (gpu, { x, dy }, { kernelShape }) => {
      const sides = kernelShape as number[];
      const { grid, reach } = blurGeometry(x.shape, sides);
      assertLines('blur3d', gpu, grid);
      const batch = x.shape[0];
      const given = wholeOf(x.shape.slice(1, 4));
      const object = toSpectrum(gpu, x, batch, grid, given);
      const gradient = toSpectrum(gpu, dy, batch, grid, given);
      const points = grid.reduce((p, q) => p * q, 1);
      const product = runForEach(gpu, {
        name: 'blurCorrelation',
        inputs: { a: gradient, b: object },
        outputShape: [...grid, 2],
        components: COMPLEX,
        integers: { points, batch },
        helpers: `
          fn correlate(index : i32) -> vec2<f32> {
            var sum = vec2<f32>(0.0);
            for (var at = index; at < uniforms.batch * uniforms.points; at += uniforms.points) {
              sum += ${timesConjugate('a[at]', 'b[at]')};
            }
            return sum;
          }`,
        expression: 'correlate(index)',
      });
      const middle = fromSpectrum(gpu, product, 1, grid, aroundOrigin(grid, reach));
      const shape = reach.map((r) => 2 * r + 1);
      const begin = reach.map((r, axis) => r - (sides[axis] - 1) / 2);
      const framed = cutWindow(gpu, { ...middle, shape }, begin, sides, 0);
      for (const { dataId } of [object, gradient, product, middle]) gpu.disposeData(dataId);
      return framed;
    },
  },
];

/** The part of a kernel that reaches from one voxel to another: its first voxel and its sides. */
function middleOf(
  kernelShape: readonly number[],
  reach: readonly number[],
): [begin: number[], shape: number[]] {
  return [
    kernelShape.map((side, axis) => (side - 1) / 2 - reach[axis]),
    reach.map((r) => 2 * r + 1),
  ];
}

function aroundOrigin(grid: readonly number[], reach: readonly number[]): Parts {
  return reach.map((r, axis) => ({ place: (grid[axis] - r) % grid[axis], length: 2 * r + 1 }));
}
