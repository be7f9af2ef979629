import * as tf from '@tensorflow/tfjs-core';
import { CONV_WITH_BIAS, UP_CONV } from '../../../ops/kernelNames.ts';
import type { GpuKernel } from '../gpuKernel.ts';
import { convFilterGradient } from './convFilterGradient.ts';
import { convForward } from './convForward.ts';
import { convGeometry } from './convGeometry.ts';
import { convInputGradient } from './convInputGradient.ts';

/**
 * The three faces of the convolution, the one with a bias, and the transposed convolution with
 * kernel and stride 2.
 */
export const CONVOLUTION_KERNELS: readonly GpuKernel[] = [
  {
    kernelName: tf.Conv3D,
    run: (gpu, { x, filter }, attributes) => {
      const geometry = convGeometry(x.shape, filter.shape, attributes);
      return geometry && convForward(gpu, geometry, x, filter, null);
    },
  },
  {
    kernelName: CONV_WITH_BIAS,
    run: (gpu, { x, filter, bias }, attributes) => {
      const geometry = convGeometry(x.shape, filter.shape, attributes);
      return geometry && convForward(gpu, geometry, x, filter, bias);
    },
  },
  {
    kernelName: tf.Conv3DBackpropInputV2,
    run: (gpu, { dy, filter }, attributes) => {
      const geometry = convGeometry(attributes['inputShape'] as number[], filter.shape, attributes);
      return geometry && convInputGradient(gpu, geometry, dy, filter, null);
    },
  },
  {
    kernelName: tf.Conv3DBackpropFilterV2,
    run: (gpu, { x, dy }, attributes) => {
      const geometry = convGeometry(x.shape, attributes['filterShape'] as number[], attributes);
      return geometry && convFilterGradient(gpu, geometry, x, dy);
    },
  },
  {
    kernelName: UP_CONV,
    run: (gpu, { x, filter, bias }) => {
      const [n, depth, height, width] = x.shape;
      const doubled = [n, 2 * depth, 2 * height, 2 * width, filter.shape[3]];
      const geometry = convGeometry(doubled, filter.shape, { strides: 2, pad: 'valid' });
      return geometry && convInputGradient(gpu, geometry, x, filter, bias);
    },
  },
];
