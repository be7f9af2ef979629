import { mean } from '@blurcycle/core';
import type { Intensities } from './scoreOptions.ts';

/** The mean over z of a score of single planes. */
export function meanOverPlanes(
  estimate: Intensities,
  truth: Intensities,
  score: (estimate: Intensities['data'], truth: Intensities['data']) => number,
): number {
  const depth = truth.shape[0];
  return mean(Array.from({ length: depth }, (_, z) => score(plane(estimate, z), plane(truth, z))));
}

/** The intensities of plane z; shares memory with the stack. */
export function plane(stack: Intensities, z: number): Intensities['data'] {
  const area = stack.shape[1] * stack.shape[2];
  return stack.data.subarray(z * area, (z + 1) * area);
}
