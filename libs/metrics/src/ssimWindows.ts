/** The two windows in use: a box of 7 voxels, or a Gaussian of σ = 1.5 voxels cut to 11. */
export type SsimWindow = 'uniform' | 'gaussian';

/** Weights of a window along one axis; they sum to 1. */
export function windowWeights(window: SsimWindow): Float64Array {
  if (window === 'uniform') return new Float64Array(7).fill(1 / 7);
  const weights = Float64Array.from({ length: 11 }, (_, i) =>
    Math.exp(-((i - 5) ** 2) / (2 * 1.5 ** 2)),
  );
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return weights.map((weight) => weight / sum);
}

/** The five local means that SSIM needs: x, y, x², y², xy, each of `height` × `width` windows. */
export interface LocalMoments {
  readonly means: readonly Float64Array[];
  readonly height: number;
  readonly width: number;
}

/** Weighted means over every window that lies inside a plane. */
export function localMoments(
  x: ArrayLike<number>,
  y: ArrayLike<number>,
  sides: readonly [height: number, width: number],
  weights: Float64Array,
): LocalMoments {
  const [height, width] = sides;
  const taps = weights.length;
  const innerHeight = height - taps + 1;
  const innerWidth = width - taps + 1;
  const rows = Array.from({ length: 5 }, () => new Float64Array(width));
  const means = rows.map(() => new Float64Array(innerHeight * innerWidth));
  for (let top = 0; top < innerHeight; top++) {
    for (const row of rows) row.fill(0);
    for (let t = 0; t < taps; t++) addRow(rows, x, y, (top + t) * width, weights[t]);
    rows.forEach((row, m) => {
      for (let left = 0; left < innerWidth; left++) {
        let sum = 0;
        for (let t = 0; t < taps; t++) sum += weights[t] * row[left + t];
        means[m][top * innerWidth + left] = sum;
      }
    });
  }
  return { means, height: innerHeight, width: innerWidth };
}

function addRow(
  rows: readonly Float64Array[],
  x: ArrayLike<number>,
  y: ArrayLike<number>,
  first: number,
  weight: number,
): void {
  const [sumX, sumY, sumXX, sumYY, sumXY] = rows;
  for (let i = 0; i < sumX.length; i++) {
    const a = x[first + i];
    const b = y[first + i];
    sumX[i] += weight * a;
    sumY[i] += weight * b;
    sumXX[i] += weight * a * a;
    sumYY[i] += weight * b * b;
    sumXY[i] += weight * a * b;
  }
}
