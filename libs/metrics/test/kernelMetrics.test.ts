import { createRandomStream, createVolume, type Shape3, type Volume } from '@blurcycle/core';
import { describe, expect, it } from 'vitest';
import { kernelMetrics, smoothGaussian } from '../src/index.ts';
import { randomVolume } from './volumes.ts';

/** exp(-r²/2σ²) about the center, σ in voxels z, y, x, shifted. */
function gaussian(
  shape: Shape3,
  sigma: readonly number[],
  shift: readonly number[] = [0, 0, 0],
): Volume {
  const volume = createVolume(shape, [0.3, 0.1, 0.12]);
  let i = 0;
  for (let z = 0; z < shape[0]; z++) {
    for (let y = 0; y < shape[1]; y++) {
      for (let x = 0; x < shape[2]; x++) {
        const r = [z, y, x].map(
          (at, axis) => (at - (shape[axis] - 1) / 2 - shift[axis]) / sigma[axis],
        );
        volume.data[i++] = Math.exp(-(r[0] ** 2 + r[1] ** 2 + r[2] ** 2) / 2);
      }
    }
  }
  return volume;
}

describe('kernelMetrics(kernel, truth)', () => {
  const kernel = gaussian([21, 31, 31], [2, 4, 5]);

  it('has sum, center and widths of a Gaussian', () => {
    const { sum, negativeMass, centroidUm, peak, fwhmUm, correlation } = kernelMetrics(kernel);
    // Cut at 3.9 σ or more of each side: 1e-3 of the sum is missing along x.
    expect(sum / ((2 * Math.PI) ** 1.5 * 2 * 4 * 5)).toBeCloseTo(1, 2);
    expect(negativeMass).toBe(0);
    centroidUm?.forEach((value) => expect(Math.abs(value)).toBeLessThan(1e-9)); // symmetric
    expect(peak).toEqual([10, 15, 15]);
    const width = 2 * Math.sqrt(2 * Math.log(2));
    // Straight lines between voxels half a σ apart or closer: within 1 %.
    [2 * 0.3, 4 * 0.1, 5 * 0.12].forEach((sigma, axis) =>
      expect(Math.abs((fwhmUm[axis] ?? NaN) / (width * sigma) - 1)).toBeLessThan(0.01),
    );
    expect(correlation).toBeNull();
  });

  it('sees a shift in µm', () => {
    const { centroidUm, peak } = kernelMetrics(
      gaussian([15, 15, 15], [1.2, 1.2, 1.2], [1, -2, 0.5]),
    );
    expect(peak[0]).toBe(8);
    expect(peak[1]).toBe(5);
    // 4 σ from the border on the near side.
    [0.3, -0.2, 0.06].forEach((expected, axis) =>
      expect(centroidUm?.[axis]).toBeCloseTo(expected, 4),
    );
  });

  it('counts negative values', () => {
    const mixed = createVolume([1, 1, 4], [1, 1, 1], Float32Array.of(3, -1, 0, 0));
    expect(kernelMetrics(mixed).negativeMass).toBe(0.25);
    expect(kernelMetrics(mixed).sum).toBe(2);
    const stream = createRandomStream(1, 'test/kernel');
    const noise = createVolume(
      [15, 15, 15],
      [1, 1, 1],
      Float32Array.from({ length: 3375 }, () => stream.normal()),
    );
    expect(kernelMetrics(noise).negativeMass).toBeCloseTo(0.5, 1); // ±1/√3375
  });

  it('correlates with the truth, whatever the gain and the window', () => {
    const half = { ...kernel, data: kernel.data.map((value) => value / 2) };
    expect(kernelMetrics(half, kernel).correlation).toBeCloseTo(1, 12);
    const wider = gaussian([25, 41, 41], [2, 4, 5]);
    // The smaller window misses tails below 1e-3 of the peak.
    expect(kernelMetrics(kernel, wider).correlation).toBeGreaterThan(0.9999);
    expect(kernelMetrics(wider, kernel).correlation).toBe(kernelMetrics(kernel, wider).correlation);
    const shifted = gaussian([21, 31, 31], [2, 4, 5], [0, 4, 0]);
    // Gaussians a distance d apart correlate by exp(-d²/4σ²), less a little for their means.
    expect(kernelMetrics(shifted, kernel).correlation).toBeGreaterThan(0.75);
    expect(kernelMetrics(shifted, kernel).correlation).toBeLessThan(Math.exp(-1 / 4));
  });

  it('is the plain Pearson coefficient in one window', () => {
    const [a, b] = [randomVolume([3, 3, 3], 1), randomVolume([3, 3, 3], 2)];
    const mean = (data: Float32Array): number => data.reduce((sum, value) => sum + value, 0) / 27;
    const [ma, mb] = [mean(a.data), mean(b.data)];
    let [ab, aa, bb] = [0, 0, 0];
    a.data.forEach((value, i) => {
      ab += (value - ma) * (b.data[i] - mb);
      aa += (value - ma) ** 2;
      bb += (b.data[i] - mb) ** 2;
    });
    expect(kernelMetrics(a, b).correlation).toBeCloseTo(ab / Math.sqrt(aa * bb), 12); // rounding
  });

  it('has no width when the window ends before the half', () => {
    expect(kernelMetrics(gaussian([3, 9, 9], [20, 1, 1])).fwhmUm[0]).toBeNull();
  });

  it('rejects a truth on other voxels', () => {
    const other = { ...kernel, voxelSizeUm: [0.1, 0.1, 0.1] } as const;
    expect(() => kernelMetrics(kernel, other)).toThrow(
      /kernelMetrics: voxelSizeUm of truth must be that of the kernel/,
    );
  });
});

describe('smoothGaussian(volume, sigmaVoxels)', () => {
  it('adds variances and keeps the sum', () => {
    const narrow = gaussian([31, 31, 31], [1.5, 1.5, 1.5]);
    const smooth = smoothGaussian(narrow, 2);
    const expected = gaussian([31, 31, 31], [2.5, 2.5, 2.5]);
    const ratio = kernelMetrics(smooth).sum / kernelMetrics(expected).sum;
    // Sampled Gaussians at σ ≥ 1.5 voxels add up to 1e-9; weights end at 4 σ: 1e-4.
    const worst = smooth.data.reduce(
      (most, value, i) => Math.max(most, Math.abs(value - ratio * expected.data[i])),
      0,
    );
    expect(worst).toBeLessThan(2e-4);
    expect(kernelMetrics(smooth).sum / kernelMetrics(narrow).sum).toBeCloseTo(1, 5);
  });

  it('takes one width for each axis, 0 for none', () => {
    const point = createVolume([5, 5, 5], [1, 1, 1]);
    point.data[62] = 1;
    const smooth = smoothGaussian(point, [0, 0, 1]);
    expect(smooth.data.filter((value) => value > 0)).toHaveLength(5);
    expect(smooth.data[61] / smooth.data[62]).toBeCloseTo(Math.exp(-0.5), 6); // float32
  });

  it('rejects a negative width', () => {
    expect(() => smoothGaussian(randomVolume([3, 3, 3], 1), -1)).toThrow(
      /smoothGaussian: sigmaVoxels must be at least 0/,
    );
  });
});
