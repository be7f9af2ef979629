import { relu, sigmoid, type Rank, type Tensor5D } from '@tensorflow/tfjs-core';
import { assertRange, type Normalization, type RandomStream } from '@blurcycle/core';
import { concatChannels, conv3d, instanceNorm, maxPool3d } from '@blurcycle/compute';
import {
  convolutionLayer,
  createParameterStore,
  upConvolutionLayer,
  type Layer,
  type Network,
} from './network.ts';

/** Size of a U-Net, and its output before training. */
export interface UNetOptions {
  /** Channels of the first level; the paper's is 64. The levels have width, 2 width and 4 width. */
  readonly width: number;
  /** Bias of the last layer: the output of the untrained network is near sigmoid(outputBias). */
  readonly outputBias: number;
  /**
   * After each 3x3x3 convolution. With `none` the network sees brightness and has no statistics of
   * a tile; its filters start wider (He et al. 2015, arXiv:1502.01852), so that the signal keeps
   * its size from layer to layer. @defaultValue 'instance'
   */
  readonly normalization?: Normalization | undefined;
}

/**
 * The modified 3-D U-Net that maps one volume to another of the same shape, values in (0, 1).
 *
 * Two 2x poolings; every 3x3x3 convolution is followed by instance normalization (or none) and
 * ReLU; skip connections concatenate the levels; two 1x1x1 convolutions and a sigmoid follow.
 * 7,077,251 parameters at width 64.
 *
 * Shapes: [n, z, y, x, 1] to [n, z, y, x, 1]; z, y, x multiples of 4.
 * Memory: about 25 x width floats for each input voxel while gradients are kept.
 * Source: paper section III-A, figure 3; widths and layer counts inferred from the parameter count
 * (docs/deviations.md).
 *
 * @throws {RuleError} If a side of the input is not a multiple of 4.
 */
export function buildUNet(
  { width, outputBias, normalization = 'instance' }: UNetOptions,
  stream: RandomStream,
): Network {
  assertRange(
    Number.isInteger(width) && width > 0,
    'buildUNet',
    'width',
    'be a positive integer',
    width,
  );
  const normalizes = normalization === 'instance';
  const store = createParameterStore(stream, normalizes ? 'pytorch' : 'he');
  const layers = new Map<string, Layer>();
  for (const { name, kind, inputs, outputs } of layersOf(width)) {
    if (kind === 'upsample') layers.set(name, upConvolutionLayer(store, name, inputs, outputs));
    else if (kind === 'conv1x1')
      layers.set(name, convolutionLayer(store, name, inputs, outputs, { kernel: 1 }));
    else {
      const convolve = convolutionLayer(store, name, inputs, outputs, { kernel: 3 });
      layers.set(name, (x) =>
        normalizes ? instanceNorm(convolve(x), { activation: 'relu' }) : relu(convolve(x)),
      );
    }
  }
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
    upsample: apply,
    concat: concatChannels,
    conv1x1: apply,
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

/** A layer with weights that are drawn at random. */
interface UNetLayer {
  readonly name: string;
  readonly kind: 'block' | 'upsample' | 'conv1x1';
  readonly inputs: number;
  readonly outputs: number;
}

/** The layers but the last one, in the order in which their weights are drawn. */
function layersOf(width: number): readonly UNetLayer[] {
  const layer =
    (kind: UNetLayer['kind']) =>
    (name: string, inputs: number, outputs: number): UNetLayer => ({ name, kind, inputs, outputs });
  const [block, upsample] = [layer('block'), layer('upsample')];
  return [
    block('down1', 1, width),
    block('down2', width, width),
    block('down3', width, 2 * width),
    block('down4', 2 * width, 2 * width),
    block('down5', 2 * width, 4 * width),
    block('down6', 4 * width, 4 * width),
    block('down7', 4 * width, 4 * width),
    upsample('up1', 4 * width, 2 * width),
    block('up2', 4 * width, 2 * width),
    block('up3', 2 * width, 2 * width),
    upsample('up4', 2 * width, width),
    block('up5', 2 * width, width),
    layer('conv1x1')('up6', width, 1),
  ];
}

/**
 * Shapes of the parameters of a U-Net by name, in its order; builds nothing, so that the weights of
 * a file can be compared before memory is taken.
 */
export function uNetShapes(width: number): ReadonlyMap<string, readonly number[]> {
  const shapes = new Map<string, readonly number[]>();
  for (const { name, kind, inputs, outputs } of layersOf(width)) {
    const [side, ...channels] = {
      block: [3, inputs, outputs],
      upsample: [2, outputs, inputs],
      conv1x1: [1, inputs, outputs],
    }[kind];
    shapes.set(`${name}/filter`, [side, side, side, ...channels]).set(`${name}/bias`, [outputs]);
  }
  return shapes.set('up7/filter', [1, 1, 1, 1, 1]).set('up7/bias', [1]);
}

/** The operations of the U-Net for any kind of value: tensors, or nodes of a file format. */
export interface UNetOperations<T> {
  /** 3x3x3 convolution `name` with bias, normalization where there is one, ReLU. */
  readonly block: (name: string, x: T) => T;
  /** 2x2x2 maximum pooling. */
  readonly pool: (x: T) => T;
  /** Transposed 2x2x2 convolution `name` with bias and stride 2. */
  readonly upsample: (name: string, x: T) => T;
  /** Channels of the first, then those of the second. */
  readonly concat: (skip: T, x: T) => T;
  /** 1x1x1 convolution `name` with bias. */
  readonly conv1x1: (name: string, x: T) => T;
  readonly sigmoid: (x: T) => T;
}

/**
 * Applies the layers of the modified 3-D U-Net in their order: the one definition of its graph.
 *
 * A layer `name` has the parameters `name/filter` and `name/bias`.
 *
 * @see buildUNet for the shapes.
 */
export function walkUNet<T>(x: T, operations: UNetOperations<T>): T {
  const { block, pool, upsample, concat, conv1x1, sigmoid } = operations;
  const skip1 = block('down2', block('down1', x)); // [n, z, y, x, width]
  const skip2 = block('down4', block('down3', pool(skip1))); // [n, z/2, y/2, x/2, 2 width]
  const deepest = block('down7', block('down6', block('down5', pool(skip2)))); // [n, z/4, y/4, x/4, 4 width]
  const middle = block('up3', block('up2', concat(skip2, upsample('up1', deepest)))); // [n, z/2, y/2, x/2, 2 width]
  const finest = block('up5', concat(skip1, upsample('up4', middle))); // [n, z, y, x, width]
  return sigmoid(conv1x1('up7', conv1x1('up6', finest)));
}
