import type { Rank, Tensor5D } from '@tensorflow/tfjs-core';
import { conv3d, upConv3d } from '@blurcycle/compute';
import type { ParameterStore } from './parameterStore.ts';

/** A layer: tensor in, tensor out. */
export type Layer = (x: Tensor5D) => Tensor5D;

/** Geometry of a convolution layer with a cubic kernel. */
export interface ConvolutionOptions {
  /** Side of the kernel in voxels. */
  readonly kernel: number;
  /** @defaultValue 1 */
  readonly stride?: 1 | 2;
  /**
   * Zeros added on each side, or `same` for an output as large as the input. @defaultValue `same`
   */
  readonly padding?: 'same' | number;
}

/**
 * A convolution with bias whose filter [k, k, k, inputs, outputs] and bias [outputs] are registered
 * in `store`.
 */
export function convolutionLayer(
  store: ParameterStore,
  name: string,
  inputs: number,
  outputs: number,
  { kernel, stride = 1, padding = 'same' }: ConvolutionOptions,
): Layer {
  const fanIn = kernel ** 3 * inputs;
  const filter = store.uniform<Rank.R5>(
    `${name}/filter`,
    [kernel, kernel, kernel, inputs, outputs],
    fanIn,
  );
  const bias = store.uniform<Rank.R1>(`${name}/bias`, [outputs], fanIn);
  return (x) => conv3d(x, filter, bias, { stride, padding });
}

/**
 * A transposed convolution, kernel 2 and stride 2, with bias: doubles the sides. Filter [2, 2, 2,
 * outputs, inputs].
 */
export function upConvolutionLayer(
  store: ParameterStore,
  name: string,
  inputs: number,
  outputs: number,
): Layer {
  // PyTorch takes the fan-in of a transposed convolution from the second axis of its weights:
  // outputs x kernel volume.
  const fanIn = 8 * outputs;
  const filter = store.uniform<Rank.R5>(`${name}/filter`, [2, 2, 2, outputs, inputs], fanIn);
  const bias = store.uniform<Rank.R1>(`${name}/bias`, [outputs], fanIn);
  return (x) => upConv3d(x, filter, bias);
}
