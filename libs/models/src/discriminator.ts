import { slice, sub, tensor3d, type Tensor5D } from '@tensorflow/tfjs-core';
import { blur3d, concatChannels, instanceNorm, leakyRelu } from '@blurcycle/compute';
import { assertRange, DISCRIMINATOR_SCALES, type RandomStream, type Shape3 } from '@blurcycle/core';
import { gaussianKernel } from './blurKernel.ts';
import { convolutionLayer, createParameterStore, type Network, type Parameter } from './network.ts';

/** Parts of the sides that the scales see. */
const DIVISORS: Shape3 = [1, 2, 4];

/** The parts of a patch that the three discriminators see. */
export interface NestedCrop {
  readonly origins: readonly Shape3[];
  readonly shapes: readonly Shape3[];
}

/** Three discriminators with weights of their own, one for each scale. */
export interface MultiPatchDiscriminator {
  readonly parameters: readonly Parameter[];
  /**
   * Scores of the three scales. Memory: consumes nothing; returns three new tensors; call inside
   * tidy.
   */
  apply(x: Tensor5D, crop: NestedCrop): readonly Tensor5D[];
  /** The network of each scale. */
  readonly networks: readonly Network[];
  /** Inputs of the networks: the patch and its two crops. Call inside tidy. */
  cut(x: Tensor5D, crop: NestedCrop): readonly Tensor5D[];
}

/** Size of a discriminator, and what it is shown. */
export interface DiscriminatorOptions {
  /** Channels of the first layer. */
  readonly width: number;
  /**
   * Channels of what it judges: 1 for a volume; 2 for a generated volume behind what it was
   * generated from, as in pix2pix. @defaultValue 1
   */
  readonly channels?: number;
  /**
   * Whether it can tell noise. A `plain` network normalizes its second layer, which removes the
   * energy of the noise; one that sees noise does not, and gets y - g*y as a channel of its own, g
   * a Gaussian with a standard deviation of 1 voxel. @defaultValue false
   */
  readonly seesNoise?: boolean;
}

/**
 * The multi-scale PatchGAN: the original patch, a half-size crop of it and a quarter-size crop of
 * that.
 *
 * Source: paper section III-B, figure 4. That the crops are random and nested is inferred
 * (docs/deviations.md).
 *
 * @param options - The same for all three.
 */
export function buildMultiPatchDiscriminator(
  options: DiscriminatorOptions,
  stream: RandomStream,
): MultiPatchDiscriminator {
  const networks = DISCRIMINATOR_SCALES.map(() => buildPatchDiscriminator(options, stream));
  return {
    parameters: networks.flatMap(({ parameters }, i) =>
      parameters.map(({ name, variable }) => ({
        name: `${DISCRIMINATOR_SCALES[i]}/${name}`,
        variable,
      })),
    ),
    networks,
    cut,
    apply: (x, crop) => cut(x, crop).map((patch, i) => networks[i].apply(patch)),
  };
}

function cut(x: Tensor5D, { origins, shapes }: NestedCrop): readonly Tensor5D[] {
  return DIVISORS.map((divisor, i) =>
    divisor === 1 ? x : slice(x, [0, ...origins[i], 0], [-1, ...shapes[i], -1]),
  );
}

/**
 * Draws the crops that the half- and quarter-size discriminators see in a patch of the given shape.
 *
 * @throws {RuleError} If a quarter of a side is below 4 voxels or a side is not a multiple of 4.
 */
export function drawNestedCrop(shape: Shape3, stream: RandomStream): NestedCrop {
  const fits = shape.every((side) => side % 4 === 0 && side >= 16);
  assertRange(
    fits,
    'drawNestedCrop',
    'shape',
    'have sides that are multiples of 4, 16 or more',
    shape,
  );
  const origins: Shape3[] = [[0, 0, 0]];
  const shapes: Shape3[] = [shape];
  for (const divisor of DIVISORS.slice(1)) {
    const outer = shapes[shapes.length - 1];
    const outerOrigin = origins[origins.length - 1];
    const inner: Shape3 = [shape[0] / divisor, shape[1] / divisor, shape[2] / divisor];
    const offset = (axis: 0 | 1 | 2): number =>
      outerOrigin[axis] + stream.integer(outer[axis] - inner[axis] + 1);
    shapes.push(inner);
    origins.push([offset(0), offset(1), offset(2)]);
  }
  return { origins, shapes };
}

/** Slope of the leaky ReLU for negative values, as in PatchGAN. */
const LEAKY_SLOPE = 0.2;

/**
 * A PatchGAN discriminator: one score for each overlapping patch of the volume, no sigmoid
 * (least-squares GAN).
 *
 * Four 4x4x4 convolutions of widths w, 2w, 4w, 1: two of stride 2, two of stride 1; instance
 * normalization in the middle ones; leaky ReLU. The stride-1 layers have `same` padding, so that a
 * quarter patch of 4 planes still has a score; the usual padding of 1 leaves none. 665,825
 * parameters at w = 32 and one channel.
 *
 * Shapes: [n, z, y, x, channels] to [n, ⌈z/4⌉, ⌈y/4⌉, ⌈x/4⌉, 1], for sides of at least 4.
 * Source: Isola et al. (2017); the paper's section III-B names it without widths: inferred
 * (docs/deviations.md).
 */
export function buildPatchDiscriminator(
  { width, channels = 1, seesNoise = false }: DiscriminatorOptions,
  stream: RandomStream,
): Network {
  assertRange(
    Number.isInteger(width) && width > 0,
    'buildPatchDiscriminator',
    'width',
    'be a positive integer',
    width,
  );
  const store = createParameterStore(stream);
  const inputs = seesNoise ? channels + 1 : channels;
  const layer1 = convolutionLayer(store, 'layer1', inputs, width, {
    kernel: 4,
    stride: 2,
    padding: 1,
  });
  const layer2 = convolutionLayer(store, 'layer2', width, 2 * width, {
    kernel: 4,
    stride: 2,
    padding: 1,
  });
  const layer3 = convolutionLayer(store, 'layer3', 2 * width, 4 * width, { kernel: 4 });
  const score = convolutionLayer(store, 'score', 4 * width, 1, { kernel: 4 });
  const activation = 'leakyRelu';
  const slope = LEAKY_SLOPE;
  return {
    parameters: store.parameters,
    apply(x) {
      const shown = seesNoise ? concatChannels(x, fineDetail(x)) : x;
      const first = leakyRelu(layer1(shown), slope); // [n, z/2, y/2, x/2, w]
      const strided = layer2(first);
      const second = seesNoise
        ? leakyRelu(strided, slope)
        : instanceNorm(strided, { activation, slope }); // [n, z/4, y/4, x/4, 2w]
      const third = instanceNorm(layer3(second), { activation, slope }); // [n, z/4, y/4, x/4, 4w]
      return score(third); // [n, z/4, y/4, x/4, 1]
    },
  };
}

/** Standard deviation in voxels of the Gaussian whose blur is taken away. */
const DETAIL_SIGMA_VOXELS = 1;
/** Three standard deviations on each side: 99.7 % of the Gaussian along an axis. */
const DETAIL_SIDE = 7;

/**
 * y - g*y of the last channel, with a fixed Gaussian g of unit sum and zeros outside of the patch:
 * most of white noise, little of a specimen that a microscope has blurred.
 *
 * Shapes: [n, z, y, x, c] to [n, z, y, x, 1]. Call inside tidy.
 */
function fineDetail(x: Tensor5D): Tensor5D {
  const channels = x.shape[4];
  const y = channels === 1 ? x : slice(x, [0, 0, 0, 0, channels - 1], [-1, -1, -1, -1, 1]);
  const sides: [number, number, number] = [DETAIL_SIDE, DETAIL_SIDE, DETAIL_SIDE];
  const gaussian = tensor3d(gaussianKernel(sides, DETAIL_SIGMA_VOXELS), sides);
  return sub(y, blur3d(y, gaussian));
}
