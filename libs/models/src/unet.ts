import { sigmoid, type Rank } from '@tensorflow/tfjs-core';
import { assertRange, type RandomStream } from '@blurcycle/core';
import { concatChannels, conv3d, instanceNorm, maxPool3d } from '@blurcycle/compute';
import { convolutionLayer, upConvolutionLayer, type Layer } from './convolutionLayer.ts';
import type { Network } from './network.ts';
import { createParameterStore } from './parameterStore.ts';

/** What decides the size of a U-Net and where its output starts. */
export interface UNetOptions {
  /** Channels of the first level; the paper's is 64. The levels have width, 2 width and 4 width. */
  readonly width: number;
  /** Bias of the last layer: sigmoid(outputBias) is the brightness the untrained network starts from. */
  readonly outputBias: number;
}

/**
 * The modified 3-D U-Net that maps one volume to another of the same shape, values in (0, 1).
 *
 * Two 2x poolings; every 3x3x3 convolution is followed by instance normalization and ReLU; skip connections join the
 * levels; two 1x1x1 convolutions and a sigmoid end it. 7,077,251 parameters at width 64.
 *
 * Shapes: [n, z, y, x, 1] to [n, z, y, x, 1]; z, y, x multiples of 4.
 * Memory: about 25 x width floats for each input voxel while gradients are kept.
 * Source: paper section III-A, figure 3; widths and layer counts inferred from the parameter count (docs/deviations.md).
 *
 * @throws {RangeError} If a side of the input is not a multiple of 4.
 */
export function buildUNet({ width, outputBias }: UNetOptions, stream: RandomStream): Network {
  assertRange(Number.isInteger(width) && width > 0, 'buildUNet', 'width', 'be a positive integer', width);
  const store = createParameterStore(stream);
  const block = (name: string, inputs: number, outputs: number): Layer => {
    const convolve = convolutionLayer(store, name, inputs, outputs, { kernel: 3 });
    return (x) => instanceNorm(convolve(x), { activation: 'relu' });
  };
  const down1 = chain(block('down1', 1, width), block('down2', width, width));
  const down2 = chain(block('down3', width, 2 * width), block('down4', 2 * width, 2 * width));
  const bottom = chain(
    block('down5', 2 * width, 4 * width),
    block('down6', 4 * width, 4 * width),
    block('down7', 4 * width, 4 * width),
  );
  const rise2 = upConvolutionLayer(store, 'up1', 4 * width, 2 * width);
  const up2 = chain(block('up2', 4 * width, 2 * width), block('up3', 2 * width, 2 * width));
  const rise1 = upConvolutionLayer(store, 'up4', 2 * width, width);
  const up1 = block('up5', 2 * width, width);
  const project = convolutionLayer(store, 'up6', width, 1, { kernel: 1 });
  const scale = store.values<Rank.R5>('up7/filter', [1, 1, 1, 1, 1], Float32Array.of(1));
  const offset = store.values<Rank.R1>('up7/bias', [1], Float32Array.of(outputBias));

  return {
    parameters: store.parameters,
    apply(x) {
      const [, ...sides] = x.shape;
      const fits = sides.slice(0, 3).every((side) => side % 4 === 0);
      assertRange(fits, 'UNet', 'input', 'have sides that are multiples of 4', x.shape, 'pad it');
      const skip1 = down1(x); // [n, z, y, x, width]
      const skip2 = down2(maxPool3d(skip1)); // [n, z/2, y/2, x/2, 2 width]
      const deepest = bottom(maxPool3d(skip2)); // [n, z/4, y/4, x/4, 4 width]
      const middle = up2(concatChannels(skip2, rise2(deepest))); // [n, z/2, y/2, x/2, 2 width]
      const finest = up1(concatChannels(skip1, rise1(middle))); // [n, z, y, x, width]
      return sigmoid(conv3d(project(finest), scale, offset));
    },
  };
}

function chain(...layers: readonly Layer[]): Layer {
  return (x) => layers.reduce((value, layer) => layer(value), x);
}
