import {
  add,
  div,
  exp,
  log,
  mean,
  mul,
  relu,
  scalar,
  sqrt,
  square,
  sub,
  tidy,
  variable,
  type Scalar,
  type Tensor5D,
} from '@tensorflow/tfjs-core';
import { stopGradient } from '@blurcycle/compute';
import { assertRange } from '@blurcycle/core';
import type { Parameter } from './network.ts';

/** Photon and read noise of an image: the variance of a voxel of mean μ is a [μ]₊ + b. */
export interface NoiseCoefficients {
  /** Variance per intensity, from photons: 1 / (photons at intensity 1). */
  readonly a: number;
  /** Variance without light, from read noise. */
  readonly b: number;
}

/**
 * The noise of generated blurred volumes: y' = μ + √(a [μ]₊ + b) ε with ε ~ N(0, 1), the normal
 * approximation of photon and read noise.
 *
 * Nothing but `negativeLogLikelihood` has a gradient for a and b: a discriminator would have them
 * make up for what is wrong with μ.
 * Memory: the methods consume nothing; their results belong to the caller's tidy.
 */
export interface BlurNoise {
  /** log a and log b; empty where they are known. */
  readonly parameters: readonly Parameter[];
  /** y' of a clean volume, with gradient 1 for it; `deviates` has its shape. */
  addTo(clean: Tensor5D, deviates: Tensor5D): Tensor5D;
  /**
   * Mean of ½ (y - μ)² / v + ½ log v, v = a [μ]₊ + b: the normal likelihood of an observed volume
   * without its constant. Its gradient is for log a and log b alone.
   */
  negativeLogLikelihood(observed: Tensor5D, clean: Tensor5D): Scalar;
  /**
   * The generalized Anscombe transform in the unit of the intensities: s (f(t) - f(0)) with f(t) =
   * (2/a) √(a [t]₊ + 3a²/8 + b) and s = √(a m + b), m the mean of `reference`; after it all voxels
   * have noise of about the standard deviation s. Its gradient is for `volume` alone. Computed as
   * 2 s [t]₊ / (√(a [t]₊ + c²) + c), c² = 3a²/8 + b, which is exact for a = 0, too.
   *
   * Source: Starck, Murtagh & Bijaoui, Image Processing and Data Analysis (1998), section 2.3.
   */
  stabilize(volume: Tensor5D, reference: Tensor5D): Tensor5D;
  /** Frees tensors that are not parameters; absent where there are none. */
  dispose?(): void;
}

/** Below this variance, (1e-6)² of the range, noise is none. */
const LEAST_VARIANCE = 1e-12;

/**
 * Noise with known coefficients.
 *
 * @throws {RuleError} If one is negative or not finite.
 */
export function buildKnownNoise({ a, b }: NoiseCoefficients): BlurNoise {
  for (const [name, value] of Object.entries({ a, b })) {
    const fine = Number.isFinite(value) && value >= 0;
    assertRange(fine, 'buildKnownNoise', name, 'be 0 or positive', value);
  }
  const fixed = [scalar(a), scalar(b)] as const;
  return {
    ...noiseOf(() => fixed),
    parameters: [],
    dispose: () => fixed.forEach((one) => one.dispose()),
  };
}

/**
 * Noise with learned coefficients, two numbers: their logarithms train, so that they stay positive.
 *
 * @param start - Where they start, both positive.
 */
export function buildLearnedNoise({ a, b }: NoiseCoefficients): BlurNoise {
  for (const [name, value] of Object.entries({ a, b })) {
    const fine = Number.isFinite(value) && value > 0;
    assertRange(fine, 'buildLearnedNoise', name, 'be positive', value);
  }
  const [logA, logB] = [a, b].map((value) => tidy(() => variable(scalar(Math.log(value)))));
  return {
    ...noiseOf(() => [exp(logA as Scalar), exp(logB as Scalar)]),
    parameters: [
      { name: 'logA', variable: logA },
      { name: 'logB', variable: logB },
    ],
  };
}

function noiseOf(
  coefficients: () => readonly [Scalar, Scalar],
): Pick<BlurNoise, 'addTo' | 'negativeLogLikelihood' | 'stabilize'> {
  const variance = (mu: Tensor5D): Tensor5D => {
    const [a, b] = coefficients();
    return add(add<Tensor5D>(mul(relu(mu), a), b), LEAST_VARIANCE);
  };
  return {
    addTo: (clean, deviates) =>
      add(clean, stopGradient(mul<Tensor5D>(sqrt(variance(clean)), deviates))),
    negativeLogLikelihood(observed, clean) {
      const mu = stopGradient(clean);
      const v = variance(mu);
      return mul(mean<Scalar>(add(div(square(sub(observed, mu)), v), log(v))), 0.5);
    },
    stabilize(volume, reference) {
      const [a, b] = coefficients().map((value) => stopGradient(value));
      const root = sqrt(add(add(mul(square(a), 3 / 8), b), LEAST_VARIANCE));
      const scale = sqrt(add(mul(mean<Scalar>(relu(reference)), a), b));
      const light = relu(volume);
      const sum = add(sqrt(add<Tensor5D>(mul(light, a), square(root))), root);
      return div(mul(light, mul(stopGradient(scale), 2)), sum);
    },
  };
}
