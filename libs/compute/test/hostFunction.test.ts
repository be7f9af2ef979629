import {
  memory,
  mul,
  sum,
  tensor1d,
  tidy,
  variable,
  type Rank,
  type Scalar,
} from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { hostFunction, selectBackend, variableGradients, type HostFunction } from '../src/index.ts';

/** f(a, b) = a exp(b) for arrays a and a number b. */
const SCALED: HostFunction = {
  shape: [3],
  value: ([a, b]) => a.map((value) => value * Math.exp(b[0])),
  pullBack: ([a, b], g) => [
    g.map((value) => value * Math.exp(b[0])),
    Float32Array.of(g.reduce((total, value, i) => total + value * a[i] * Math.exp(b[0]), 0)),
  ],
};

describe.each(['js', 'native'] as const)('hostFunction(inputs, f) on %s', (backend) => {
  it('has the value and the gradients of the function, and leaves no tensor', async () => {
    await selectBackend(backend);
    const before = memory().numTensors;
    const a = tidy(() => variable(tensor1d([1, -2, 3])));
    const b = tidy(() => variable(tensor1d([0.5])));
    const loss = (): Scalar =>
      tidy(() => {
        const value = hostFunction<Rank.R1>([a, b], SCALED);
        return sum<Scalar>(mul(value, mul(value, tensor1d([1, 2, 3]))));
      });
    const [value, toA, toB] = tidy(() => {
      const { value, grads } = variableGradients(loss, [a, b]);
      return [value, grads[a.name], grads[b.name]].map((one) => one.dataSync()) as [
        Float32Array,
        Float32Array,
        Float32Array,
      ];
    });
    // Σ w a² e^(2b) with Σ w a² = 36
    const scale = Math.exp(1);
    expect(value[0] / (36 * scale)).toBeCloseTo(1, 5); // float32
    expect(toB[0] / (72 * scale)).toBeCloseTo(1, 5);
    [2, -8, 18].forEach((slope, i) => expect(toA[i] / (slope * scale)).toBeCloseTo(1, 5));
    a.dispose();
    b.dispose();
    expect(memory().numTensors).toBe(before);
  });
});
