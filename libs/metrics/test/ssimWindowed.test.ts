import { describe, expect, it } from 'vitest';
import { ssimWindowed2d, ssimWindowed3d } from '../src/index.ts';
import type { Intensities } from '../src/intensities.ts';
import {
  cubeEstimate,
  cubeTruth,
  planeEstimate,
  planeTruth,
  randomVolume,
  valuesOf,
  volumeOf,
} from './volumes.ts';

/** SSIM of every window by its definition, one window after another. */
function slowSsim(
  a: Intensities,
  b: Intensities,
  side: readonly number[],
  gaussian: boolean,
  range: number,
): number {
  const weight = (t: number, n: number): number =>
    gaussian && n > 1 ? Math.exp(-((t - 5) ** 2) / 4.5) : 1;
  let total = 0;
  let windows = 0;
  for (let z = 0; z + side[0] <= a.shape[0]; z++) {
    for (let y = 0; y + side[1] <= a.shape[1]; y++) {
      for (let x = 0; x + side[2] <= a.shape[2]; x++) {
        const [weights, u, v]: [number[], number[], number[]] = [[], [], []];
        for (let i = 0; i < side[0]; i++) {
          for (let j = 0; j < side[1]; j++) {
            for (let k = 0; k < side[2]; k++) {
              weights.push(weight(i, side[0]) * weight(j, side[1]) * weight(k, side[2]));
              const index = ((z + i) * a.shape[1] + y + j) * a.shape[2] + x + k;
              u.push(a.data[index]);
              v.push(b.data[index]);
            }
          }
        }
        const norm = weights.reduce((sum, w) => sum + w, 0);
        const average = (f: (i: number) => number): number =>
          weights.reduce((sum, w, i) => sum + w * f(i), 0) / norm;
        const [mu, nu] = [average((i) => u[i]), average((i) => v[i])];
        const n = gaussian ? 1 : weights.length / (weights.length - 1);
        const uu = n * average((i) => (u[i] - mu) ** 2);
        const vv = n * average((i) => (v[i] - nu) ** 2);
        const uv = n * average((i) => (u[i] - mu) * (v[i] - nu));
        const [c1, c2] = [(0.01 * range) ** 2, (0.03 * range) ** 2];
        total += ((2 * mu * nu + c1) * (2 * uv + c2)) / ((mu * mu + nu * nu + c1) * (uu + vv + c2));
        windows++;
      }
    }
  }
  return total / windows;
}

describe('ssimWindowed2d(estimate, truth, { dataRange, window })', () => {
  it('gives the published test vectors', () => {
    // The same sums in another order.
    expect(ssimWindowed2d(planeEstimate, planeTruth, { dataRange: 45 })).toBeCloseTo(
      0.7698277848985293,
      13,
    );
    const gaussian = { dataRange: 45, window: 'gaussian' } as const;
    expect(ssimWindowed2d(planeEstimate, planeTruth, gaussian)).toBeCloseTo(0.6826981386920634, 13);
  });

  it.each(['uniform', 'gaussian'] as const)('is the definition, window by window: %s', (window) => {
    const [a, b] = [randomVolume([3, 13, 15], 1), randomVolume([3, 13, 15], 2)];
    const side = window === 'uniform' ? 7 : 11;
    const expected = slowSsim(a, b, [1, side, side], window === 'gaussian', 0.8);
    // E[x²] - E[x]² against Σ(x - μ)²: rounding only.
    expect(ssimWindowed2d(a, b, { dataRange: 0.8, window })).toBeCloseTo(expected, 12);
  });
});

describe('ssimWindowed3d(estimate, truth, { dataRange, window })', () => {
  it('gives the published test vector', () => {
    // The same sums in another order.
    expect(ssimWindowed3d(cubeEstimate, cubeTruth, { dataRange: 511 })).toBeCloseTo(
      0.9985106986369321,
      13,
    );
  });

  it.each(['uniform', 'gaussian'] as const)('is the definition, window by window: %s', (window) => {
    const [a, b] = [randomVolume([12, 11, 13], 3), randomVolume([12, 11, 13], 4)];
    const side = window === 'uniform' ? 7 : 11;
    const expected = slowSsim(a, b, [side, side, side], window === 'gaussian', 1);
    expect(ssimWindowed3d(a, b, { dataRange: 1, window })).toBeCloseTo(expected, 12); // rounding only
  });

  it('is 1 for equal volumes', () => {
    const volume = randomVolume([8, 9, 10], 5);
    expect(ssimWindowed3d(volume, volume, { dataRange: 1 })).toBeCloseTo(1, 14);
  });

  it('differs from plane-wise similarity when the planes are shuffled', () => {
    const truth = valuesOf([9, 9, 9], (z, y, x) => Math.sin(z) + 0.2 * Math.sin(y + 2 * x));
    const shifted = valuesOf(
      [9, 9, 9],
      (z, y, x) => Math.sin(z) + 0.2 * Math.sin(y + 2 * x) + 0.5 * (z % 2),
    );
    const options = { dataRange: 1 };
    expect(ssimWindowed3d(shifted, truth, options)).not.toBeCloseTo(
      ssimWindowed2d(shifted, truth, options),
      2,
    );
  });

  it('rejects a volume thinner than the window', () => {
    const thin = volumeOf([5, 20, 20], () => 1);
    expect(() => ssimWindowed3d(thin, thin, { dataRange: 1 })).toThrow(
      /ssimWindowed3d: the shape must reach the window of \[7, 7, 7\], got \[5, 20, 20\]/,
    );
  });
});
