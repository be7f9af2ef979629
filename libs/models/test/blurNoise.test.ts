import { selectBackend } from '@blurcycle/compute';
import { createRandomStream, mean, standardDeviation } from '@blurcycle/core';
import {
  memory,
  sub,
  sum,
  tensor5d,
  tidy,
  variableGrads,
  type Scalar,
} from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { buildKnownNoise, buildLearnedNoise, type NoiseCoefficients } from '../src/index.ts';

beforeAll(async () => {
  await selectBackend('js');
});

const stream = createRandomStream(4, 'noise');
const SHAPE: [number, number, number, number, number] = [1, 20, 40, 50, 1];
const COUNT = 40_000;
const normals = (): Float32Array => Float32Array.from({ length: COUNT }, () => stream.normal());
const TRUTH: NoiseCoefficients = { a: 0.004, b: 0.0003 };

describe('noise after the blur', () => {
  it('has the variance a μ + b at every intensity, and b where the blur is negative', () => {
    const noise = buildKnownNoise(TRUTH);
    for (const level of [-0.2, 0, 0.3, 1]) {
      const noisy = tidy(() => {
        const clean = tensor5d(new Float32Array(COUNT).fill(level), SHAPE);
        return Float32Array.from(noise.addTo(clean, tensor5d(normals(), SHAPE)).dataSync());
      });
      const expected = Math.sqrt(TRUTH.a * Math.max(0, level) + TRUTH.b);
      // Four standard errors of the mean.
      expect(Math.abs(mean(noisy) - level)).toBeLessThan((4 * expected) / Math.sqrt(COUNT));
      // A standard deviation of 40,000 values has a standard error of 0.35 %; four of them.
      expect(standardDeviation(noisy) / expected).toBeGreaterThan(0.986);
      expect(standardDeviation(noisy) / expected).toBeLessThan(1.014);
    }
    noise.dispose?.();
  });

  it('has a likelihood whose gradient agrees with differences, and is for a and b alone', () => {
    const values = normals();
    const mu = Float32Array.from(values, (_, i) => (i % 100) / 100);
    const observed = Float32Array.from(
      mu,
      (level, i) => level + Math.sqrt(TRUTH.a * level + TRUTH.b) * values[i],
    );
    const likelihood = ({ a, b }: NoiseCoefficients): number =>
      mean(
        Float64Array.from(mu, (level, i) => {
          const v = a * level + b;
          return 0.5 * ((observed[i] - level) ** 2 / v + Math.log(v));
        }),
      );
    const start = { a: 0.006, b: 0.0005 };
    const noise = buildLearnedNoise(start);
    const [logA, logB] = noise.parameters.map(({ variable }) => variable);
    const [x, y] = [tensor5d(mu, SHAPE), tensor5d(observed, SHAPE)];
    const { value, grads } = tidy(() =>
      variableGrads(() => noise.negativeLogLikelihood(y, x), [logA, logB]),
    );
    expect(value.dataSync()[0]).toBeCloseTo(likelihood(start), 4); // float32 mean of 40,000
    const step = 1e-4;
    const slope = (name: 'a' | 'b'): number =>
      (likelihood({ ...start, [name]: start[name] * Math.exp(step) }) -
        likelihood({ ...start, [name]: start[name] * Math.exp(-step) })) /
      (2 * step);
    expect(grads[logA.name].dataSync()[0]).toBeCloseTo(slope('a'), 4);
    expect(grads[logB.name].dataSync()[0]).toBeCloseTo(slope('b'), 4);
    // It is lowest at the truth: both slopes vanish there, up to the noise of the sample.
    const here = { ...TRUTH };
    expect(likelihood(here)).toBeLessThan(likelihood(start));
    for (const one of [value, ...Object.values(grads), x, y, logA, logB]) one.dispose();
  });

  it('stabilizes: as the formula says, and to one standard deviation at every intensity', () => {
    const noise = buildKnownNoise(TRUTH);
    const { a, b } = TRUTH;
    const reference = new Float32Array(COUNT).fill(0.5);
    const scale = Math.sqrt(a * 0.5 + b);
    const f = (t: number): number => (2 / a) * Math.sqrt(a * Math.max(0, t) + (3 * a * a) / 8 + b);
    for (const level of [0.2, 0.5, 1]) {
      const values = Float32Array.from(normals(), (e) => level + Math.sqrt(a * level + b) * e);
      const stabilized = tidy(() =>
        Float32Array.from(
          noise.stabilize(tensor5d(values, SHAPE), tensor5d(reference, SHAPE)).dataSync(),
        ),
      );
      // float32 against double, on values of about 1.
      expect(stabilized[7]).toBeCloseTo(scale * (f(values[7]) - f(0)), 5);
      // The transform is exact to first order in σ/μ: 3 % at an intensity of 0.2.
      expect(standardDeviation(stabilized) / scale).toBeGreaterThan(0.97);
      expect(standardDeviation(stabilized) / scale).toBeLessThan(1.03);
    }
    noise.dispose?.();
  });

  it('passes the gradient for the clean volume on unchanged', () => {
    const noise = buildLearnedNoise(TRUTH);
    const before = memory().numTensors;
    tidy(() => {
      const clean = tensor5d([0.1, 0.5], [1, 1, 1, 2, 1]).variable();
      const deviates = tensor5d([1, -1], [1, 1, 1, 2, 1]);
      const { grads } = variableGrads(
        () => sum<Scalar>(sub(noise.addTo(clean, deviates), 0)),
        [clean],
      );
      expect([...grads[clean.name].dataSync()]).toEqual([1, 1]);
      clean.dispose();
    });
    expect(memory().numTensors).toBe(before);
    for (const { variable } of noise.parameters) variable.dispose();
  });

  it('refuses coefficients that no noise has', () => {
    expect(() => buildKnownNoise({ a: -1, b: 0 })).toThrow(
      'buildKnownNoise: a must be 0 or positive, got -1',
    );
    expect(() => buildLearnedNoise({ a: 1, b: 0 })).toThrow(
      'buildLearnedNoise: b must be positive, got 0',
    );
  });
});
