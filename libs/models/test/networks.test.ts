import {
  concat,
  linspace,
  mean,
  memory,
  mul,
  ones,
  reshape,
  square,
  tensor5d,
  tidy,
  type Rank,
  type Tensor5D,
} from '@tensorflow/tfjs-core';
import { createRandomStream } from '@blurcycle/core';
import { selectBackend } from '@blurcycle/compute';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  buildMultiPatchDiscriminator,
  buildUNet,
  countParameters,
  disposeNetworks,
  drawNestedCrop,
  uNetShapes,
} from '../src/index.ts';
import { buildPatchDiscriminator } from '../src/discriminator.ts';

const stream = () => createRandomStream(1, 'init');

beforeAll(async () => {
  await selectBackend('js');
});

let tensorsBefore = 0;
beforeAll(() => {
  tensorsBefore = memory().numTensors;
});
afterEach(() => expect(memory().numTensors).toBe(tensorsBefore));

describe('buildUNet({ width, outputBias }, stream)', () => {
  it("has the paper's 7 million parameters at width 64", () => {
    const network = buildUNet({ width: 64, outputBias: 0 }, stream());
    expect(countParameters(network)).toBe(7_077_251); // PAPER: layer table of the generator
    disposeNetworks(network);
  });

  it.each([1, 2, 5])('has the parameters that uNetShapes(%i) names, in their order', (width) => {
    const network = buildUNet({ width, outputBias: 0 }, stream());
    const built = network.parameters.map(({ name, variable }) => [name, variable.shape]);
    expect([...uNetShapes(width)]).toEqual(built);
    disposeNetworks(network);
  });

  it('maps a volume to one of the same shape with values in (0, 1), starting near sigmoid(outputBias)', () => {
    const network = buildUNet({ width: 2, outputBias: -4 }, stream());
    const values = tidy(() => network.apply(ones([1, 4, 8, 12, 1])).dataSync());
    expect(values).toHaveLength(4 * 8 * 12);
    for (const value of values) {
      expect(value).toBeGreaterThan(0);
      expect(value).toBeLessThan(0.2); // sigmoid(-4) = 0.018, moved by the random last layers
    }
    disposeNetworks(network);
  });

  it('refuses sides that cannot be halved twice', () => {
    const network = buildUNet({ width: 2, outputBias: 0 }, stream());
    expect(() => tidy(() => network.apply(ones([1, 6, 8, 8, 1])))).toThrow('multiples of 4');
    disposeNetworks(network);
  });

  it('sees brightness without normalization, and keeps a signal through its layers', () => {
    const outputs = (['instance', 'none'] as const).map((normalization) => {
      const network = buildUNet({ width: 4, outputBias: 0, normalization }, stream());
      const spread = tidy(() => {
        const ramp = reshape<Rank.R5>(linspace(0, 1, 512), [1, 8, 8, 8, 1]);
        const dim = network.apply(mul(ramp, 0.5)).dataSync();
        const bright = network.apply(ramp).dataSync();
        return Math.max(...bright.map((value, i) => Math.abs(value - dim[i])));
      });
      disposeNetworks(network);
      return spread;
    });
    // Epsilon of the normalization leaves a trace of brightness.
    expect(outputs[0]).toBeLessThan(1e-3);
    expect(outputs[1]).toBeGreaterThan(1e-2);
  });

  it('starts from the same weights for the same seed', () => {
    const [a, b] = [
      buildUNet({ width: 2, outputBias: 0 }, stream()),
      buildUNet({ width: 2, outputBias: 0 }, stream()),
    ];
    for (const [i, { name, variable }] of a.parameters.entries()) {
      expect(b.parameters[i].name).toBe(name);
      expect(b.parameters[i].variable.dataSync()).toEqual(variable.dataSync());
    }
    disposeNetworks(a, b);
  });
});

describe('buildPatchDiscriminator({ width, channels, seesNoise }, stream)', () => {
  it('has the parameter count of a PatchGAN with kernel 4, base 32 and two strided layers', () => {
    const network = buildPatchDiscriminator({ width: 32 }, stream());
    expect(countParameters(network)).toBe(665_825);
    disposeNetworks(network);
  });

  it('scores patches down to 4 planes', () => {
    const network = buildPatchDiscriminator({ width: 2 }, stream());
    expect(tidy(() => network.apply(ones([1, 4, 12, 12, 1])).shape)).toEqual([1, 1, 3, 3, 1]);
    disposeNetworks(network);
  });

  it('judges a volume behind what it was made from: both channels change the scores', () => {
    const network = buildPatchDiscriminator({ width: 2, channels: 2 }, stream());
    const scores = (input: number, output: number): number[] =>
      tidy(() => {
        const ramp = tensor5d(
          Array.from({ length: 512 }, (_, i) => (i % 8) / 8),
          [1, 8, 8, 8, 1],
        );
        const pair = concat<Tensor5D>([mul(ramp, input), mul(square(ramp), output)], 4);
        return [...network.apply(pair).dataSync()];
      });
    expect(scores(1, 1)).not.toEqual(scores(0, 1));
    expect(scores(1, 1)).not.toEqual(scores(1, 0));
    disposeNetworks(network);
  });

  it('that sees noise tells noise of twice the strength, which a plain one hardly does', () => {
    const noise = createRandomStream(5, 'noise');
    const values = Array.from({ length: 16 ** 3 }, () => noise.normal());
    const change = (seesNoise: boolean): number => {
      const network = buildPatchDiscriminator({ width: 4, seesNoise }, stream());
      const meanScore = (strength: number): number =>
        tidy(
          () =>
            mean(network.apply(mul(tensor5d(values, [1, 16, 16, 16, 1]), strength))).dataSync()[0],
        );
      const difference = Math.abs(meanScore(2) - meanScore(1));
      disposeNetworks(network);
      return difference;
    };
    // The second layer's normalization divides by the strength, up to the leaky relu and the bias
    // of the first; without it the scores are free to follow.
    expect(change(true)).toBeGreaterThan(3 * change(false));
  });
});

describe('buildMultiPatchDiscriminator({ width }, stream)', () => {
  it('judges the patch, a half and a quarter with weights of their own', () => {
    const network = buildMultiPatchDiscriminator({ width: 2 }, stream());
    const crop = drawNestedCrop([16, 32, 48], createRandomStream(2, 'crops'));
    const shapes = tidy(() =>
      network.apply(ones([2, 16, 32, 48, 1]), crop).map((scores) => scores.shape),
    );
    expect(shapes).toEqual([
      [2, 4, 8, 12, 1],
      [2, 2, 4, 6, 1],
      [2, 1, 2, 3, 1],
    ]);
    expect(new Set(network.parameters.map(({ name }) => name)).size).toBe(
      network.parameters.length,
    );
    disposeNetworks(network);
  });
});

describe('drawNestedCrop(shape, stream)', () => {
  it('keeps the quarter inside the half and reaches every place', () => {
    const crops = createRandomStream(3, 'crops');
    const seen = new Set<number>();
    for (let i = 0; i < 300; i++) {
      const { origins, shapes } = drawNestedCrop([16, 16, 16], crops);
      for (const axis of [0, 1, 2] as const) {
        expect(origins[2][axis]).toBeGreaterThanOrEqual(origins[1][axis]);
        expect(origins[2][axis] + shapes[2][axis]).toBeLessThanOrEqual(
          origins[1][axis] + shapes[1][axis],
        );
      }
      seen.add(origins[1][0]);
    }
    expect(seen.size).toBe(9); // a half of 8 in 16 starts at 0 to 8
  });

  it('refuses a patch whose quarter would have fewer than 4 voxels', () => {
    expect(() => drawNestedCrop([12, 16, 16], createRandomStream(3, 'crops'))).toThrow(
      '16 or more',
    );
  });
});
