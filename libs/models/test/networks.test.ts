import {
  concat,
  linspace,
  mean,
  memory,
  mul,
  ones,
  reshape,
  square,
  sub,
  sum,
  tensor3d,
  tensor5d,
  tidy,
  variableGrads,
  type Rank,
  type Scalar,
  type Tensor5D,
} from '@tensorflow/tfjs-core';
import { createRandomStream, createVolume, type Shape3 } from '@blurcycle/core';
import { selectBackend } from '@blurcycle/compute';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  buildKnownBlur,
  buildLearnedBlur,
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

describe('the linear blur generator', () => {
  it("has the paper's 29,791 parameters at 31 x 31 x 31 and starts with sum 1", () => {
    const network = buildLearnedBlur(
      {
        size: [31, 31, 31],
        init: 'gaussian',
        sigmaVoxels: 2,
        gauge: 'none',
        constraint: 'none',
      },
      stream(),
    );
    expect(countParameters(network)).toBe(29_791);
    expect(tidy(() => sum(network.parameters[0].variable).dataSync()[0])).toBeCloseTo(1, 5); // float32 sum
    disposeNetworks(network);
  });

  it('convolves: an impulse becomes the kernel, not its mirror image', () => {
    const shape: Shape3 = [1, 3, 3];
    const kernel = createVolume(shape, [1, 1, 1], Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9));
    const network = buildKnownBlur(kernel);
    const impulse: Tensor5D = tensor5d([0, 0, 0, 0, 1, 0, 0, 0, 0], [1, 1, 3, 3, 1]);
    const blurred = tidy(() => network.apply(impulse).dataSync());
    for (let i = 0; i < 9; i++) expect(blurred[i]).toBeCloseTo(i + 1, 4); // FFT in float32 on values up to 9
    impulse.dispose();
    network.dispose?.();
  });

  it('with point symmetry has a kernel that cannot shift, and a gradient that keeps it so', () => {
    const options = {
      size: [3, 3, 5],
      init: 'normal',
      sigmaVoxels: 1,
      gauge: 'point',
      constraint: 'none',
    } as const;
    const network = buildLearnedBlur(options, stream());
    const kernel = tidy(() => network.kernel().dataSync());
    for (let i = 0; i < kernel.length; i++) expect(kernel[i]).toBe(kernel[kernel.length - 1 - i]);
    const { variable } = network.parameters[0];
    const x = tensor5d(
      Float32Array.from({ length: 5 * 6 * 7 }, (_, i) => (i * i) % 11),
      [1, 5, 6, 7, 1],
    );
    const gradient = tidy(() =>
      variableGrads(() => sum<Scalar>(square(network.apply(x))), [variable]).grads[
        variable.name
      ].dataSync(),
    );
    const largest = Math.max(...gradient.map(Math.abs));
    for (let i = 0; i < gradient.length; i++) {
      expect(Math.abs(gradient[i] - gradient[gradient.length - 1 - i])).toBeLessThan(
        1e-6 * largest,
      ); // one float32 rounding
    }
    x.dispose();
    disposeNetworks(network);
  });

  it.each(['non-negative', 'unit-sum'] as const)('can be %s, from the start on', (constraint) => {
    const options = {
      size: [3, 3, 5],
      init: 'normal',
      sigmaVoxels: 1,
      gauge: 'none',
      constraint,
    } as const;
    const network = buildLearnedBlur(options, stream());
    const { variable } = network.parameters[0];
    const start = [...variable.dataSync()];
    expect(Math.min(...start)).toBe(0);
    tidy(() => variable.assign(sub(variable, 0.01)));
    network.constrain?.();
    const values = [...variable.dataSync()];
    expect(Math.min(...values)).toBe(0);
    const total = values.reduce((sum_, value) => sum_ + value, 0);
    const moved = start.map((value) => Math.max(0, value - 0.01));
    const gain = constraint === 'unit-sum' ? 1 : moved.reduce((sum_, value) => sum_ + value, 0);
    expect(total).toBeCloseTo(gain, 5); // float32 sum
    disposeNetworks(network);
  });

  it('is free unless told otherwise', () => {
    const options = {
      size: [3, 3, 5],
      init: 'normal',
      sigmaVoxels: 1,
      gauge: 'none',
      constraint: 'none',
    } as const;
    const network = buildLearnedBlur(options, stream());
    expect(Math.min(...network.parameters[0].variable.dataSync())).toBeLessThan(0);
    expect('constrain' in network).toBe(false);
    disposeNetworks(network);
  });

  it('centers its core after an update, as the plain formula does, whatever the far haze', () => {
    const size = [5, 7, 7] as const;
    const options = { size, init: 'normal', sigmaVoxels: 1, constraint: 'none' } as const;
    const network = buildLearnedBlur({ ...options, gauge: 'core' }, stream());
    const { variable } = network.parameters[0];
    // A Gaussian that is off center, and haze in a corner.
    const values = new Float32Array(5 * 7 * 7);
    const at = (z: number, y: number, x: number): number => (z * 7 + y) * 7 + x;
    const each = (use: (i: number, r: readonly [number, number, number]) => void): void => {
      for (let z = 0; z < 5; z++)
        for (let y = 0; y < 7; y++)
          for (let x = 0; x < 7; x++) use(at(z, y, x), [z - 2, y - 3, x - 3]);
    };
    each((i, [z, y, x]) => {
      values[i] = Math.exp(-((z - 0.2) ** 2 + (y + 0.1) ** 2 + x ** 2) / 2);
    });
    values[at(4, 6, 6)] = 0.3;
    const centroid = (h: Float32Array): number[] => {
      const sums = [0, 0, 0, 0];
      each((i, r) => {
        const weight = Math.exp(-(r[0] ** 2 + r[1] ** 2 + r[2] ** 2) / 8) * Math.max(0, h[i]);
        sums[3] += weight;
        r.forEach((part, axis) => (sums[axis] += part * weight));
      });
      return sums.slice(0, 3).map((one) => one / sums[3]);
    };
    const c = centroid(values);
    const expected = Float32Array.from(values);
    each((i, r) => {
      const sides = [5, 7, 7];
      const strides = [49, 7, 1];
      const p = [r[0] + 2, r[1] + 3, r[2] + 3];
      p.forEach((place, axis) => {
        const ahead = place + 1 < sides[axis] ? values[i + strides[axis]] : 0;
        const behind = place > 0 ? values[i - strides[axis]] : 0;
        expected[i] += (c[axis] * (ahead - behind)) / 2;
      });
    });
    tidy(() => variable.assign(tensor3d(values, [5, 7, 7])));
    network.constrain?.();
    const once = Float32Array.from(variable.dataSync());
    for (let i = 0; i < once.length; i++) expect(once[i]).toBeCloseTo(expected[i], 6); // float32
    for (let i = 0; i < 5; i++) network.constrain?.();
    for (const one of centroid(Float32Array.from(variable.dataSync())))
      expect(Math.abs(one)).toBeLessThan(3e-3);
    disposeNetworks(network);
  });

  it('refuses even sides', () => {
    const options = {
      size: [4, 5, 5],
      init: 'gaussian',
      sigmaVoxels: 1,
      gauge: 'none',
      constraint: 'none',
    } as const;
    expect(() => buildLearnedBlur(options, stream())).toThrow('must have odd sides, got [4, 5, 5]');
  });
});
