import { sigmoid, type Rank, type Tensor5D } from '@tensorflow/tfjs-core';
import { assertRange, type RandomStream } from '@blurcycle/core';
import { concatChannels, conv3d, instanceNorm, maxPool3d } from '@blurcycle/compute';
import { convolutionLayer, upConvolutionLayer, type Layer } from './convolutionLayer.ts';
import type { Network } from './network.ts';
import { createParameterStore } from './parameterStore.ts';
import { walkUNet, type UNetOperations } from './walkUNet.ts';

/** What decides the size of a U-Net and where its output starts. */
export interface UNetOptions {
  /** Channels of the first level; the paper's is 64. The levels have width, 2 width and 4 width. */
  readonly width: number;
  /**
   * Bias of the last layer: sigmoid(outputBias) is the brightness the untrained network starts
   * from.
   */
  readonly outputBias: number;
}

/**
 * The modified 3-D U-Net that maps one volume to another of the same shape, values in (0, 1).
 *
 * Two 2x poolings; every 3x3x3 convolution is followed by instance normalization and ReLU; skip
 * connections join the levels; two 1x1x1 convolutions and a sigmoid end it. 7,077,251 parameters at
 * width 64.
 *
 * Shapes: [n, z, y, x, 1] to [n, z, y, x, 1]; z, y, x multiples of 4.
 * Memory: about 25 x width floats for each input voxel while gradients are kept.
 * Source: paper section III-A, figure 3; widths and layer counts inferred from the parameter count
 * (docs/deviations.md).
 *
 * @throws {RangeError} If a side of the input is not a multiple of 4.
 */
export function buildUNet({ width, outputBias }: UNetOptions, stream: RandomStream): Network {
  assertRange(
    Number.isInteger(width) && width > 0,
    'buildUNet',
    'width',
    'be a positive integer',
    width,
  );
  const store = createParameterStore(stream);
  const layers = new Map<string, Layer>();
  const block = (name: string, inputs: number, outputs: number): void => {
    const convolve = convolutionLayer(store, name, inputs, outputs, { kernel: 3 });
    layers.set(name, (x) => instanceNorm(convolve(x), { activation: 'relu' }));
  };
  const rise = (name: string, inputs: number, outputs: number): void => {
    layers.set(name, upConvolutionLayer(store, name, inputs, outputs));
  };
  block('down1', 1, width);
  block('down2', width, width);
  block('down3', width, 2 * width);
  block('down4', 2 * width, 2 * width);
  block('down5', 2 * width, 4 * width);
  block('down6', 4 * width, 4 * width);
  block('down7', 4 * width, 4 * width);
  rise('up1', 4 * width, 2 * width);
  block('up2', 4 * width, 2 * width);
  block('up3', 2 * width, 2 * width);
  rise('up4', 2 * width, width);
  block('up5', 2 * width, width);
  layers.set('up6', convolutionLayer(store, 'up6', width, 1, { kernel: 1 }));
  const scale = store.values<Rank.R5>('up7/filter', [1, 1, 1, 1, 1], Float32Array.of(1));
  const offset = store.values<Rank.R1>('up7/bias', [1], Float32Array.of(outputBias));
  layers.set('up7', (x) => conv3d(x, scale, offset));
  const apply = (name: string, x: Tensor5D): Tensor5D => {
    const layer = layers.get(name);
    if (layer === undefined) throw new Error(`internal: the U-Net has no layer ${name}`);
    return layer(x);
  };
  const operations: UNetOperations<Tensor5D> = {
    block: apply,
    pool: maxPool3d,
    rise: apply,
    join: concatChannels,
    project: apply,
    sigmoid: (x) => sigmoid(x),
  };

  return {
    parameters: store.parameters,
    apply(x) {
      const [, ...sides] = x.shape;
      const fits = sides.slice(0, 3).every((side) => side % 4 === 0);
      assertRange(fits, 'UNet', 'input', 'have sides that are multiples of 4', x.shape, 'pad it');
      return walkUNet(x, operations);
    },
  };
}
