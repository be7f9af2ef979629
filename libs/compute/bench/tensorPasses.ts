import * as tf from '@tensorflow/tfjs-core';
import { BLUR_KERNEL_GRADIENT, hasKernel, runKernel } from '../src/ops/runKernel.ts';
import { blur3d, conv3d, upConv3d } from '../src/ops/convolution.ts';
import { benchSamples, type BenchLayer } from './benchLayers.ts';
import type { BenchPass } from './nativePasses.ts';

/**
 * The passes of a layer as tensor operations on the back-end in use, ready to run; each call gives
 * one new tensor.
 */
export interface TensorPasses {
  readonly x: tf.Tensor5D;
  readonly filter: tf.Tensor;
  readonly dy: tf.Tensor5D;
  readonly run: Readonly<Record<BenchPass, () => tf.Tensor>>;
  /** Frees what the passes compute from. */
  readonly dispose: () => void;
}

/**
 * Makes the tensors of a layer. Padding is `same`: on even sides that is the padding of the
 * networks.
 */
export function tensorPasses(layer: BenchLayer): TensorPasses {
  const { batch, input, output, inputs, outputs } = layer;
  const x = sampleTensor<tf.Tensor5D>([batch, ...input, inputs]);
  const dy = sampleTensor<tf.Tensor5D>([batch, ...output, outputs]);
  const filter = sampleTensor(filterShape(layer));
  const bias = tf.zeros<tf.Rank.R1>([outputs]);
  const run = passesOf(layer, x, dy, filter, bias);
  return { x, dy, filter, run, dispose: () => tf.dispose([x, dy, filter, bias]) };
}

function filterShape({ kind, kernel, inputs, outputs }: BenchLayer): number[] {
  const cube = [kernel, kernel, kernel];
  if (kind === 'blur') return cube;
  return kind === 'transposed' ? [...cube, outputs, inputs] : [...cube, inputs, outputs];
}

function sampleTensor<T extends tf.Tensor>(shape: number[]): T {
  return tf.tensor(benchSamples(tf.util.sizeFromShape(shape)), shape) as T;
}

function passesOf(
  { kind, stride }: BenchLayer,
  x: tf.Tensor5D,
  dy: tf.Tensor5D,
  filter: tf.Tensor,
  bias: tf.Tensor1D,
): TensorPasses['run'] {
  const { shape } = filter;
  const filterGradient = (
    from: tf.Tensor,
    to: tf.Tensor,
    strides: number,
    pad: string,
    sides: number[],
  ) =>
    runKernel(tf.Conv3DBackpropFilterV2, { x: from, dy: to }, { strides, pad, filterShape: sides });
  switch (kind) {
    case 'convolution': {
      const attributes = { strides: stride, pad: 'same', inputShape: x.shape };
      return {
        forward: () => conv3d(x, filter as tf.Tensor5D, bias, { stride: stride === 2 ? 2 : 1 }),
        inputGradient: () => runKernel(tf.Conv3DBackpropInputV2, { dy, filter }, attributes),
        filterGradient: () => filterGradient(x, dy, stride, 'same', shape),
      };
    }
    case 'transposed': {
      const attributes = {
        strides: stride,
        pad: 'valid',
        dataFormat: 'NDHWC',
        dilations: [1, 1, 1],
      };
      return {
        forward: () => upConv3d(x, filter as tf.Tensor5D, bias),
        inputGradient: () => runKernel(tf.Conv3D, { x: dy, filter }, attributes),
        filterGradient: () => filterGradient(dy, x, stride, 'valid', shape),
      };
    }
    case 'blur': {
      const kernel = filter as tf.Tensor3D;
      return {
        forward: () => blur3d(x, kernel),
        // The adjoint of a convolution is the correlation, the convolution with the kernel turned
        // round.
        inputGradient: () => blur3d(dy, tf.reverse(kernel)),
        filterGradient: () =>
          hasKernel(BLUR_KERNEL_GRADIENT)
            ? runKernel(BLUR_KERNEL_GRADIENT, { x, dy }, { kernelShape: shape })
            : tf.reverse(tf.reshape(filterGradient(x, dy, 1, 'same', [...shape, 1, 1]), shape)),
      };
    }
  }
}
