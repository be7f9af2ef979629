import * as tf from '@tensorflow/tfjs-core';
import { assertRange } from '@blurcycle/core';
import { assertKernel } from '../fft/convolver.ts';
import { currentPrecision } from './precision.ts';
import {
  BLUR_KERNEL_GRADIENT,
  BLUR_VOLUME,
  CONV_WEIGHT_GRADIENTS,
  CONV_WITH_BIAS,
  hasKernel,
  runKernel,
  UP_CONV,
  type GradientRules,
} from './runKernel.ts';

/** How a convolution moves over its input. */
export interface Conv3dOptions {
  /** Step of the window along all three axes. @defaultValue 1 */
  readonly stride?: 1 | 2;
  /**
   * `same`: output of ceil(side / stride); a number: that many zeros at every side. @defaultValue
   * 'same'
   */
  readonly padding?: 'same' | number;
}

/**
 * Three-dimensional convolution layer (a cross-correlation, as in all network libraries): y =
 * filter ⋆ x + bias.
 *
 * Shapes: `x` [n, z, y, x, cin]; `filter` [kz, ky, kx, cin, cout]; `bias` [cout] or null; result
 * [n, z', y', x', cout].
 * Memory: consumes nothing; returns one new tensor; call inside tidy. Gradients for x, filter and
 * bias.
 */
export function conv3d(
  x: tf.Tensor5D,
  filter: tf.Tensor5D,
  bias: tf.Tensor1D | null,
  options: Conv3dOptions = {},
): tf.Tensor5D {
  if (!hasKernel(CONV_WITH_BIAS)) return referenceConv3d(x, filter, bias, options);
  const { stride = 1, padding = 'same' } = options;
  const attributes = {
    ...{ strides: stride, pad: padding, dataFormat: 'NDHWC', dilations: 1 },
    precision: currentPrecision(),
  };
  return bias === null
    ? runKernel(tf.Conv3D, { x, filter }, attributes)
    : runKernel(CONV_WITH_BIAS, { x, filter, bias }, attributes);
}

/** Reference implementation of `conv3d`, made of standard operations. */
function referenceConv3d(
  x: tf.Tensor5D,
  filter: tf.Tensor5D,
  bias: tf.Tensor1D | null,
  { stride = 1, padding = 'same' }: Conv3dOptions = {},
): tf.Tensor5D {
  const framed = padding === 'same' || padding === 0 ? x : zeroFrame(x, padding);
  const y = convolve(framed, filter, {
    ...{ strides: stride, pad: padding === 'same' ? 'same' : 'valid' },
    precision: currentPrecision(),
  });
  return bias === null ? y : tf.add<tf.Tensor5D>(y, bias);
}

function zeroFrame(x: tf.Tensor5D, width: number): tf.Tensor5D {
  const side: [number, number] = [width, width];
  return tf.pad(x, [[0, 0], side, side, side, [0, 0]]);
}

/**
 * Transposed convolution with kernel 2 and stride 2: every voxel becomes a block of 2 x 2 x 2.
 *
 * y[2z + a, 2y + b, 2x + c, o] = sum over i of filter[a, b, c, o, i] x[z, y, x, i] + bias[o].
 *
 * Shapes: `x` [n, z, y, x, cin]; `filter` [2, 2, 2, cout, cin]; `bias` [cout] or null; result [n,
 * 2z, 2y, 2x, cout].
 * Memory: consumes nothing; returns one new tensor; call inside tidy. Gradients for x, filter and
 * bias.
 */
export function upConv3d(
  x: tf.Tensor5D,
  filter: tf.Tensor5D,
  bias: tf.Tensor1D | null,
): tf.Tensor5D {
  if (bias === null || !hasKernel(UP_CONV)) return referenceUpConv3d(x, filter, bias);
  return runKernel(UP_CONV, { x, filter, bias }, { precision: currentPrecision() });
}

/** Reference implementation of `upConv3d`, made of standard operations. */
function referenceUpConv3d(
  x: tf.Tensor5D,
  filter: tf.Tensor5D,
  bias: tf.Tensor1D | null,
): tf.Tensor5D {
  const [n, depth, height, width] = x.shape;
  const outputShape = [n, 2 * depth, 2 * height, 2 * width, filter.shape[3]];
  const attributes = { ...UP_CONV_MOVES, precision: currentPrecision() };
  const y = inputGradient(x, filter, attributes, outputShape);
  return bias === null ? y : tf.add<tf.Tensor5D>(y, bias);
}

/**
 * Gradients of the 3-D convolution, of its two gradients, and of the transposed convolution.
 *
 * The convolution and its two gradients are derivatives of one trilinear form t(x, filter, dy), so
 * the gradient of each is another of them: the transposed convolution can be trained, and gradients
 * can be differentiated again.
 */
export const CONVOLUTION_GRADIENTS: GradientRules = {
  [tf.Conv3D]: {
    saveInputs: ['x', 'filter'],
    pullBack: (dy, [x, filter], how) => ({
      x: () => inputGradient(dy, filter, how, x.shape),
      filter: () => filterGradient(x, dy, how, filter.shape),
    }),
  },
  [CONV_WITH_BIAS]: {
    saveInputs: ['x', 'filter'],
    pullBack: (dy, [x, filter], how) => {
      let ofBias: tf.Tensor | undefined;
      return {
        x: () => inputGradient(dy, filter, how, x.shape),
        filter: () => {
          // The fused kernel has no gradient, so it is not used while tfjs records.
          if (tf.engine().isTapeOn() || !hasKernel(CONV_WEIGHT_GRADIENTS)) {
            return filterGradient(x, dy, how, filter.shape);
          }
          const { strides, pad, precision } = how;
          const attributes = { strides, pad, precision, filterShape: filter.shape };
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
    pullBack: (dy, [x, filter], { precision }) => {
      const how = { ...UP_CONV_MOVES, precision };
      return {
        x: () => convolve(dy, filter, how),
        filter: () => filterGradient(dy, x, how, filter.shape),
        bias: () => tf.sum(dy, [0, 1, 2, 3]),
      };
    },
  },
  [tf.Conv3DBackpropInputV2]: {
    saveInputs: ['dy', 'filter'],
    pullBack: (g, [dy, filter], how) => ({
      dy: () => convolve(g, filter, how),
      filter: () => filterGradient(g, dy, how, filter.shape),
    }),
  },
  [tf.Conv3DBackpropFilterV2]: {
    saveInputs: ['x', 'dy'],
    pullBack: (g, [x, dy], how) => ({
      x: () => inputGradient(dy, g, how, x.shape),
      dy: () => convolve(x, g, how),
    }),
  },
};

/** Attributes of a kernel; `strides`, `pad` and `precision` are those of the convolution. */
type Moves = Readonly<Record<string, unknown>>;

/** Of the convolution whose input gradient is the transposed convolution. */
const UP_CONV_MOVES = { strides: 2, pad: 'valid' } as const;

function convolve(
  x: tf.Tensor,
  filter: tf.Tensor,
  { strides, pad, precision }: Moves,
): tf.Tensor5D {
  const attributes = { strides, pad, precision, dataFormat: 'NDHWC', dilations: [1, 1, 1] };
  return runKernel(tf.Conv3D, { x, filter }, attributes);
}

function inputGradient(
  dy: tf.Tensor,
  filter: tf.Tensor,
  { strides, pad, precision }: Moves,
  inputShape: number[],
): tf.Tensor5D {
  const attributes = { strides, pad, precision, inputShape };
  return runKernel(tf.Conv3DBackpropInputV2, { dy, filter }, attributes);
}

function filterGradient(
  x: tf.Tensor,
  dy: tf.Tensor,
  { strides, pad, precision }: Moves,
  filterShape: number[],
): tf.Tensor5D {
  const attributes = { strides, pad, precision, filterShape };
  return runKernel(tf.Conv3DBackpropFilterV2, { x, dy }, attributes);
}

/**
 * Convolution (not correlation) of every volume with one kernel, zeros outside, result of the same
 * shape.
 *
 * y[i] = sum over d of kernel[c + d] x[i - d], c the center of the kernel.
 *
 * Shapes: `x` [n, z, y, x, 1]; `kernel` [kz, ky, kx], all odd.
 * Memory: consumes nothing; returns one new tensor; call inside tidy. Gradients for x and kernel.
 * Cost: two real transforms of side N + (k - 1)/2 for each volume, one for the kernel.
 */
export function blur3d(x: tf.Tensor5D, kernel: tf.Tensor3D): tf.Tensor5D {
  assertRange(x.shape[4] === 1, 'blur3d', 'x', 'have one channel', x.shape);
  assertKernel('blur3d', { length: kernel.size }, kernel.shape);
  if (!hasKernel(BLUR_VOLUME)) return referenceBlur3d(x, kernel);
  return blurVolume(x, kernel, false);
}

/** Reference implementation of `blur3d`, made of standard operations. */
export function referenceBlur3d(x: tf.Tensor5D, kernel: tf.Tensor3D): tf.Tensor5D {
  const [kz, ky, kx] = kernel.shape;
  const filter = tf.reshape<tf.Rank.R5>(tf.reverse(kernel), [kz, ky, kx, 1, 1]);
  return tf.conv3d(x, filter, 1, 'same');
}

function blurVolume(x: tf.Tensor, kernel: tf.Tensor, adjoint: boolean): tf.Tensor5D {
  return runKernel(BLUR_VOLUME, { x, kernel }, { adjoint });
}

function blurKernelGradient(x: tf.Tensor, dy: tf.Tensor, kernelShape: number[]): tf.Tensor {
  return runKernel(BLUR_KERNEL_GRADIENT, { x, dy }, { kernelShape });
}

/**
 * The blur, its adjoint and the gradient of its kernel are derivatives of one trilinear form t(x,
 * kernel, dy), so the gradient of each is one of the others.
 */
export const BLUR_GRADIENTS: GradientRules = {
  [BLUR_VOLUME]: {
    saveInputs: ['x', 'kernel'],
    pullBack: (dy, [x, kernel], { adjoint }) => ({
      x: () => blurVolume(dy, kernel, adjoint !== true),
      kernel: () =>
        adjoint === true
          ? blurKernelGradient(dy, x, kernel.shape)
          : blurKernelGradient(x, dy, kernel.shape),
    }),
  },
  [BLUR_KERNEL_GRADIENT]: {
    saveInputs: ['x', 'dy'],
    pullBack: (kernel, [x, dy]) => ({
      x: () => blurVolume(dy, kernel, true),
      dy: () => blurVolume(x, kernel, false),
    }),
  },
};
