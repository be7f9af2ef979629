import { assertRange, type RandomStream } from '@blurcycle/core';
import { instanceNorm, leakyRelu } from '@blurcycle/compute';
import { convolutionLayer } from './convolutionLayer.ts';
import type { Network } from './network.ts';
import { createParameterStore } from './parameterStore.ts';

/** Slope of the leaky ReLU for negative values, as in PatchGAN. */
const LEAKY_SLOPE = 0.2;

/**
 * A PatchGAN discriminator: one score for each overlapping patch of the volume, no sigmoid
 * (least-squares GAN).
 *
 * Four 4x4x4 convolutions of widths w, 2w, 4w, 1: two of stride 2, two of stride 1; instance
 * normalization in the middle ones; leaky ReLU. The stride-1 layers keep the size (`same` padding),
 * so that a quarter patch of 4 planes still has a score; the usual padding of 1 would leave
 * nothing. 665,825 parameters at w = 32.
 *
 * Shapes: [n, z, y, x, 1] to [n, ⌈z/4⌉, ⌈y/4⌉, ⌈x/4⌉, 1], for sides of at least 4.
 * Source: Isola et al. (2017); the paper's section III-B names it without widths: inferred
 * (docs/deviations.md).
 */
export function buildPatchDiscriminator(width: number, stream: RandomStream): Network {
  assertRange(
    Number.isInteger(width) && width > 0,
    'buildPatchDiscriminator',
    'width',
    'be a positive integer',
    width,
  );
  const store = createParameterStore(stream);
  const layer1 = convolutionLayer(store, 'layer1', 1, width, { kernel: 4, stride: 2, padding: 1 });
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
      const first = leakyRelu(layer1(x), slope); // [n, z/2, y/2, x/2, w]
      const second = instanceNorm(layer2(first), { activation, slope }); // [n, z/4, y/4, x/4, 2w]
      const third = instanceNorm(layer3(second), { activation, slope }); // [n, z/4, y/4, x/4, 4w]
      return score(third); // [n, z/4, y/4, x/4, 1]
    },
  };
}
