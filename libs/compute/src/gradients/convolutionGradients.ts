import * as tf from '@tensorflow/tfjs-core';
import {
  CONV_WEIGHT_GRADIENTS,
  CONV_WITH_BIAS,
  hasKernel,
  runKernel,
  UP_CONV,
} from '../ops/kernelNames.ts';
import type { GradientRule } from './gradientTable.ts';

/**
 * Gradients of the 3-D convolution and of its two gradients, and of pooling.
 *
 * The three convolution kernels are faces of one trilinear form t(x, filter, dy), so the gradient
 * of each is another of them: the transposed convolution can be trained, and gradients can be
 * differentiated again.
 */
export const CONVOLUTION_GRADIENTS: Readonly<Record<string, GradientRule>> = {
  [tf.Conv3D]: {
    saveInputs: ['x', 'filter'],
    pullBack: (dy, [x, filter], { strides, pad }) => ({
      x: () => inputGradient(dy, filter, strides, pad, x.shape),
      filter: () => filterGradient(x, dy, strides, pad, filter.shape),
    }),
  },
  [CONV_WITH_BIAS]: {
    saveInputs: ['x', 'filter'],
    pullBack: (dy, [x, filter], { strides, pad }) => {
      let ofBias: tf.Tensor | undefined;
      return {
        x: () => inputGradient(dy, filter, strides, pad, x.shape),
        filter: () => {
          // Differentiable once only, so not while tfjs looks on.
          if (tf.engine().isTapeOn() || !hasKernel(CONV_WEIGHT_GRADIENTS)) {
            return filterGradient(x, dy, strides, pad, filter.shape);
          }
          const attributes = { strides, pad, filterShape: filter.shape };
          const [ofFilter, rest] = runKernel<tf.Tensor[]>(
            CONV_WEIGHT_GRADIENTS,
            { x, dy },
            attributes,
          );
          ofBias = rest;
          return ofFilter;
        },
        // tfjs frees the second result between the two calls.
        bias: () => (ofBias === undefined || ofBias.isDisposed ? tf.sum(dy, [0, 1, 2, 3]) : ofBias),
      };
    },
  },
  [UP_CONV]: {
    saveInputs: ['x', 'filter'],
    pullBack: (dy, [x, filter]) => ({
      x: () => convolve(dy, filter, 2, 'valid'),
      filter: () => filterGradient(dy, x, 2, 'valid', filter.shape),
      bias: () => tf.sum(dy, [0, 1, 2, 3]),
    }),
  },
  [tf.Conv3DBackpropInputV2]: {
    saveInputs: ['dy', 'filter'],
    pullBack: (g, [dy, filter], { strides, pad }) => ({
      dy: () => convolve(g, filter, strides, pad),
      filter: () => filterGradient(g, dy, strides, pad, filter.shape),
    }),
  },
  [tf.Conv3DBackpropFilterV2]: {
    saveInputs: ['x', 'dy'],
    pullBack: (g, [x, dy], { strides, pad }) => ({
      x: () => inputGradient(dy, g, strides, pad, x.shape),
      dy: () => convolve(x, g, strides, pad),
    }),
  },
  [tf.MaxPool3D]: {
    saveInputs: ['x'],
    saveOutput: true,
    pullBack: (dy, [input, output], { filterSize, strides, pad, dimRoundingMode }) => ({
      x: () =>
        runKernel(
          tf.MaxPool3DGrad,
          { dy, input, output },
          { filterSize, strides, pad, dimRoundingMode },
        ),
    }),
  },
};

function convolve(x: tf.Tensor, filter: tf.Tensor, strides: unknown, pad: unknown): tf.Tensor {
  const attributes = { strides, pad, dataFormat: 'NDHWC', dilations: [1, 1, 1] };
  return runKernel(tf.Conv3D, { x, filter }, attributes);
}

function inputGradient(
  dy: tf.Tensor,
  filter: tf.Tensor,
  strides: unknown,
  pad: unknown,
  inputShape: number[],
): tf.Tensor {
  return runKernel(tf.Conv3DBackpropInputV2, { dy, filter }, { strides, pad, inputShape });
}

function filterGradient(
  x: tf.Tensor,
  dy: tf.Tensor,
  strides: unknown,
  pad: unknown,
  filterShape: number[],
): tf.Tensor {
  return runKernel(tf.Conv3DBackpropFilterV2, { x, dy }, { strides, pad, filterShape });
}
