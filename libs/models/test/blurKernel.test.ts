import {
  memory,
  square,
  sub,
  sum,
  tensor3d,
  tensor5d,
  tidy,
  variableGrads,
  type Scalar,
  type Tensor5D,
} from '@tensorflow/tfjs-core';
import { createRandomStream, createVolume, type Shape3 } from '@blurcycle/core';
import { selectBackend } from '@blurcycle/compute';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  buildKnownBlur,
  buildLearnedBlur,
  countParameters,
  disposeNetworks,
} from '../src/index.ts';

const stream = () => createRandomStream(1, 'init');

beforeAll(async () => {
  await selectBackend('js');
});

let tensorsBefore = 0;
beforeAll(() => {
  tensorsBefore = memory().numTensors;
});
afterEach(() => expect(memory().numTensors).toBe(tensorsBefore));

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

  it('can keep its sum near that of its start, negative values and shape free', () => {
    const size = [3, 3, 5] as const;
    const given = Float32Array.from({ length: 45 }, (_, i) => 0.05 * (1.5 + Math.cos(i)));
    const total = given.reduce((sum_, value) => sum_ + value, 0);
    const options = { size, init: given, sigmaVoxels: 1, constraint: 'mean-ratio' } as const;
    const network = buildLearnedBlur({ ...options, gauge: 'none' }, stream());
    const { variable } = network.parameters[0];
    expect(variable.dataSync()).toEqual(given);
    const sumOf = (values: ArrayLike<number>): number =>
      Array.from(values).reduce((sum_, value) => sum_ + value, 0);
    const after = (moved: readonly number[]): Float32Array => {
      tidy(() => variable.assign(tensor3d([...moved], [...size])));
      network.constrain?.();
      return variable.dataSync<'float32'>();
    };
    // Within a fifth nothing happens; beyond, all voxels move alike to the nearest bound.
    const uneven = given.map((value, i) => value + (i === 3 ? -0.2 : i === 7 ? 0.3 : 0));
    expect(Math.min(...uneven)).toBeLessThan(0);
    expect(after([...uneven])).toEqual(uneven);
    for (const [step, part] of [
      [-0.04, 0.8],
      [0.04, 1.2],
    ]) {
      const moved = [...uneven].map((value) => value + step);
      const held = after(moved);
      expect(sumOf(held)).toBeCloseTo(part * total, 5); // float32
      held.forEach((value, i) => expect(value - moved[i]).toBeCloseTo(held[0] - moved[0], 6));
    }
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
