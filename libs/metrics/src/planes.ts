import { mean, type Volume } from '@blurcycle/core';

/** The mean over z of a score of single planes. */
export function meanOverPlanes(
  estimate: Volume,
  truth: Volume,
  score: (estimate: Float32Array, truth: Float32Array) => number,
): number {
  const [depth, height, width] = truth.shape;
  const area = height * width;
  const scores = new Float64Array(depth);
  for (let z = 0; z < depth; z++) {
    const range = [z * area, (z + 1) * area] as const;
    scores[z] = score(estimate.data.subarray(...range), truth.data.subarray(...range));
  }
  return mean(scores);
}
