import * as tf from '@tensorflow/tfjs-core';
import { CONV_WITH_BIAS, UP_CONV } from '../../../ops/runKernel.ts';
import { convShapeOf } from '../../kernelShapes.ts';
import type { GpuKernel } from '../runProgram.ts';
import { convFilterGradient, convForward, convInputGradient } from './convProducts.ts';

/**
 * The convolution without and with a bias, its two gradients, and the transposed convolution with
 * kernel and stride 2.
 */
export const CONVOLUTION_KERNELS: readonly GpuKernel[] = [
  {
    kernelName: tf.Conv3D,
    run: (gpu, { x, filter }, attributes) => {
      const shape = convShapeOf(x.shape, filter.shape, attributes);
      return shape && convForward(gpu, shape, x, filter, null);
    },
  },
  {
    kernelName: CONV_WITH_BIAS,
    run: (gpu, { x, filter, bias }, attributes) => {
      const shape = convShapeOf(x.shape, filter.shape, attributes);
      return shape && convForward(gpu, shape, x, filter, bias);
    },
  },
  {
    kernelName: tf.Conv3DBackpropInputV2,
    run: (gpu, { dy, filter }, attributes) => {
      const shape = convShapeOf(attributes['inputShape'] as number[], filter.shape, attributes);
      return shape && convInputGradient(gpu, shape, dy, filter, null);
    },
  },
  {
    kernelName: tf.Conv3DBackpropFilterV2,
    run: (gpu, { x, dy }, attributes) => {
      const shape = convShapeOf(x.shape, attributes['filterShape'] as number[], attributes);
      return shape && convFilterGradient(gpu, shape, x, dy);
    },
  },
  {
    kernelName: UP_CONV,
    run: (gpu, { x, filter, bias }) => {
      const [n, depth, height, width] = x.shape;
      const doubled = [n, 2 * depth, 2 * height, 2 * width, filter.shape[3]];
      const shape = convShapeOf(doubled, filter.shape, { strides: 2, pad: 'valid' });
      return shape && convInputGradient(gpu, shape, x, filter, bias);
    },
  },
];
