import { slice, type Tensor5D } from '@tensorflow/tfjs-core';
import { assertRange, type RandomStream, type Shape3 } from '@blurcycle/core';
import type { Network, Parameter } from './network.ts';
import { buildPatchDiscriminator } from './patchDiscriminator.ts';

/**
 * The scales at which a volume is judged: the whole patch, half its sides, a quarter of its sides.
 */
export const DISCRIMINATOR_SCALES = ['full', 'half', 'quarter'] as const;

const DIVISORS: Shape3 = [1, 2, 4];

/** Where in a patch the three discriminators look. */
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
  /** What the networks look at: the patch and its two crops. Call inside tidy. */
  cut(x: Tensor5D, crop: NestedCrop): readonly Tensor5D[];
}

/**
 * The multi-scale PatchGAN: the original patch, a half-size crop of it and a quarter-size crop of
 * that.
 *
 * Source: paper section III-B, figure 4. That the crops are random and nested is inferred
 * (docs/deviations.md).
 *
 * @param width - Channels of each discriminator's first layer.
 */
export function buildMultiPatchDiscriminator(
  width: number,
  stream: RandomStream,
): MultiPatchDiscriminator {
  const networks = DISCRIMINATOR_SCALES.map(() => buildPatchDiscriminator(width, stream));
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
 * Draws where the half- and quarter-size discriminators look in a patch of the given shape.
 *
 * @throws {RangeError} If a quarter of a side is below 4 voxels or a side is not a multiple of 4.
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
